import type pg from 'pg';
import { inSpan, tracer } from '../tracing/index.js';

/**
 * Shows the pool's statements as spans of whatever asks for them; what nobody watches, such as a sweeper's turn, is not
 * shown (https://opentelemetry.io/docs/specs/semconv/database/postgresql/). A statement is shown by its name, without
 * its text and its values.
 */
export function traceQueries(pool: pg.Pool, url: string): void {
  const { hostname, port, pathname } = new URL(url);
  const query = pool.query.bind(pool) as (...given: unknown[]) => unknown;
  const shown = (...given: unknown[]): unknown => {
    if (!tracer().isRecording()) return query(...given);
    const summary = summaryOf(given[0]);
    const attributes = {
      'db.system.name': 'postgresql',
      'db.namespace': pathname.slice(1),
      'db.query.summary': summary,
      'server.address': hostname,
      'server.port': Number(port || 5432),
    };
    return inSpan(summary, { kind: 'client', attributes }, () => query(...given));
  };
  // All its forms are passed on as they come.
  pool.query = shown as typeof pool.query;
}

/** The name of a prepared statement; of another one its first word. */
function summaryOf(query: unknown): string {
  const { name, text = '' } =
    typeof query === 'string' ? { text: query } : (query as { name?: string; text?: string });
  return name ?? /\w+/.exec(text)?.[0].toUpperCase() ?? 'query';
}

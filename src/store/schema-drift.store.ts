import { Inject, Injectable } from '@nestjs/common';
import pg from 'pg';
import { learnShapes, type KnownShape, type PayloadShape, type SchemaDrift } from '../model/index.js';
import { DATABASE_POOL, inTransaction } from '../platform/database/index.js';

/** Types that are learnt about, of each provider; some senders choose types as they like. */
const MOST_TYPES = 500;

/** $1 provider, $2 type, $3 types at most. */
const BEGIN_TYPE = `
  INSERT INTO event_shapes (provider, type)
  SELECT $1, $2 WHERE (SELECT count(*) FROM event_shapes WHERE provider = $1) < $3
  ON CONFLICT DO NOTHING`;

const LOCK_TYPE = `SELECT observed, fields FROM event_shapes WHERE provider = $1 AND type = $2 FOR UPDATE`;

const KEEP_TYPE = `
  UPDATE event_shapes SET observed = $3, fields = $4, updated_at = now() WHERE provider = $1 AND type = $2`;

/** $3 paths, $4 changes, $5 payloads that had been looked at. */
const KEEP_DRIFTS = `
  INSERT INTO schema_drifts (provider, type, path, change, observed)
  SELECT $1, $2, path, change::schema_change, $5 FROM unnest($3::text[], $4::text[]) AS drift (path, change)
  ON CONFLICT DO NOTHING`;

/** $3 paths. */
const KEEP_RETURNS = `
  UPDATE schema_drifts SET returned_at = now()
  WHERE provider = $1 AND type = $2 AND path = ANY ($3) AND change = 'gone' AND returned_at IS NULL`;

/** The newest first. $1 provider, $2 type, $3 change, each may be null; $4 the last one of the page before, or null; $5 limit. */
const LIST = `
  SELECT id::text, provider, type, path, change, observed, found_at AS "foundAt", returned_at AS "returnedAt"
  FROM schema_drifts
  WHERE ($1::text IS NULL OR provider = $1) AND ($2::text IS NULL OR type = $2)
    AND ($3::schema_change IS NULL OR change = $3) AND ($4::bigint IS NULL OR id < $4)
  ORDER BY id DESC LIMIT $5`;

export interface SchemaDriftFilter {
  readonly provider?: string;
  readonly type?: string;
  readonly change?: 'new' | 'gone';
}

/** A change of the payloads of a type, as it was found. */
export interface ListedSchemaDrift {
  readonly id: string;
  readonly provider: string;
  readonly type: string;
  readonly path: string;
  readonly change: 'new' | 'gone';
  /** Payloads that had been looked at by then. */
  readonly observed: number;
  readonly foundAt: Date;
  /** When a field that was gone came again. */
  readonly returnedAt: Date | null;
}

/** What the payloads of each type are known to be like. All processes learn together. */
@Injectable()
export class SchemaDriftStore {
  constructor(@Inject(DATABASE_POOL) private readonly pool: pg.Pool) {}

  /**
   * Learns from payloads of a type, and keeps in the same commit what is found, so that it is found once.
   *
   * @returns what is found; nothing of a type that is one too many
   */
  async learn(
    provider: string,
    type: string,
    shapes: readonly PayloadShape[],
  ): Promise<readonly SchemaDrift[]> {
    return inTransaction(this.pool, (client) => learnWithin(client, provider, type, shapes));
  }

  /** The newest first. @param after the last one of the page before */
  async list(filter: SchemaDriftFilter, limit: number, after?: string): Promise<ListedSchemaDrift[]> {
    const { provider = null, type = null, change = null } = filter;
    const values = [provider, type, change, after ?? null, limit];
    return (await this.pool.query<ListedSchemaDrift>(LIST, values)).rows;
  }
}

async function learnWithin(
  client: pg.PoolClient,
  provider: string,
  type: string,
  shapes: readonly PayloadShape[],
): Promise<readonly SchemaDrift[]> {
  const of = [provider, type];
  await client.query(BEGIN_TYPE, [...of, MOST_TYPES]);
  const [before] = (await client.query<KnownShape>(LOCK_TYPE, of)).rows;
  if (before === undefined) return [];
  const { known, drifts } = learnShapes(before, shapes);
  await client.query(KEEP_TYPE, [...of, known.observed, JSON.stringify(known.fields)]);
  const found = drifts.filter(({ change }) => change !== 'returned');
  if (found.length > 0) {
    const columns = [found.map(({ path }) => path), found.map(({ change }) => change)];
    await client.query(KEEP_DRIFTS, [...of, ...columns, known.observed]);
  }
  const returned = drifts.filter(({ change }) => change === 'returned').map(({ path }) => path);
  if (returned.length > 0) await client.query(KEEP_RETURNS, [...of, returned]);
  return drifts;
}

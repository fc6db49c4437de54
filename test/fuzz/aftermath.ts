import type pg from 'pg';

/** What the senders know. */
export interface Expected {
  /** Hashes of real events. */
  readonly real: ReadonlySet<string>;
  /** Ids of events that a genuine request was answered with. */
  readonly ids: ReadonlySet<string>;
  /** Hashes of genuine bodies whose sender was told no id, and may not have been told anything. */
  readonly unnamed: ReadonlySet<string>;
}

/** What became of everything. */
export interface Aftermath {
  readonly events: number;
  readonly realCompleted: number;
  /** Runs of events that were strange, by what they failed for. */
  readonly deadLetters: Readonly<Record<string, number>>;
  readonly findings: readonly string[];
}

interface Row {
  readonly id: string;
  readonly provider: string;
  readonly hash: string;
  readonly completed: boolean;
  readonly codes: readonly string[];
}

/** A strange event may lack what a step needs. That is the event's fault; all else would be ours. */
const FAULTS_OF_EVENTS = new Set(['input_invalid']);

export async function lookAt(pool: pg.Pool, { real, ids, unnamed }: Expected): Promise<Aftermath> {
  const { rows } = await pool.query<Row>(
    `SELECT events.id, events.provider, encode(body_sha256, 'hex') AS hash,
            bool_and(status = 'completed') AS completed,
            coalesce(array_agg(last_error ->> 'code') FILTER (WHERE status <> 'completed'), '{}') AS codes
     FROM events JOIN runs ON runs.event_id = events.id GROUP BY events.id`,
  );
  const findings: string[] = [];
  const deadLetters: Record<string, number> = {};
  const completed = new Set<string>();
  for (const { id, provider, hash, completed: isCompleted, codes } of rows) {
    if (real.has(hash) && isCompleted) completed.add(hash);
    if (!real.has(hash) && !ids.has(id) && !unnamed.has(hash)) {
      findings.push(`Nobody who may has sent the event ${id} of ${provider}`);
    }
    for (const code of codes) {
      deadLetters[code] = (deadLetters[code] ?? 0) + 1;
      if (!FAULTS_OF_EVENTS.has(code))
        findings.push(`A run of the event ${id} of ${provider} failed as ${code}`);
    }
  }
  const missing = [...real].filter((hash) => !completed.has(hash));
  if (missing.length > 0) findings.push(`${missing.length} real events are not completed`);
  return { events: rows.length, realCompleted: completed.size, deadLetters, findings };
}

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type pg from 'pg';
import type { Program } from '../ground/running-program.js';
import { rateOf, SECRETS, type Contender, type Role } from './contender.js';

const TABLES = join('bench', 'limit', 'tables.sql');
const FOLDER = join(import.meta.dirname, '..', 'limit');

async function makeTables(pool: pg.Pool): Promise<void> {
  await pool.query(readFileSync(TABLES, 'utf8'));
}

function programOf(file: string): Program {
  return {
    args: [join(FOLDER, file)],
    env: {
      NODE_ENV: 'production',
      STRIPE_WEBHOOK_SECRET: SECRETS.stripe,
      GITHUB_WEBHOOK_SECRET: SECRETS.github,
    },
  };
}

/** The least that takes a delivery and keeps it. Its worker takes jobs and does nothing. */
export const limit: Contender = {
  name: 'limit',
  counts: { recorded: 'SELECT count(*)::int AS count FROM events' },
  prepare: makeTables,
  program: (role: Role): Program => programOf(role === 'api' ? 'api.js' : 'no-op-worker.js'),
};

/** The same, with a worker that does the least that persists an event: two statements, grouped. */
export const groupedFloor: Contender = {
  name: 'grouped floor',
  counts: {
    recorded: limit.counts.recorded,
    completed: `SELECT count(*)::int AS count FROM runs WHERE status = 'completed'`,
    completedPerSecond: rateOf('runs', 'finished_at'),
  },
  prepare: makeTables,
  program: (role: Role): Program => programOf(role === 'api' ? 'api.js' : 'grouped-worker.js'),
};

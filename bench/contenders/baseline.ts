import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type pg from 'pg';
import type { Program } from '../ground/running-program.js';
import { rateOf, SECRETS, type Contender, type Role } from './contender.js';

const TABLES = join('bench', 'baseline', 'tables.sql');
const MAIN = join(import.meta.dirname, '..', 'baseline', 'main.js');

/** What would usually be written for the same task. */
export const baseline: Contender = {
  name: 'baseline',
  counts: {
    recorded: 'SELECT count(*)::int AS count FROM webhook_events',
    completed: `SELECT count(*)::int AS count FROM webhook_events WHERE status = 'completed'`,
    completedPerSecond: rateOf('webhook_events', 'completed_at'),
  },
  async prepare(pool: pg.Pool) {
    await pool.query(readFileSync(TABLES, 'utf8'));
  },
  program: (role: Role): Program => ({
    args: ['--enable-source-maps', MAIN],
    env: {
      NODE_ENV: 'production',
      ROLE: role,
      STRIPE_WEBHOOK_SECRET: SECRETS.stripe,
      GITHUB_WEBHOOK_SECRET: SECRETS.github,
    },
  }),
};

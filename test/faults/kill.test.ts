import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { emptyRedis } from '../support/backends.js';
import {
  githubDelivery,
  sampleBody,
  send,
  stripeDelivery,
  type TestDelivery,
} from '../support/deliveries.js';
import { eventually } from '../support/eventually.js';
import { countMails } from '../support/mail-folder.js';
import { sendPersistently } from '../support/persistent-sender.js';
import { makeFolder, removeFolder } from '../support/postgres.js';
import { chooseSeed, seededRandom } from '../support/random.js';
import { secrets, TestService } from '../support/service.js';

/** On each backend; `KILLS=20 npm test -- test/faults/kill` is the long form. */
const KILLS = Number(process.env['KILLS'] ?? 10);
const SENDERS = 64;
const PAUSE_MS = 80;
const DRAIN_MS = 90_000;

/**
 * The service runs as a newcomer runs it, on its embedded PostgreSQL. Every other kill takes the
 * database server along, as a power failure would.
 */
describe.each(['postgres', 'redis'] as const)('kill -9 at random moments, with the queue in %s', (queue) => {
  const folder = makeFolder('kill');

  afterAll(() => removeFolder(folder));

  it(
    'loses no acknowledged event and writes no e-mail twice',
    async () => {
      const seed = chooseSeed();
      const random = seededRandom(seed);
      const env = {
        ...secrets(),
        LOG_LEVEL: 'error',
        ...(queue === 'redis' && { REDIS_URL: await emptyRedis() }),
      };
      let service = await TestService.start({ folder, env });

      const done = new AbortController();
      const senders = Array.from({ length: SENDERS }, (_, index) =>
        sendPersistently({
          file: join(folder, `acknowledged-${index}`),
          pauseMs: PAUSE_MS,
          next: () => nextDelivery(service, random),
          send: (delivery) => send(service, delivery),
          signal: done.signal,
        }),
      );

      let upMs = 0;
      for (let kill = 1; kill <= KILLS; kill++) {
        const startedAt = performance.now();
        await sleep(300 + random() * 2_000);
        if (kill % 2 === 0) killDatabase(folder);
        await service.killGroup();
        upMs += performance.now() - startedAt;
        service = await TestService.start({ folder, env });
      }
      done.abort();
      const acknowledged = new Set((await Promise.all(senders)).flat());

      const events = await eventually(
        async () => {
          const all = await service.events();
          return all.every(({ status }) => ['completed', 'dead_lettered'].includes(status)) ? all : undefined;
        },
        DRAIN_MS,
        () => 'some events are still open',
      );
      const statuses = new Map(events.map((event) => [event.id, event]));
      const lost = [...acknowledged].filter((id) => !statuses.has(id));
      const deadLetters = events
        .flatMap(({ runs }) => runs)
        .filter(({ status }) => status === 'dead_lettered');
      const unexpected = deadLetters.filter(({ lastError }) => lastError?.code !== 'outcome_unknown');
      const mails = countMails(folder);
      const doubled = [...mails].filter(([, count]) => count > 1);
      const perSecond = Math.round((acknowledged.size / upMs) * 1000);
      console.log(
        `${queue}: seed ${seed}, ${KILLS} kills, ${acknowledged.size} acknowledged (${perSecond}/s while up), ` +
          `${events.length} recorded, ${lost.length} lost, ${deadLetters.length} outcome unknown, ` +
          `${mails.size} e-mails, ${doubled.length} doubled`,
      );
      expect({ lost, unexpected, doubled }).toEqual({ lost: [], unexpected: [], doubled: [] });
      expect(await service.stop()).toBe(0);
    },
    KILLS * 10_000 + DRAIN_MS,
  );
});

/** Half are payments, with an e-mail each; the others are pushes and what nothing is for. */
async function nextDelivery(service: TestService, random: () => number): Promise<TestDelivery> {
  const kind = random();
  if (kind < 0.5) return stripeDelivery(service, sampleBody('stripe', 'payment_intent.succeeded'));
  if (kind < 0.8) return githubDelivery(service, 'push', sampleBody('github', 'push'));
  return githubDelivery(service, 'star', { action: 'created' });
}

/** Kills the server that the service has started, by the id that it wrote down itself. */
function killDatabase(folder: string): void {
  const pid = Number(
    readFileSync(join(folder, '.data', 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0],
  );
  process.kill(pid, 'SIGKILL');
}

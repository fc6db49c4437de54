import { setTimeout as sleep } from 'node:timers/promises';
import { QUEUE_BACKENDS } from '../../support/backends.js';
import type { TestService } from '../../support/service.js';
import type { Arena } from '../arena/arena.js';
import type { FaultRow } from '../arena/fault-row.js';
import { residentMegabytes } from '../../support/resident-memory.js';
import { cutSessions } from './sessions.js';
import { emptyQueue } from './queue-loss.js';

/** Without `--soak`, in milliseconds. */
const USUAL_MS = 240_000;

/** The longest time between two faults, in milliseconds. */
const LONGEST_PAUSE_MS = 8_000;

/** Memory may grow by this share from the first quarter to the end, since caches fill. */
const GROWTH = 1.4;

/** A random mix of faults. One of two services lives through all of it; the other gets what kills. */
export const soak: FaultRow = {
  number: 28,
  title: 'A random mix of faults for a long time',
  backends: QUEUE_BACKENDS,
  shortForm: [],
  recovery: { of: 'from the last fault to all settled', limitMs: 120_000 },
  deadlineMs: duration() + 300_000,
  async run(arena) {
    const survivor = await arena.start();
    const victim = { service: await arena.start() };
    const traffic = arena.traffic({ senders: 8, pauseMs: 250 });
    const counts = new Map<string, number>();
    const memory: number[] = [];
    const end = performance.now() + duration();
    while (performance.now() < end) {
      await sleep(500 + arena.random() * LONGEST_PAUSE_MS);
      memory.push(residentMegabytes(survivor));
      const [name, fault] = FAULTS[Math.floor(arena.random() * FAULTS.length)] ?? raise();
      counts.set(name, (counts.get(name) ?? 0) + 1);
      await fault(arena, victim);
    }
    await traffic.acknowledge(20);
    await traffic.stop();
    const recoveryMs = await arena.untilSettled(180_000);
    if (!arena.services.includes(survivor)) throw new Error('The service did not live through it');

    const [start = 0, middle = 0, last = 0] = [memory.length >> 2, memory.length >> 1, memory.length - 1].map(
      (index) => memory[index],
    );
    if (last > start * GROWTH) throw new Error(`Memory grew from ${start} to ${last} MB`);
    return {
      injected: [...counts].map(([name, count]) => `${count} × ${name}`).join(', '),
      recoveryMs,
      notes: [`memory ${start}, ${middle}, ${last} MB`],
    };
  },
};

/** The service that is killed, and whoever comes after it. */
interface Victim {
  service: TestService;
}

const FAULTS: readonly (readonly [string, (arena: Arena, victim: Victim) => Promise<void>])[] = [
  [
    'killed',
    async (arena, victim) => {
      await arena.kill(victim.service);
      victim.service = await arena.start();
    },
  ],
  [
    'stopped in order',
    async (arena, victim) => {
      await victim.service.end('SIGTERM');
      victim.service = await arena.start();
    },
  ],
  [
    'frozen for 12 s',
    async (arena, { service }) => {
      arena.withdraw(service);
      process.kill(service.pid, 'SIGSTOP');
      await sleep(12_000);
      process.kill(service.pid, 'SIGCONT');
      arena.bringBack(service);
    },
  ],
  [
    'PostgreSQL restarted',
    async (arena) => {
      await arena.postgres.goDown(arena.random() < 0.5 ? 'kill' : 'fast');
      await sleep(arena.random() * 3_000);
      await arena.postgres.comeBack();
    },
  ],
  [
    'sessions cut',
    async (arena) => {
      await cutSessions(arena);
    },
  ],
  ['queue emptied', emptyQueue],
  [
    'half-open connections',
    async (arena) => {
      const { relay } = arena.queue === 'redis' ? arena.redis : arena.postgres;
      relay.blackHole();
      await sleep(arena.random() * 3_000);
      relay.heal();
    },
  ],
];

function duration(): number {
  return Number(process.env['FAULTS_SOAK_MS'] ?? USUAL_MS);
}

function raise(): never {
  throw new Error('There is no such fault');
}

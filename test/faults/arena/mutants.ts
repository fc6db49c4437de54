import { transformFileSync, type Options } from '@swc/core';
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { QueueBackendName } from '../../support/backends.js';

/** A service that is broken on purpose, to see whether a row notices. */
export interface Mutant {
  readonly name: string;
  /** Below `src`. */
  readonly file: string;
  /** A text that stands there once, and what stands there instead. */
  readonly replace: readonly [text: string, by: string];
  /** Number of the row that is to notice, and on which backend. */
  readonly row: number;
  readonly queue: QueueBackendName;
  /** As what the row is to notice it. */
  readonly foundAs: RegExp;
}

export const mutants: readonly Mutant[] = [
  {
    name: 'replies before the commit',
    file: 'record/event-recorder.ts',
    replace: [
      `return recording ?? { outcome: 'overloaded' };`,
      `return recording === undefined ? { outcome: 'overloaded' } : toAccepted(event);`,
    ],
    row: 13,
    queue: 'redis',
    foundAs: /\d+ lost/,
  },
  {
    name: 'has no sweeper',
    file: 'dispatch/sweeper.ts',
    replace: ['this.every(SWEEP_MS, () => this.sweepUnqueued());', ''],
    row: 3,
    queue: 'postgres',
    foundAs: /\d+ (lost|unsettled)/,
  },
  {
    name: 'checks no epoch',
    file: 'store/step.store.ts',
    replace: ['WHERE id = $1 AND epoch = $2 AND status', 'WHERE id = $1 AND $2::int > 0 AND status'],
    row: 5,
    queue: 'postgres',
    foundAs: /\d+ doubled/,
  },
  {
    name: 'takes a known event for done',
    file: 'record/event-recorder.ts',
    replace: ['await this.events.redriveDeadLetters(dead.map(([, { id }]) => id));', ''],
    row: 19,
    queue: 'postgres',
    foundAs: /0 runs are workflow = 'poison' AND status = 'completed'/,
  },
  {
    name: 'takes a begun step for done',
    file: 'act/run-execution.ts',
    replace: [`return this.ledger.get(name)?.status === 'done';`, 'return this.ledger.has(name);'],
    row: 1,
    queue: 'postgres',
    foundAs: /\d+ missing/,
  },
  {
    name: 'forgets to pause a queue whose circuit is open',
    file: 'process/circuit-keeper.ts',
    replace: ['await (wanted ? queue.pause() : queue.resume());', ''],
    row: 29,
    queue: 'redis',
    foundAs: /the queue of github is not paused/,
  },
];

const BUILT = resolve('dist');
const PLACE = resolve('.cache/faults');

/**
 * A copy of the build in which one file is compiled from its changed source.
 *
 * @returns path of its `main.js`
 * @throws if the text does not stand there exactly once: then the mutant no longer fits the source
 */
export function buildMutant({ name, file, replace: [text, by] }: Mutant): string {
  const source = readFileSync(resolve('src', file), 'utf8');
  const times = source.split(text).length - 1;
  if (times !== 1) throw new Error(`"${text}" stands ${times} times in src/${file}`);
  const folder = join(PLACE, name.replaceAll(' ', '-'));
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  cpSync(BUILT, join(folder, 'dist'), { recursive: true });
  // The service looks for its migrations beside its build.
  symlinkSync(resolve('prisma'), join(folder, 'prisma'));

  const changed = join(folder, 'changed.ts');
  writeFileSync(
    changed,
    source.replace(text, () => by),
  );
  const options = JSON.parse(readFileSync(resolve('scripts/config/swc.json'), 'utf8')) as Options;
  const { code } = transformFileSync(changed, { ...options, swcrc: false, sourceMaps: false });
  writeFileSync(join(folder, 'dist', file.replace(/\.ts$/, '.js')), code);
  return join(folder, 'dist', 'main.js');
}

import { transformFileSync, type Options } from '@swc/core';
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { QueueBackendName } from '../../support/backends.js';

/** A service that is broken on purpose, to see whether a row notices. */
export interface Mutant {
  readonly name: string;
  readonly changes: readonly Change[];
  /** Number of the row that is to notice, and on which backend. */
  readonly row: number;
  readonly queue: QueueBackendName;
  /** As what the row is to notice it. */
  readonly foundAs: RegExp;
}

interface Change {
  /** Below `src`. */
  readonly file: string;
  /** Stands there once. */
  readonly text: string;
  readonly by: string;
}

export const mutants: readonly Mutant[] = [
  {
    name: 'replies before the commit',
    changes: [
      {
        file: 'record/event-recorder.ts',
        text: `const recorded = await this.group.add({ events, span }, bytes, events.length);`,
        by: `
          if (this.group.add({ events, span }, bytes, events.length) === undefined) return { outcome: 'overloaded' };
          const verdict = { outcome: 'recorded', suspectedReplayOf: null } as const;
          const recordings = events.map((event) => toRecording(event, verdict, undefined));
          const recorded = { outcome: 'recorded', recordings } as const;`,
      },
    ],
    row: 13,
    queue: 'redis',
    foundAs: /\d+ lost/,
  },
  {
    name: 'has no sweeper',
    changes: [
      {
        file: 'dispatch/sweeper.ts',
        text: 'this.every(SWEEP_MS, () => this.sweepUnqueued());',
        by: '',
      },
    ],
    row: 3,
    queue: 'postgres',
    foundAs: /\d+ (lost|unsettled)/,
  },
  {
    name: 'checks no epoch',
    changes: [
      {
        file: 'store/step.sql.ts',
        text: 'AND run.epoch = given.epoch',
        by: '',
      },
    ],
    row: 5,
    queue: 'postgres',
    foundAs: /\d+ doubled/,
  },
  {
    name: 'takes a known event for done',
    changes: [
      {
        file: 'record/event-recorder.ts',
        text: 'await this.events.redriveDeadLetters(dead.map(([, { id }]) => id));',
        by: '',
      },
    ],
    row: 19,
    queue: 'postgres',
    foundAs: /0 runs are workflow = 'poison' AND status = 'completed'/,
  },
  {
    name: 'takes a begun step for done',
    changes: [
      {
        file: 'act/run-execution.ts',
        text: `return this.ledger.get(name)?.status === 'done';`,
        by: 'return this.ledger.has(name);',
      },
    ],
    row: 1,
    queue: 'postgres',
    foundAs: /\d+ missing/,
  },
  {
    name: 'pauses a queue whose circuit is open, and forgets it',
    changes: [
      {
        file: 'process/circuit-keeper.ts',
        text: 'await (wanted ? queue.pause() : queue.resume());',
        by: 'if (wanted) await queue.pause();',
      },
    ],
    row: 29,
    queue: 'postgres',
    foundAs: /\d+ lost/,
  },
  {
    name: 'forgets to pause a queue whose circuit is open',
    changes: [
      {
        file: 'process/circuit-keeper.ts',
        text: 'await (wanted ? queue.pause() : queue.resume());',
        by: '',
      },
    ],
    row: 29,
    queue: 'redis',
    foundAs: /the queue of github is not paused/,
  },
  {
    name: 'works on while the circuit of its provider is open',
    changes: [
      {
        file: 'process/circuit-keeper.ts',
        text: 'await (wanted ? queue.pause() : queue.resume());',
        by: '',
      },
      {
        file: 'process/run-processor.ts',
        text: 'if (this.breaker.isOpen(providerCircuit(provider))) return',
        by: 'if (provider === undefined) return',
      },
    ],
    row: 29,
    queue: 'postgres',
    foundAs: /\d+ unexpected/,
  },
];

const BUILT = resolve('dist');
const PLACE = resolve('.cache/faults');

/**
 * A copy of the build in which some files are compiled from their changed sources.
 *
 * @returns path of its `main.js`
 */
export function buildMutant({ name, changes }: Mutant): string {
  const folder = join(PLACE, name.replaceAll(/\W+/g, '-'));
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  cpSync(BUILT, join(folder, 'dist'), { recursive: true });
  // The service looks for its migrations and its version beside its build.
  for (const name of ['prisma', 'package.json']) symlinkSync(resolve(name), join(folder, name));
  for (const change of changes) {
    const built = join(folder, 'dist', change.file.replace(/\.ts$/, '.js'));
    writeFileSync(built, compile(change, join(folder, 'changed.ts')));
  }
  return join(folder, 'dist', 'main.js');
}

function compile(change: Change, scratch: string): string {
  writeFileSync(scratch, changedSource(change));
  const options = JSON.parse(readFileSync(resolve('scripts/config/swc.json'), 'utf8')) as Options;
  return transformFileSync(scratch, { ...options, swcrc: false, sourceMaps: false }).code;
}

/** @throws if the text does not stand there exactly once: then the mutant no longer fits the source */
export function changedSource({ file, text, by }: Change): string {
  const source = readFileSync(resolve('src', file), 'utf8');
  const times = source.split(text).length - 1;
  if (times !== 1) throw new Error(`"${text}" stands ${times} times in src/${file}`);
  return source.replace(text, () => by);
}

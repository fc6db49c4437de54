import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Arena, type ArenaOptions } from './arena.js';
import { isClean, judge, type Findings } from './checker.js';
import type { Evidence } from './evidence.js';
import { RowSkipped, type Observation } from './fault-row.js';

/** Milliseconds after the row for everything to be settled; what is open then is lost. */
const SETTLE_MS = 120_000;

/** The short form runs beside other tests, on whatever machine, so it is more patient; the long form is not. */
const SHORT_FORM_PATIENCE = 3;

/** Where what the services printed is kept of rows that did not pass. */
const PRINTED = resolve('.cache/faults/printed');

/** What one row showed on one backend, as it stands in the table and the results file. */
export interface Trial {
  readonly row: number;
  readonly title: string;
  readonly backend: string;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  readonly injected: string;
  readonly sent: number;
  readonly acknowledged: number;
  readonly lost: number;
  readonly doubled: number;
  readonly deadLettered: number;
  readonly recoveryMs: number | null;
  readonly recoveryOf: string;
  readonly recoveryLimitMs: number;
  readonly durationMs: number;
  readonly notes: readonly string[];
  /** Why it did not pass, or was not run. */
  readonly reasons: readonly string[];
}

/** Runs one row in an arena of its own and judges what it left. Never throws, and never takes longer than the row may. */
export async function tryRow(options: ArenaOptions): Promise<Trial> {
  const { row } = options;
  const startedAt = performance.now();
  const reasons: string[] = [];
  let skipped = false;
  let observation: Observation | undefined;
  let evidence: Evidence | undefined;
  let findings: Findings | undefined;
  let arena: Arena | undefined;
  try {
    arena = await Arena.open(options);
    observation = await within(row.deadlineMs, row.run(arena));
    const limitMs = row.recovery.limitMs * (options.form === 'long' ? 1 : SHORT_FORM_PATIENCE);
    if (observation.recoveryMs > limitMs) {
      const [took, limit] = [observation.recoveryMs, limitMs].map((ms) => Math.round(ms));
      reasons.push(`recovery took ${took} ms of ${limit}`);
    }
  } catch (error) {
    skipped = error instanceof RowSkipped;
    reasons.push(error instanceof Error ? error.message : String(error));
  }
  try {
    if (!skipped && arena !== undefined) {
      await arena.untilSettled(reasons.length === 0 ? SETTLE_MS : SETTLE_MS / 4).catch(() => undefined);
      evidence = await arena.gather();
      findings = judge(evidence, row.expectation);
      if (!isClean(findings)) reasons.push(describe(findings));
    }
  } catch (error) {
    reasons.push(`nothing could be gathered: ${String(error)}`);
  } finally {
    if (!skipped && reasons.length > 0 && arena !== undefined) reasons.push(keepPrinted(options, arena));
    await arena?.close();
  }
  return {
    row: row.number,
    title: row.title,
    backend: options.queue,
    outcome: skipped ? 'skipped' : reasons.length > 0 ? 'failed' : 'passed',
    injected: observation?.injected ?? '',
    sent: evidence?.sent.size ?? 0,
    acknowledged: new Set(evidence?.acknowledged).size,
    lost: findings?.lost.length ?? 0,
    doubled: findings?.doubled.length ?? 0,
    deadLettered: evidence?.deadLetters.length ?? 0,
    recoveryMs: observation === undefined ? null : Math.round(observation.recoveryMs),
    recoveryOf: row.recovery.of,
    recoveryLimitMs: row.recovery.limitMs,
    durationMs: Math.round(performance.now() - startedAt),
    notes: observation?.notes ?? [],
    reasons,
  };
}

/** One line for whoever watches, and one for the results file, if there is one. */
export function report(trial: Trial, seed: number, resultsFile: string | undefined): void {
  const { row, title, backend, outcome, recoveryMs, recoveryOf, notes, reasons } = trial;
  const facts = [
    trial.injected,
    `${trial.sent} sent`,
    `${trial.acknowledged} acked`,
    `${trial.lost} lost`,
    `${trial.doubled} doubled`,
    ...(trial.deadLettered > 0 ? [`${trial.deadLettered} dead letters`] : []),
    ...(recoveryMs === null ? [] : [`${(recoveryMs / 1000).toFixed(1)} s: ${recoveryOf}`]),
    ...notes,
    ...reasons.map((reason) => `${outcome}: ${reason}`),
  ];
  const sign = { passed: '✓', failed: '✗', skipped: '–' }[outcome];
  const name = `${sign} ${String(row).padStart(2)} ${title} (${backend})`;
  process.stdout.write(`${name}: ${facts.filter(Boolean).join(', ')}, seed ${seed}\n`);
  if (resultsFile !== undefined) appendFileSync(resultsFile, `${JSON.stringify(trial)}\n`);
}

function describe(findings: Findings): string {
  return Object.entries(findings)
    .filter(([, found]: [string, readonly string[]]) => found.length > 0)
    .map(
      ([what, found]: [string, readonly string[]]) =>
        `${found.length} ${what} (${found.slice(0, 3).join(', ')})`,
    )
    .join(', ');
}

async function within<Result>(ms: number, work: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`The row did not end within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

function keepPrinted({ row, queue }: ArenaOptions, arena: Arena): string {
  mkdirSync(PRINTED, { recursive: true });
  const file = join(PRINTED, `row-${row.number}-${queue}.log`);
  writeFileSync(file, arena.printed);
  return `the services printed ${file}`;
}

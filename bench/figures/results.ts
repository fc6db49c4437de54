import { execFileSync } from 'node:child_process';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { judge, type Finding } from './finding.js';
import type { Machine } from './machine.js';
import type { Measurement } from './measurement.js';

const FOLDER = join('bench', 'results');

/** All that a run of the benchmarks says. */
export interface Results {
  readonly form: 'short' | 'long';
  readonly machine: Machine;
  /** What the service is compared with, by `--vs`. */
  readonly other?: string | undefined;
  readonly measurements: readonly Measurement[];
  readonly findings: readonly Finding[];
}

/** The file of a run, `bench/results/<date>-<commit>.json`, by the commit at its start. */
export class ResultsFile {
  private readonly commit = describeCommit();

  constructor(private readonly startedAt: Date) {}

  /** Writes what there is so far, or nothing: where the disk is full, what was written before stays. */
  write(results: Results): string {
    const { startedAt, commit } = this;
    const findings = results.findings.map((finding) => ({ ...finding, verdict: judge(finding) }));
    mkdirSync(FOLDER, { recursive: true });
    const file = join(FOLDER, `${inFileName(startedAt)}-${commit}.json`);
    writeFileSync(
      `${file}.part`,
      `${JSON.stringify({ startedAt, commit, ...results, findings }, null, 2)}\n`,
    );
    renameSync(`${file}.part`, file);
    return file;
  }
}

/** Where the processes of a run leave their CPU profiles. */
export function profileFolder(startedAt: Date): string {
  return join(FOLDER, `${inFileName(startedAt)}-profiles`);
}

function inFileName(moment: Date): string {
  return moment.toISOString().replace(/:/g, '-').slice(0, 19);
}

/** Its short hash, and whether something was changed since; of a copy without a history nothing is known. */
function describeCommit(): string {
  try {
    const options = { encoding: 'utf8' as const, stdio: 'pipe' as const };
    return execFileSync('git', ['describe', '--always', '--dirty', '--exclude=*'], options).trim();
  } catch {
    return 'unknown';
  }
}

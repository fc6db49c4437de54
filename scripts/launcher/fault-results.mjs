import { mkdirSync, writeFileSync } from 'node:fs';

import { inProject } from './paths.mjs';

const FOLDER = inProject('.cache', 'faults');

const COLUMNS = {
  '#': ({ row }) => row,
  fault: ({ title }) => title,
  queue: ({ backend }) => backend,
  injected: ({ injected }) => injected,
  sent: ({ sent }) => sent,
  acked: ({ acknowledged }) => acknowledged,
  lost: ({ lost }) => lost,
  doubled: ({ doubled }) => doubled,
  'recovered in': ({ recoveryMs, recoveryLimitMs }) =>
    recoveryMs === null ? '' : `${(recoveryMs / 1000).toFixed(1)} s of ${recoveryLimitMs / 1000} s`,
  outcome: ({ outcome }) => outcome,
};

/** @param {object[]} trials as `test/faults/arena/trial.ts` wrote them */
export function printTable(trials) {
  console.log(`\n${markdown(trials)}`);
  const count = (outcome) => trials.filter((trial) => trial.outcome === outcome).length;
  console.log(`${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped`);
}

/** Writes them as JSON and as a table for docs/reliability.md. */
export function writeResults(trials) {
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(`${FOLDER}/results.json`, `${JSON.stringify(trials, null, 2)}\n`);
  writeFileSync(`${FOLDER}/results.md`, markdown(trials));
  console.log(`Written to ${FOLDER}/results.json and results.md`);
}

function markdown(trials) {
  const header = Object.keys(COLUMNS);
  const rows = trials.map((trial) => Object.values(COLUMNS).map((cell) => String(cell(trial))));
  const lines = [header, header.map(() => '---'), ...rows];
  return lines.map((cells) => `| ${cells.join(' | ')} |\n`).join('');
}

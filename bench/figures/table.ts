import { judge, type Finding } from './finding.js';
import type { Measurement } from './measurement.js';

/** Titles of columns, and how a cell is read. */
type Columns<Row> = Readonly<Record<string, (row: Row) => string>>;

const FINDINGS: Columns<Finding> = {
  scenario: ({ scenario }) => scenario,
  what: ({ what }) => what,
  goal: ({ goal }) => `${goal.is === 'at least' ? '≥' : '≤'} ${number(goal.value)}${goal.unit}`,
  result: ({ result, goal }) => (Number.isNaN(result) ? '' : `${number(result)}${goal.unit}`),
  verdict: judge,
  '': ({ note = '' }) => note,
};

const MEASUREMENTS: Columns<Measurement> = {
  what: ({ what }) => what,
  of: ({ contender }) => contender,
  'a second': ({ perSecond }) => number(perSecond),
  'completed a second': ({ completedPerSecond }) => number(completedPerSecond),
  'p50 ms': ({ p50 }) => number(p50),
  'p99 ms': ({ p99 }) => number(p99),
  'p99.9 ms': ({ p999 }) => number(p999),
  'CPU µs': ({ cpuMicros }) => number(cpuMicros),
  'PostgreSQL CPU µs': ({ databaseCpuMicros }) => number(databaseCpuMicros),
  'sender CPU µs': ({ senderCpuMicros }) => number(senderCpuMicros),
  'peak MB': ({ peakMegabytes }) => number(peakMegabytes),
  '': ({ note = '' }) => note,
};

/** Goal and result side by side, as Markdown. */
export const findingsTable = (findings: readonly Finding[]): string => markdown(FINDINGS, findings);

/** What was measured of each contender, as Markdown. */
export const measurementsTable = (measurements: readonly Measurement[]): string =>
  markdown(MEASUREMENTS, measurements);

/** With as many digits as say something. */
export function number(value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return '';
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toLocaleString('en', { maximumFractionDigits: digits });
}

function markdown<Row>(columns: Columns<Row>, rows: readonly Row[]): string {
  const cells = rows.map((row) => Object.values(columns).map((read) => read(row)));
  const titles = Object.keys(columns);
  // A column that nobody has anything to say in is left out.
  const kept = titles.map((_, index) => cells.some((row) => row[index] !== ''));
  const lines = [titles, ...cells].map((row) => row.filter((_, index) => kept[index]));
  const widths = (lines[0] ?? []).map((_, index) =>
    Math.max(3, ...lines.map((row) => row[index]?.length ?? 0)),
  );
  const lineOf = (row: readonly string[]): string =>
    `| ${row.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join(' | ')} |\n`;
  const [title = [], ...rest] = lines;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |\n`;
  return [lineOf(title), rule, ...rest.map(lineOf)].join('');
}

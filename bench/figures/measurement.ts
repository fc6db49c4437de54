import type { Latencies } from './latencies.js';
import { median } from './statistics.js';

/** What one contender did in one scenario. What was not measured is left out. */
export interface Measurement {
  /** `service`, `baseline`, `limit`, or the commit that it is compared with. */
  readonly contender: string;
  /** What was measured, such as `acks, no worker`. */
  readonly what: string;
  /** Acknowledged, or answered, in a second. */
  readonly perSecond?: number | undefined;
  readonly completedPerSecond?: number | undefined;
  /** Milliseconds. */
  readonly p50?: number | undefined;
  readonly p99?: number | undefined;
  readonly p999?: number | undefined;
  /** Of all processes of the contender, an event, in microseconds. */
  readonly cpuMicros?: number | undefined;
  /** Of PostgreSQL, an event, in microseconds. */
  readonly databaseCpuMicros?: number | undefined;
  /** Of the load generator, an event: what of the processors nobody had. */
  readonly senderCpuMicros?: number | undefined;
  /** Resident, of the process that takes requests, or of the only one. */
  readonly peakMegabytes?: number | undefined;
  readonly note?: string | undefined;
}

const FIGURES = [
  'perSecond',
  'completedPerSecond',
  'p50',
  'p99',
  'p999',
  'cpuMicros',
  'databaseCpuMicros',
  'senderCpuMicros',
  'peakMegabytes',
] as const satisfies readonly (keyof Measurement)[];

/** One measurement in place of several rounds of the same: of each figure the median, and every note. */
export function medianOf(rounds: readonly Measurement[]): Measurement {
  const last = rounds.at(-1);
  if (last === undefined) throw new Error('There is no round to take the median of');
  const figures = FIGURES.flatMap((figure) => {
    const values = rounds.flatMap((round) => round[figure] ?? []);
    return values.length === 0 ? [] : [[figure, median(values)] as const];
  });
  const notes = new Set(rounds.flatMap(({ note }) => note ?? []));
  return { ...last, ...Object.fromEntries(figures), note: [...notes].join('; ') || undefined };
}

/** The three quantiles that are told of latencies. */
export function quantilesOf(latencies: Latencies): Pick<Measurement, 'p50' | 'p99' | 'p999'> {
  return {
    p50: latencies.quantile(0.5),
    p99: latencies.quantile(0.99),
    p999: latencies.quantile(0.999),
  };
}

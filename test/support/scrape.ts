import { readFile } from 'node:fs/promises';
import { runInstalled } from './installed-program.js';

export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** What a scrape or a table says of a metric. */
export interface DescribedMetric {
  readonly name: string;
  readonly type: string;
  readonly help: string;
}

/** What `GET /metrics` answered. */
export class Scrape {
  readonly metrics: readonly DescribedMetric[];
  readonly samples: readonly Sample[];

  constructor(readonly page: string) {
    const lines = page.split('\n');
    const helps = new Map(lines.flatMap((line) => [...line.matchAll(/^# HELP (\S+) (.*)$/g)].map(pair)));
    const types = lines.flatMap((line) => [...line.matchAll(/^# TYPE (\S+) (.*)$/g)].map(pair));
    this.metrics = types.map(([name, type]) => ({ name, type, help: helps.get(name) ?? '' }));
    this.samples = lines.filter((line) => line !== '' && !line.startsWith('#')).map(toSample);
  }

  /** @throws unless the service answers with metrics */
  static async of(url: string): Promise<Scrape> {
    const reply = await fetch(`${url}/metrics`);
    if (reply.status !== 200) throw new Error(`The scrape was answered ${reply.status}`);
    return new Scrape(await reply.text());
  }

  /** The sum of all samples of that name with these labels; undefined if there is none. */
  value(name: string, labels: Readonly<Record<string, string>> = {}): number | undefined {
    const found = this.samples.filter(
      (sample) =>
        sample.name === name && Object.entries(labels).every(([key, value]) => sample.labels[key] === value),
    );
    return found.length === 0 ? undefined : found.reduce((sum, { value }) => sum + value, 0);
  }
}

/** @returns what `promtool check metrics` has to say about it; '' if nothing */
export async function checkByPromtool(page: string): Promise<string> {
  return (await runInstalled('promtool', ['check', 'metrics'], page)).output;
}

/** The rows of the tables in `docs/metrics.md`, with the names of their labels. */
export async function readMetricTables(): Promise<(DescribedMetric & { labels: string[] })[]> {
  const page = await readFile('docs/metrics.md', 'utf8');
  return page.split('\n').flatMap((line) => {
    const [, name, type, labels, help] = line.split('|').map((cell) => cell.trim());
    const named = /^`(\w+)`$/.exec(name ?? '')?.[1];
    if (named === undefined || type === undefined || labels === undefined || help === undefined) return [];
    return [
      { name: named, type, help, labels: [...labels.matchAll(/`(\w+)`/g)].map(([, label]) => label ?? '') },
    ];
  });
}

function pair([, first = '', second = '']: RegExpExecArray): [string, string] {
  return [first, second];
}

function toSample(line: string): Sample {
  const [, name = '', labels = '', value] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
  if (value === undefined) throw new Error(`This is no sample: ${line}`);
  const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(pair);
  return { name, labels: Object.fromEntries(pairs), value: Number(value) };
}

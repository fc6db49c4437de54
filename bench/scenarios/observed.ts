import { setTimeout as sleep } from 'node:timers/promises';
import type { Bench, Outcome, Scenario } from '../bench.js';
import { atLeast } from '../figures/finding.js';
import { medianOf, type Measurement } from '../figures/measurement.js';
import { TraceSink } from '../ground/trace-sink.js';
import { flatOut, load, ratio, toMeasurement } from './loaded.js';

/** Milliseconds between two scrapes; Prometheus comes every 15 s by default. */
const SCRAPE_MS = 5_000;

const SAMPLED = '0.1';

const SECONDS = 12;

/** What it costs to see what happens. Metrics are always counted; so without them means that nobody asks for them. */
export const observed: Scenario = {
  name: 'observed',
  about: 'metrics scraped and every tenth event traced, against neither',
  async run(bench): Promise<Outcome> {
    const sink = await TraceSink.open();
    try {
      const rounds: { off: Measurement; on: Measurement }[] = [];
      for (let left = bench.pick(1, 3); left > 0; left--)
        rounds.push({
          off: await measureUnobserved(bench),
          on: await measureObserved(bench, sink),
        });
      const [off, on] = [
        medianOf(rounds.map((round) => round.off)),
        medianOf(rounds.map((round) => round.on)),
      ];
      return {
        measurements: [off, on],
        findings: [
          {
            what: 'acks, observed',
            goal: atLeast(0.9, ' × not observed'),
            result: ratio('perSecond', on, off),
          },
        ],
      };
    } finally {
      await sink.close();
    }
  },
};

async function measureUnobserved(bench: Bench): Promise<Measurement> {
  const { service } = bench;
  return bench.onSite(service, async (site) => {
    const api = await site.start(service.program('api'));
    const loaded = await load(site, api, flatOut(bench, bench.seconds(SECONDS)));
    const measurement = toMeasurement(service, 'acks, neither scraped nor traced', loaded, api);
    bench.tell(measurement);
    return measurement;
  });
}

/** @throws if nothing was scraped or traced after all */
async function measureObserved(bench: Bench, sink: TraceSink): Promise<Measurement> {
  const { service } = bench;
  return bench.onSite(service, async (site) => {
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url, OTEL_TRACES_SAMPLER_ARG: SAMPLED };
    const api = await site.start(service.with({ role: 'api', env }));
    const before = sink.exports;
    const done = new AbortController();
    const loading = load(site, api, flatOut(bench, bench.seconds(SECONDS))).finally(() => done.abort());
    const scraping = scrape(api.url, bench.pick(200, SCRAPE_MS), done.signal);
    const [loaded, scrapes] = await Promise.all([loading, scraping]);
    const measured = toMeasurement(service, 'acks, scraped and traced at 10 %', loaded, api);
    // So that its last spans are sent.
    await site.stop(api);
    const exports = sink.exports - before;
    if (scrapes === 0 || exports === 0)
      throw new Error(`It was scraped ${scrapes} times, and sent traces ${exports} times`);
    const seen = `scraped ${scrapes} times, traces sent ${exports} times`;
    const note = [measured.note, seen].filter(Boolean).join('; ');
    const measurement = { ...measured, note };
    bench.tell(measurement);
    return measurement;
  });
}

/**
 * Asks for the metrics again and again.
 *
 * @returns how often they were told
 */
async function scrape(url: string, everyMs: number, stopped: AbortSignal): Promise<number> {
  let scrapes = 0;
  while (!stopped.aborted) {
    const reply = await fetch(`${url}/metrics`);
    await reply.text();
    if (reply.ok) scrapes++;
    await sleep(everyMs, undefined, { signal: stopped }).catch(() => undefined);
  }
  return scrapes;
}

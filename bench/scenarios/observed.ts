import type { Bench, Outcome, Scenario } from '../bench.js';
import type { Service } from '../contenders/service.js';
import { atLeast } from '../figures/finding.js';
import { medianOf, type Measurement } from '../figures/measurement.js';
import type { RunningProgram } from '../ground/running-program.js';
import { TraceSink } from '../ground/trace-sink.js';
import { flatOut, load, ratio, toMeasurement } from './loaded.js';

/** Milliseconds between two scrapes; Prometheus comes every 15 s by default. */
const SCRAPE_MS = 5_000;

const SAMPLED = '0.1';

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
          off: await measure(bench, bench.service),
          on: await measure(bench, bench.service, sink),
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

async function measure(bench: Bench, service: Service, sink?: TraceSink): Promise<Measurement> {
  return bench.onSite(service, async (site) => {
    const env = sink && { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url, OTEL_TRACES_SAMPLER_ARG: SAMPLED };
    const api = await site.start(service.with({ role: 'api', ...(env && { env }) }));
    const scraping = sink && setInterval(() => void scrape(api), SCRAPE_MS);
    try {
      const loaded = await load(site, api, flatOut(bench, bench.pick(1, 12)));
      const what = sink ? 'acks, scraped and traced at 10 %' : 'acks, neither scraped nor traced';
      const measurement = toMeasurement(service, what, loaded, api);
      bench.tell(measurement);
      return measurement;
    } finally {
      clearInterval(scraping);
    }
  });
}

async function scrape({ url }: RunningProgram): Promise<void> {
  const reply = await fetch(`${url}/metrics`);
  await reply.text();
}

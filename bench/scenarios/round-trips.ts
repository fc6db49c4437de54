import type { Outcome, Scenario } from '../bench.js';
import { atMost } from '../figures/finding.js';
import { SqlRelay } from '../ground/sql-relay.js';
import { allOf, load } from './loaded.js';
import { untilCompleted } from './progress.js';

/** How many statements are told of. */
const SHOWN = 8;

/** Longer than anybody needs for what is sent here. */
const PATIENCE_SECONDS = 120;

/** Waiting for the database is most of what an event costs, and each of these is one wait. */
export const roundTrips: Scenario = {
  name: 'round-trips',
  about: 'SQL round trips an event, from its acceptance to its completion, counted on the wire',
  async run(bench): Promise<Outcome> {
    const count = bench.pick(200, 20_000);
    return bench.onSite(bench.service, async (site) => {
      const relay = await SqlRelay.open(site.databaseUrl);
      try {
        const all = await site.start(bench.service.program('all'), { DATABASE_URL: relay.url });
        const before = { roundTrips: relay.roundTrips, statements: relay.statements };
        await load(site, all, allOf(bench, count));
        const completed = await untilCompleted(site, bench.service, count, PATIENCE_SECONDS);
        if (completed < count) throw new Error(`Only ${completed} of ${count} were completed in time`);
        const result = (relay.roundTrips - before.roundTrips) / count;
        const most = [...relay.statements]
          .map(([name, times]) => [name, (times - (before.statements.get(name) ?? 0)) / count] as const)
          .sort(([, one], [, other]) => other - one)
          .slice(0, SHOWN)
          .map(([name, times]) => `${name} ${times.toFixed(3)}`);
        const note = most.join(', ');
        bench.options.say(`  ${result.toFixed(2)} round trips an event: ${note}`);
        return {
          measurements: [],
          findings: [{ what: 'SQL round trips an event', goal: atMost(2, ''), result, note }],
        };
      } finally {
        await relay.close();
      }
    });
  },
};

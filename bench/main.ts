// Starts all that is needed, measures, prints the table of goals and writes the results. See docs/performance.md.

import { resolve } from 'node:path';
import { Bench, type Outcome, type Scenario } from './bench.js';
import { Service } from './contenders/service.js';
import type { Finding } from './figures/finding.js';
import { describeMachine, machineLine } from './figures/machine.js';
import { profileFolder, ResultsFile } from './figures/results.js';
import { findingsTable, measurementsTable } from './figures/table.js';
import { Servers } from './ground/servers.js';
import { inLanes } from './in-lanes.js';
import { readPlan, type Plan } from './plan.js';
import { scenarios } from './scenarios/index.js';

const { BENCH_REDIS_PROGRAM: redisProgram = 'redis-server', BENCH_OTHER: other } = process.env;

/** What a scenario has brought to light, with its name. */
interface NamedOutcome extends Outcome {
  readonly findings: readonly Finding[];
}

const NOTHING: NamedOutcome = { measurements: [], findings: [] };

/** Scenarios at the same time in the short form, whose figures nobody looks at. */
const SHORT_LANES = 2;

const SIGNALS = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** The build of another commit, as `scripts/bench.mjs` names it: `<name>=<folder>`. */
function otherService(): Service | undefined {
  const [name, dist] = other?.split('=') ?? [];
  return name === undefined || dist === undefined ? undefined : new Service(name, dist);
}

async function measure(plan: Plan): Promise<void> {
  const startedAt = new Date();
  const results = new ResultsFile(startedAt);
  const servers = await Servers.start(redisProgram);
  const profiles = plan.profile ? resolve(profileFolder(startedAt)) : undefined;
  const service = new Service('service', resolve('dist'), profiles);
  const { form, minutes, storedEvents } = plan;
  const bench = new Bench({ form, servers, service, other: otherService(), minutes, storedEvents, say });
  const stopped = new AbortController();
  const close = async (): Promise<void> => {
    // Whoever has interrupted us does not wait long, and nobody else would end the servers.
    await Promise.all([servers.close(), bench.end()]);
  };
  for (const [signal, code] of Object.entries(SIGNALS)) {
    process.once(signal, () => {
      stopped.abort();
      void close().finally(() => process.exit(code));
    });
  }

  try {
    const machine = await describeMachine(servers.admin, redisProgram);
    say(machineLine(machine));
    const chosen = scenarios.filter(({ name }) => plan.scenarios.includes(name));
    const outcomes = new Map<Scenario, NamedOutcome>();
    const soFar = (): NamedOutcome => joined(chosen.map((scenario) => outcomes.get(scenario) ?? NOTHING));
    const write = (): string =>
      results.write({ form, machine, other: bench.options.other?.name, ...soFar() });
    await inLanes(chosen, bench.pick(SHORT_LANES, 1), async (scenario) => {
      if (stopped.signal.aborted) return;
      outcomes.set(scenario, await run(scenario, bench, stopped.signal));
      // An hour of measuring must not be lost by the minute after it.
      write();
    });
    // A signal has ended everything, and will end us.
    if (stopped.signal.aborted) return;
    const { measurements, findings } = soFar();
    print(`\n${machineLine(machine)}\n`);
    if (measurements.length > 0) print(measurementsTable(measurements));
    if (findings.length > 0) print(findingsTable(findings));
    if (form === 'short') {
      const why = `Sizes were small, and ${SHORT_LANES} scenarios ran at the same time`;
      print(`${why}: only that everything works is told by this.\n`);
    }
    if (profiles !== undefined) print(`Profiles, which have slowed it down, are in ${profiles}`);
    print(`Written to ${write()}`);
  } finally {
    if (!stopped.signal.aborted) await close();
  }
}

function joined(outcomes: readonly NamedOutcome[]): NamedOutcome {
  return {
    measurements: outcomes.flatMap(({ measurements }) => measurements),
    findings: outcomes.flatMap(({ findings }) => findings),
  };
}

/** What fails is told, and the others are measured all the same, unless everything was stopped. */
async function run(scenario: Scenario, bench: Bench, stopped: AbortSignal): Promise<NamedOutcome> {
  const { name, about } = scenario;
  say(`• ${name}: ${about}`);
  const startedAt = performance.now();
  try {
    const { measurements, findings } = await scenario.run(bench);
    say(`  ${name} took ${Math.round((performance.now() - startedAt) / 1_000)} s`);
    return { measurements, findings: findings.map((finding) => ({ scenario: name, ...finding })) };
  } catch (error) {
    if (stopped.aborted) return NOTHING;
    say(`✗ ${name} failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    process.exitCode = 1;
    return NOTHING;
  }
}

const plan = readPlan(process.argv.slice(2), scenarios);
if (plan.list) scenarios.forEach(({ name, about }) => print(`${name.padEnd(12)} ${about}`));
else await measure(plan);

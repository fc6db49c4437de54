import type { Contender } from './contenders/contender.js';
import { SECRETS } from './contenders/contender.js';
import type { Service } from './contenders/service.js';
import type { Finding } from './figures/finding.js';
import { medianOf, type Measurement } from './figures/measurement.js';
import { number } from './figures/table.js';
import type { Servers } from './ground/servers.js';
import { Site } from './ground/site.js';
import type { BodySize } from './load/bodies.js';
import type { DeliveryPlan } from './load/load-plan.js';
import type { Form } from './plan.js';

/** What a scenario brings to light. */
export interface Outcome {
  readonly measurements: readonly Measurement[];
  readonly findings: readonly Omit<Finding, 'scenario'>[];
}

/** One thing that is measured. */
export interface Scenario {
  /** By which it is chosen. */
  readonly name: string;
  /** What it answers, in a line. */
  readonly about: string;
  /** It has no goal and takes long: in the long form it only runs where it is asked for. */
  readonly isApart?: true;
  run(bench: Bench): Promise<Outcome>;
}

export interface BenchOptions {
  readonly form: Form;
  readonly servers: Servers;
  readonly service: Service;
  /** The build of another commit, to compare with. */
  readonly other?: Service | undefined;
  /** Minutes for which memory is watched. */
  readonly minutes: number;
  /** Events that are stored before it is measured what that costs. */
  readonly storedEvents: number;
  readonly say: (line: string) => void;
}

/** What runs, and does not end by itself. */
interface Running {
  /** Harmless when called again. */
  end(): Promise<void>;
}

/** How long it is measured in the short form. */
const SHORT_SECONDS = 0.3;

/** What every scenario has at hand. */
export class Bench {
  private readonly running = new Set<Running>();
  private series = 0;

  constructor(readonly options: BenchOptions) {}

  get service(): Service {
    return this.options.service;
  }

  /** The service, and what it is compared with by `--vs`. */
  get services(): readonly Service[] {
    const { service, other } = this.options;
    return other === undefined ? [service] : [service, other];
  }

  get isShort(): boolean {
    return this.options.form === 'short';
  }

  /** The one or the other, by the form. */
  pick<Value>(short: Value, long: Value): Value {
    return this.isShort ? short : long;
  }

  /** So long, or for a moment in the short form. */
  seconds(long: number): number {
    return this.pick(SHORT_SECONDS, long);
  }

  /** Deliveries that are no others' repetitions. */
  deliveries(size: BodySize = '1 KB', repeats = false): DeliveryPlan {
    const secret = size === '1 KB' ? SECRETS.stripe : SECRETS.github;
    return { kind: 'deliveries', size, secret, series: `bench${this.series++}n`, repeats };
  }

  /** Gives the contender a database and a queue of its own for as long as the work takes. */
  async onSite<Result>(contender: Contender, work: (site: Site) => Promise<Result>): Promise<Result> {
    const site = await Site.open(this.options.servers);
    return this.keeping(site, async () => {
      try {
        await contender.prepare(site.pool);
        return await work(site);
      } finally {
        await site.close();
      }
    });
  }

  /** Sees to it that it is ended if all is interrupted before the work is done. */
  async keeping<Result>(running: Running, work: () => Promise<Result>): Promise<Result> {
    this.running.add(running);
    try {
      return await work();
    } finally {
      this.running.delete(running);
    }
  }

  /**
   * Measures contenders in turn, several rounds, so that what the machine does meanwhile meets all of them.
   *
   * @returns by its name, the median of each contender
   */
  async alternate<One extends Contender>(
    contenders: readonly One[],
    measure: (contender: One) => Promise<Measurement>,
    rounds = this.pick(1, 3),
  ): Promise<ReadonlyMap<string, Measurement>> {
    const measured = new Map<string, Measurement[]>();
    for (let round = 0; round < rounds; round++) {
      for (const contender of contenders) {
        const measurement = await measure(contender);
        this.tell(measurement);
        measured.set(contender.name, [...(measured.get(contender.name) ?? []), measurement]);
      }
    }
    return new Map([...measured].map(([name, all]) => [name, medianOf(all)]));
  }

  /** Says what was just measured, for whoever watches. */
  tell({ contender, what, perSecond, completedPerSecond, p50, p99, note }: Measurement): void {
    const figures = [
      [perSecond, '/s'],
      [completedPerSecond, ' completed/s'],
      [p50, ' ms p50'],
      [p99, ' ms p99'],
    ] as const;
    const told = figures.flatMap(([value, unit]) => (value === undefined ? [] : `${number(value)}${unit}`));
    this.options.say(`  ${what}, ${contender}: ${[...told, note].filter(Boolean).join(', ')}`);
  }

  /** Ends all that an interrupted scenario has running, which fails by that. */
  async end(): Promise<void> {
    await Promise.allSettled([...this.running].map((one) => one.end()));
  }
}

import type { OnApplicationShutdown, OnModuleInit } from '@nestjs/common';
import type { Logger } from 'winston';
import { Outage } from '../logging/index.js';
import { Rounds } from '../process/index.js';
import { judge, mustOpen, PROBE_MS, type Counts, type OpenCircuit, type Outcome } from './circuit-rule.js';
import type { CircuitStatus, CircuitStore, Tally } from './circuit-store.js';
import { OutcomeWindow } from './outcome-window.js';

/** Milliseconds from one exchange with the store to the next. */
const EXCHANGE_MS = 500;

/** Milliseconds after a probe was refused until this process asks for one again. */
const ASK_AGAIN_MS = 1_000;

export interface CircuitSettings {
  /** Milliseconds for which an open circuit lets nothing through. */
  readonly cooldownMs: number;
  /** Failures in the window below which the circuit of a target stays closed. */
  readonly threshold: number;
  /** Names this process in the audit trail; no other process may have the same name. */
  readonly actor: string;
}

export type Admission =
  | { readonly outcome: 'pass' }
  /** The one attempt of all processes whose outcome decides. It must be recorded. */
  | { readonly outcome: 'probe' }
  /** Don't try; nothing was counted. */
  | { readonly outcome: 'refused' };

/** A change that the store has not heard of yet. Until it has, what it tells of that circuit is old. */
type Change = { to: 'open'; reason: string } | { to: 'settled'; outcome: Outcome };

/**
 * Keeps work from what is out of order. All processes share the state of a circuit by way of the store; each keeps
 * a copy, so that asking costs nothing. While the store is away each process goes by what it has seen itself.
 *
 * The rules are a few lines of our own (`circuit-rule.ts`): the libraries for this hold their state in one process.
 */
export class CircuitBreaker implements OnModuleInit, OnApplicationShutdown {
  /** Those that are not closed. */
  private readonly open = new Map<string, OpenCircuit>();
  private readonly windows = new Map<string, OutcomeWindow>();
  private readonly changes = new Map<string, Change>();
  /** Until when, on this process's clock, an outcome is the one of its probe. */
  private readonly probes = new Map<string, number>();
  /** Circuits of which some process has seen failures lately, so that successes are worth telling. */
  private watched: ReadonlySet<string> = new Set();

  private readonly outage: Outage;
  private readonly exchanges: Rounds;

  constructor(
    private readonly store: CircuitStore,
    private readonly settings: CircuitSettings,
    private readonly logger: Logger,
  ) {
    this.outage = new Outage(logger, 'Circuits are not shared; each process goes by its own');
    this.exchanges = new Rounds(() => this.exchangeOnce(), this.outage);
  }

  /** Before any work is taken. */
  async onModuleInit(): Promise<void> {
    await this.exchange();
    this.exchanges.start(EXCHANGE_MS);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.exchanges.stop();
    await this.exchange();
  }

  /** Whether to try now. Asks the store only when a cool-down is over. */
  async admit(name: string): Promise<Admission> {
    const now = performance.now();
    const verdict = judge(this.open.get(name), now);
    if (verdict !== 'ask') return { outcome: verdict };
    // At once, so that nobody else in this process asks meanwhile.
    this.open.set(name, { manual: false, retryAt: now + ASK_AGAIN_MS });
    if (!(await this.claimProbe(name))) return { outcome: 'refused' };
    const until = performance.now() + PROBE_MS;
    this.probes.set(name, until);
    this.open.set(name, { manual: false, retryAt: until });
    return { outcome: 'probe' };
  }

  /** What became of something that was tried. Whatever comes first after a probe was admitted counts as its outcome. */
  record(name: string, outcome: Outcome): void {
    const now = performance.now();
    const probeUntil = this.probes.get(name);
    if (probeUntil !== undefined) {
      this.probes.delete(name);
      if (now < probeUntil) {
        this.settle(name, outcome, now);
        return;
      }
    }
    const window = this.windowOf(name);
    window.add(outcome, now);
    if (outcome === 'failure') this.openIfMust(name, window.counts(now), now);
  }

  /** Whether it is not closed. */
  isOpen(name: string): boolean {
    return this.open.has(name);
  }

  /** Names of those for which a probe may be due. */
  dueForProbe(): string[] {
    const now = performance.now();
    return [...this.open].filter(([, circuit]) => judge(circuit, now) === 'ask').map(([name]) => name);
  }

  /** Tells the store what was seen and learns what others have seen. Never fails. */
  exchange(): Promise<void> {
    return this.exchanges.run();
  }

  private async exchangeOnce(): Promise<void> {
    for (const [name, change] of this.changes) {
      await this.tell(name, change);
      if (this.changes.get(name) === change) this.changes.delete(name);
    }
    // What cannot be told is lost: by the time that it could, it would be too old to count.
    this.apply(await this.store.exchange(this.takeTallies()));
  }

  private async tell(name: string, change: Change): Promise<void> {
    const { cooldownMs, actor } = this.settings;
    switch (change.to) {
      case 'open':
        return this.store.open(name, { cooldownMs, reason: change.reason, actor });
      case 'settled':
        return this.store.settleProbe(name, change.outcome, { cooldownMs, actor });
    }
  }

  private takeTallies(): Tally[] {
    const now = performance.now();
    const tallies: Tally[] = [];
    for (const [name, window] of this.windows) {
      const { successes, failures } = window.untaken(now);
      if (failures > 0 || (successes > 0 && this.watched.has(name))) {
        tallies.push({ name, ...window.take(now) });
      }
    }
    return tallies;
  }

  private apply(circuits: readonly CircuitStatus[]): void {
    const now = performance.now();
    this.watched = new Set(circuits.map(({ name }) => name));
    const told = new Map(circuits.map((circuit) => [circuit.name, circuit]));
    for (const name of new Set([...told.keys(), ...this.open.keys()])) {
      if (this.changes.has(name)) continue;
      const circuit = told.get(name);
      if (circuit === undefined || circuit.state === 'closed') {
        this.close(name);
        if (circuit !== undefined) this.openIfMust(name, circuit, now);
      } else {
        const { manual, retryInMs } = circuit;
        this.setOpen(name, { manual, retryAt: now + (retryInMs ?? Infinity) });
      }
    }
  }

  private openIfMust(name: string, counts: Counts, now: number): void {
    if (this.open.has(name) || !mustOpen(name, counts, this.settings.threshold)) return;
    const { successes, failures } = counts;
    this.setOpen(name, { manual: false, retryAt: now + this.settings.cooldownMs });
    this.changes.set(name, { to: 'open', reason: `${failures} of ${failures + successes} failed` });
  }

  private settle(name: string, outcome: Outcome, now: number): void {
    switch (outcome) {
      case 'success':
        this.close(name);
        break;
      case 'failure':
        this.setOpen(name, { manual: false, retryAt: now + this.settings.cooldownMs });
        break;
    }
    this.changes.set(name, { to: 'settled', outcome });
    // What waits for it waits no longer than it must.
    void this.exchange();
  }

  private async claimProbe(name: string): Promise<boolean> {
    try {
      return await this.store.claimProbe(name, this.settings.actor);
    } catch (error) {
      this.outage.feel(error);
      return true;
    }
  }

  private setOpen(name: string, circuit: OpenCircuit): void {
    if (!this.open.has(name)) this.logger.warn('Circuit open', { circuit: name, manual: circuit.manual });
    this.open.set(name, circuit);
  }

  /** What failed before says nothing any more. */
  private close(name: string): void {
    if (!this.open.delete(name)) return;
    this.windows.get(name)?.clear();
    this.logger.info('Circuit closed', { circuit: name });
  }

  private windowOf(name: string): OutcomeWindow {
    let window = this.windows.get(name);
    if (window === undefined) this.windows.set(name, (window = new OutcomeWindow()));
    return window;
  }
}

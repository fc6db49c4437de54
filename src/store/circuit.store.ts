import { Inject, Injectable } from '@nestjs/common';
import pg from 'pg';
import {
  PROBE_MS,
  WINDOW_MS,
  type CircuitState,
  type CircuitStatus,
  type CircuitStore,
  type Outcome,
  type Tally,
} from '../platform/circuit-breaker/index.js';
import { DATABASE_POOL } from '../platform/database/index.js';
import { CHANGE, EXCHANGE, FIND_WAITING, FIND_DUE_OF_PROVIDER, LIST, type Guard } from './circuit.sql.js';

/** A circuit with all that whoever is on call may want to know. */
export interface ListedCircuit {
  readonly name: string;
  readonly state: CircuitState;
  readonly manual: boolean;
  readonly successes: number;
  readonly failures: number;
  readonly openedAt: Date | null;
  readonly retryAt: Date | null;
  readonly reason: string | null;
  readonly actor: string | null;
  readonly updatedAt: Date;
  /** Runs that wait for it to close. */
  readonly waitingRuns: number;
}

interface Change {
  readonly to: CircuitState;
  readonly reason: string;
  readonly actor: string;
  /** Milliseconds after which a probe may be claimed. */
  readonly retryInMs?: number;
  readonly manual?: boolean;
}

/** Keeps the circuits where all processes see them. Every change is one statement with its audit row. */
@Injectable()
export class PostgresCircuitStore implements CircuitStore {
  constructor(@Inject(DATABASE_POOL) private readonly pool: pg.Pool) {}

  async exchange(tallies: readonly Tally[]): Promise<CircuitStatus[]> {
    const { rows } = await this.pool.query<CircuitStatus>({
      name: 'exchange-circuits',
      text: EXCHANGE,
      values: [
        tallies.map(({ name }) => name),
        tallies.map(({ successes }) => successes),
        tallies.map(({ failures }) => failures),
        WINDOW_MS,
      ],
    });
    return rows;
  }

  async open(name: string, change: { cooldownMs: number; reason: string; actor: string }): Promise<void> {
    const { reason, actor, cooldownMs } = change;
    await this.ensure(name);
    await this.change('closed', name, { to: 'open', reason, actor, retryInMs: cooldownMs });
  }

  async claimProbe(name: string, actor: string): Promise<boolean> {
    const reason = 'The cool-down is over';
    return this.change('due', name, { to: 'half_open', reason, actor, retryInMs: PROBE_MS });
  }

  async settleProbe(
    name: string,
    outcome: Outcome,
    change: { cooldownMs: number; actor: string },
  ): Promise<void> {
    const { cooldownMs, actor } = change;
    switch (outcome) {
      case 'success':
        await this.change('probed', name, { to: 'closed', reason: 'The probe succeeded', actor });
        return;
      case 'failure': {
        const reason = 'The probe failed';
        await this.change('probed', name, { to: 'open', reason, actor, retryInMs: cooldownMs });
      }
    }
  }

  /** Opens it whatever it was; from then on only {@link closeByHand} closes it. */
  async openByHand(name: string, reason: string, actor: string): Promise<ListedCircuit> {
    await this.ensure(name);
    await this.change('any', name, { to: 'open', reason, actor, manual: true });
    return (await this.find(name)) as ListedCircuit;
  }

  /** @returns the circuit, or undefined if there is none of that name */
  async closeByHand(name: string, reason: string, actor: string): Promise<ListedCircuit | undefined> {
    await this.change('not closed', name, { to: 'closed', reason, actor });
    return this.find(name);
  }

  /** Those that are not closed first. */
  async list(): Promise<ListedCircuit[]> {
    return (await this.pool.query<ListedCircuit>(LIST, [null])).rows;
  }

  /** A run that waits for the circuit, the oldest first: it may be the probe. */
  async findWaiting(name: string): Promise<string | undefined> {
    return (await this.pool.query<{ id: string }>(FIND_WAITING, [name])).rows[0]?.id;
  }

  /** The provider's run that has been due for longest. */
  async findDueOf(provider: string): Promise<string | undefined> {
    return (await this.pool.query<{ id: string }>(FIND_DUE_OF_PROVIDER, [provider])).rows[0]?.id;
  }

  private async find(name: string): Promise<ListedCircuit | undefined> {
    return (await this.pool.query<ListedCircuit>(LIST, [name])).rows[0];
  }

  private async ensure(name: string): Promise<void> {
    await this.pool.query('INSERT INTO circuits (name) VALUES ($1) ON CONFLICT DO NOTHING', [name]);
  }

  /** @returns whether the circuit was as the guard demands, and so was changed */
  private async change(guard: Guard, name: string, change: Change): Promise<boolean> {
    const { to, reason, actor, retryInMs = null, manual = false } = change;
    const values = [name, to, reason, actor, retryInMs, manual];
    return (await this.pool.query(CHANGE[guard], values)).rowCount === 1;
  }
}

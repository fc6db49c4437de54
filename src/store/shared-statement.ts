import { GroupCommit } from '../platform/batching/index.js';
import { databaseFault } from '../platform/database/index.js';
import { countSharedStatement } from '../platform/metrics/index.js';
import { inSharedSpan, inSpan, NO_SPAN, outsideSpans, tracer, type Span } from '../platform/tracing/index.js';

/** What a statement writes about a run, or asks of it. */
export interface AboutRun {
  readonly runId: string;
}

/** An item, and the span in which it waits for its commit. */
interface Pending<Item> {
  readonly item: Item;
  readonly span: Span;
}

/** What waits is no more than the process executes at a time, so it needs no limit. */
const LIMITS = { rows: 100, bytes: 4 * 2 ** 20, flushes: 2 };

/** What an item needs beside the bytes that it brings, roughly. */
const OVERHEAD_BYTES = 512;

/**
 * One statement, hence one commit, for all runs that come to the same point at the same time. Each has a result of its
 * own, and what it brings, such as a text that the database does not take, fails no other run.
 */
export class SharedStatement<Item extends AboutRun, Result> {
  private readonly group: GroupCommit<Pending<Item>, PromiseSettledResult<Result | undefined>>;

  /**
   * @param name of the statement in traces and metrics
   * @param execute carries it out for items of different runs, and gives results by the runs' ids
   */
  constructor(
    private readonly name: string,
    private readonly execute: (items: readonly Item[]) => Promise<ReadonlyMap<string, Result>>,
  ) {
    this.group = new GroupCommit<Pending<Item>, PromiseSettledResult<Result | undefined>>(
      // It is about many runs, and must not seem to be about one.
      (pending) => outsideSpans(() => this.commit(pending)),
      LIMITS,
      ({ item }) => item.runId,
    );
  }

  /**
   * Resolves when it is committed.
   *
   * @param bytes that the item brings
   * @returns undefined if the statement has no result for the run
   * @throws what the database throws
   */
  async add(item: Item, bytes = 0): Promise<Result | undefined> {
    // What nobody watches, such as a claim, is not shown.
    if (!tracer().isRecording()) return this.wait({ item, span: NO_SPAN }, bytes);
    return inSpan(this.name, {}, (span) => this.wait({ item, span }, bytes));
  }

  private async wait(pending: Pending<Item>, bytes: number): Promise<Result | undefined> {
    const written = await this.group.join(pending, bytes + OVERHEAD_BYTES);
    if (written.status === 'rejected') throw written.reason;
    return written.value;
  }

  private commit(pending: readonly Pending<Item>[]): Promise<PromiseSettledResult<Result | undefined>[]> {
    const items = pending.map(({ item }) => item);
    const served = pending.map(({ span }) => span);
    return inSharedSpan('commit', served, { 'db.operation.batch.size': items.length }, () =>
      this.write(items),
    );
  }

  /** @throws when the database is away: for one as for all */
  private async write(items: readonly Item[]): Promise<PromiseSettledResult<Result | undefined>[]> {
    try {
      const results = await this.execute(items);
      countSharedStatement(this.name, items.length);
      return items.map(({ runId }) => ({ status: 'fulfilled', value: results.get(runId) }));
    } catch (error) {
      if (databaseFault(error) === 'unavailable') throw error;
      if (items.length === 1) return [{ status: 'rejected', reason: error }];
      return this.writeOneByOne(items);
    }
  }

  private async writeOneByOne(items: readonly Item[]): Promise<PromiseSettledResult<Result | undefined>[]> {
    const written: PromiseSettledResult<Result | undefined>[] = [];
    for (const item of items) written.push(...(await this.write([item])));
    return written;
  }
}

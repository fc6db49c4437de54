import { createHash } from 'node:crypto';
import type { Performer } from '../../src/act/action.js';
import {
  ActionError,
  compensationName,
  defineWorkflow,
  failure,
  undoBy,
  type Action,
  type EventPattern,
} from '../../src/model/index.js';
import type { Settlement, StepEntry } from '../../src/store/index.js';
import { executionsBy } from '../support/executions.js';
import { openStores, type TestStores } from '../support/stores.js';

const ACTOR = 'worker:test';
const on: EventPattern<unknown> = { provider: 'stripe', type: 'charge.refunded' };

let stores: TestStores;

beforeAll(async () => {
  stores = await openStores();
});

afterAll(() => stores.close());

const entryOf = (name: string): StepEntry => ({
  name,
  action: 'mail',
  inputHash: createHash('sha256').update(name).digest(),
  idempotencyKey: `run:${name}`,
});
const failed: Settlement = {
  from: 'running',
  to: 'retrying',
  reason: 'failed',
  failure: failure('target_unavailable', 'away', 'send'),
  retryInMs: 0,
};

const note: Action<string> = { name: 'note', effect: 'repeatable' };
const mail: Action<string> = { name: 'mail', effect: 'external' };
const post: Action<string> = { name: 'post', effect: 'keyed' };
const going = new AbortController().signal;

/** Executions whose actions do what the test says, and a list of what they were asked to do. */
function executorThat(perform: (input: string) => unknown) {
  const asked: string[] = [];
  const performers = [note, mail, post].map((action): Performer<string, unknown> => ({
    action,
    // eslint-disable-next-line @typescript-eslint/require-await -- what is thrown must reject
    perform: async (input) => {
      asked.push(input);
      return perform(input);
    },
  }));
  return { asked, begin: executionsBy(stores, performers) };
}

describe('the steps of a run', () => {
  const workflow = defineWorkflow({
    name: 'spec',
    version: 1,
    on,
    steps: [
      { name: 'one', action: note, input: () => 'first' },
      { name: 'two', action: mail, input: (_event, { one }) => `after ${String(one)}` },
    ],
  });
  const repeating = defineWorkflow({
    ...workflow,
    steps: [{ name: 'two', action: mail, input: () => 'again', onUnknown: 'repeat' }],
  });
  it('does each step once, however many attempts there are, and hands its output on', async () => {
    let away = true;
    const { asked, begin } = executorThat((input) => {
      if (input.startsWith('after') && away) throw new ActionError('target_unavailable', 'away');
      return `did ${input}`;
    });
    const first = await stores.claimNew();
    expect(await begin(first, workflow).doSteps(going)).toEqual({
      outcome: 'failed',
      failure: failure('target_unavailable', 'away', 'two'),
    });
    await stores.runs.settle(first.lease, ACTOR, failed);
    away = false;
    const second = await stores.claim(first.lease.runId);
    expect(await begin(second, workflow).doSteps(going)).toEqual({
      outcome: 'completed',
    });
    expect(asked).toEqual(['first', 'after did first', 'after did first']);
  });

  // Such words stand in errors of SMTP servers as well as in those of a database that is away.
  it.each(['Connection timeout', 'Connection terminated unexpectedly'])(
    'takes "%s" of an action for a failure of that action',
    async (message) => {
      const { begin } = executorThat(() => {
        throw new ActionError('target_unavailable', message);
      });
      const run = await stores.claimNew();
      expect(await begin(run, workflow).doSteps(going)).toEqual({
        outcome: 'failed',
        failure: failure('target_unavailable', message, 'one'),
      });
    },
  );

  it('leaves to a person what a crash left unknown', async () => {
    const { asked, begin } = executorThat(() => 'done');
    const crashed = await stores.claimNew();
    await stores.steps.begin(crashed.lease, entryOf('two'), false);
    await stores.expireLease(crashed.lease.runId);
    const run = await stores.claim(crashed.lease.runId);
    expect(await begin(run, workflow).doSteps(going)).toMatchObject({
      outcome: 'failed',
      failure: { code: 'outcome_unknown', step: 'two', retryable: false },
    });
    expect(asked).toEqual(['first']);
    expect(await begin(run, repeating).doSteps(going)).toEqual({ outcome: 'completed' });
    expect(asked).toEqual(['first', 'again']);
  });

  it('does not know what an action has done that fails without a word', async () => {
    const { begin } = executorThat((input) => {
      if (input !== 'first') throw new TypeError('x is not a function');
      return undefined;
    });
    const run = await stores.claimNew();
    expect(await begin(run, workflow).doSteps(going)).toMatchObject({
      failure: { code: 'outcome_unknown', step: 'two' },
    });
  });

  it('tells an event that lacks what a step needs from a step that failed', async () => {
    const { asked, begin } = executorThat(() => undefined);
    const faulty = defineWorkflow({
      ...workflow,
      steps: [{ name: 'one', action: note, input: ({ payload }) => (payload as { a: { b: string } }).a.b }],
    });
    const run = await stores.claimNew();
    expect(await begin(run, faulty).doSteps(going)).toMatchObject({
      failure: { code: 'input_invalid', step: 'one', retryable: false },
    });
    expect(asked).toEqual([]);
  });

  it('stops before the next step when it is interrupted, and when it is fenced', async () => {
    const interrupt = new AbortController();
    const one = executorThat(() => interrupt.abort());
    const run = await stores.claimNew();
    expect(await one.begin(run, workflow).doSteps(interrupt.signal)).toEqual({
      outcome: 'interrupted',
    });
    expect(one.asked).toEqual(['first']);

    const other = executorThat(() => undefined);
    await stores.expireLease(run.lease.runId);
    await stores.claim(run.lease.runId);
    expect(await other.begin(run, workflow).doSteps(going)).toEqual({ outcome: 'fenced' });
    expect(other.asked).not.toContain('after undefined');
  });
});

describe('a step', () => {
  it('that takes too long has failed, and what it does later changes nothing', async () => {
    let end: () => void = () => undefined;
    const { begin } = executorThat(() => new Promise<void>((resolve) => (end = resolve)));
    const slow = (action: Action<string>) =>
      defineWorkflow({
        name: 'slow',
        version: 1,
        on,
        steps: [{ name: 'wait', action, input: () => 'long', timeoutMs: 20 }],
      });
    const run = await stores.claimNew();
    expect(await begin(run, slow(note)).doSteps(going)).toMatchObject({
      outcome: 'failed',
      failure: { code: 'timed_out', step: 'wait', retryable: true },
    });
    // Its target will know a repetition.
    expect(await begin(run, slow(post)).doSteps(going)).toMatchObject({
      failure: { code: 'timed_out', retryable: true },
    });
    // Nobody knows what it has done.
    const other = await stores.claimNew();
    expect(await begin(other, slow(mail)).doSteps(going)).toMatchObject({
      failure: { code: 'outcome_unknown', retryable: false },
    });
    end();
  });

  it('that may be repeated is tried again where nobody knows what it has done', async () => {
    const { begin } = executorThat(() => {
      throw new ActionError('outcome_unknown', 'no reply');
    });
    const steps = [{ name: 'send', action: mail, input: () => 'letter', onUnknown: 'repeat' }] as const;
    const repeating = defineWorkflow({ name: 'repeating', version: 1, on, steps });
    const run = await stores.claimNew();
    expect(await begin(run, repeating).doSteps(going)).toMatchObject({
      failure: { code: 'target_unavailable', message: 'no reply', retryable: true },
    });
  });

  it('that fails with words of a network has not lost the database', async () => {
    const { begin } = executorThat(() => {
      throw Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:9'), { code: 'ECONNREFUSED' });
    });
    const steps = [{ name: 'look', action: note, input: () => 'look' }] as const;
    const looking = defineWorkflow({ name: 'looking', version: 1, on, steps });
    const run = await stores.claimNew();
    expect(await begin(run, looking).doSteps(going)).toMatchObject({
      outcome: 'failed',
      failure: { code: 'unexpected', step: 'look', retryable: true },
      fault: { code: 'ECONNREFUSED' },
    });
  });

  it('whose target tells a repetition is repeated after a crash', async () => {
    const { asked, begin } = executorThat(() => 'done');
    const posting = defineWorkflow({
      name: 'posting',
      version: 1,
      on,
      steps: [{ name: 'charge', action: post, input: () => 'charge' }],
    });
    const crashed = await stores.claimNew();
    await stores.steps.begin(crashed.lease, entryOf('charge'), false);
    await stores.expireLease(crashed.lease.runId);
    const run = await stores.claim(crashed.lease.runId);
    expect(await begin(run, posting).doSteps(going)).toEqual({ outcome: 'completed' });
    expect(asked).toEqual(['charge']);
  });
});

describe('the compensations of a run', () => {
  /** Four steps, the second of which cannot be undone. */
  const order = defineWorkflow({
    name: 'order',
    version: 1,
    on,
    steps: [
      {
        name: 'pay',
        action: note,
        input: () => 'pay',
        compensation: undoBy(on, mail, (_event, { pay }) => `refund ${String(pay)}`),
      },
      { name: 'tell', action: note, input: () => 'tell' },
      {
        name: 'reserve',
        action: post,
        input: () => 'reserve',
        compensation: undoBy(on, post, () => 'release'),
      },
      { name: 'ship', action: post, input: () => 'ship', compensation: undoBy(on, post, () => 'call back') },
    ],
  });
  const turn: Settlement = {
    from: 'running',
    to: 'compensating',
    reason: 'failed',
    failure: failure('target_refused', 'out of stock', 'ship'),
  };

  const refuseToShip = (input: string): string => {
    if (input === 'ship') throw new ActionError('target_refused', 'no');
    return `did ${input}`;
  };

  it('undo what is done and can be undone, the last step first', async () => {
    const { asked, begin } = executorThat(refuseToShip);
    const run = await stores.claimNew();
    const execution = begin(run, order);
    expect(execution.isUndoable).toBe(false);
    expect(await execution.doSteps(going)).toMatchObject({ outcome: 'failed', failure: { step: 'ship' } });
    expect(execution.isUndoable).toBe(true);
    expect(execution.isBeingUndone).toBe(false);
    await stores.runs.settle(run.lease, ACTOR, turn);
    expect(await execution.undoSteps(going)).toEqual({ outcome: 'completed' });
    expect(asked).toEqual(['pay', 'tell', 'reserve', 'ship', 'release', 'refund did pay']);
    const { rows } = await stores.pool.query(
      `SELECT name, status, idempotency_key FROM steps WHERE run_id = $1 AND name LIKE '%:%' ORDER BY name`,
      [run.lease.runId],
    );
    expect(rows).toEqual(
      ['pay', 'reserve'].map((step) => ({
        name: compensationName(step),
        status: 'done',
        idempotency_key: `${run.lease.runId}:${step}:compensation`,
      })),
    );
  });

  it.each(['target_unavailable', 'timed_out'] as const)(
    'undo, too, what may be done although it failed as %s',
    async (code) => {
      const { asked, begin } = executorThat((input) => {
        if (input === 'reserve') throw new ActionError(code, 'no reply');
        return input;
      });
      const run = await stores.claimNew();
      const execution = begin(run, order);
      expect(await execution.doSteps(going)).toMatchObject({ failure: { code, step: 'reserve' } });
      await stores.runs.settle(run.lease, ACTOR, turn);
      asked.length = 0;
      expect(await execution.undoSteps(going)).toEqual({ outcome: 'completed' });
      expect(asked).toEqual(['release', 'refund pay']);
    },
  );

  it('undo what may be done, though a later attempt was refused', async () => {
    let reply: () => never = () => {
      throw new ActionError('target_unavailable', 'no reply');
    };
    const { asked, begin } = executorThat((input) => (input === 'reserve' ? reply() : input));
    const first = await stores.claimNew();
    await begin(first, order).doSteps(going);
    await stores.runs.settle(first.lease, ACTOR, failed);
    reply = () => {
      throw new ActionError('target_refused', 'unknown');
    };
    const second = await stores.claim(first.lease.runId);
    const execution = begin(second, order);
    expect(await execution.doSteps(going)).toMatchObject({ failure: { code: 'target_refused' } });
    await stores.runs.settle(second.lease, ACTOR, turn);
    asked.length = 0;
    await execution.undoSteps(going);
    expect(asked).toEqual(['release', 'refund pay']);
  });

  it('are not for a run that is past its pivot', async () => {
    const { begin } = executorThat((input) => {
      if (input === 'tell') throw new ActionError('target_refused', 'no such mailbox');
      return input;
    });
    const shipping = defineWorkflow({
      name: 'shipping',
      version: 1,
      on,
      steps: [
        {
          name: 'reserve',
          action: post,
          input: () => 'reserve',
          compensation: undoBy(on, post, () => 'release'),
        },
        { name: 'ship', action: post, input: () => 'ship', pivot: true },
        { name: 'tell', action: mail, input: () => 'tell' },
      ],
    });
    const execution = begin(await stores.claimNew(), shipping);
    expect(await execution.doSteps(going)).toMatchObject({ failure: { step: 'tell' } });
    expect(execution.isUndoable).toBe(false);
  });

  it('go on where they stopped, each once', async () => {
    let away = true;
    const { asked, begin } = executorThat((input) => {
      if (input.startsWith('refund') && away) throw new ActionError('target_unavailable', 'away');
      return refuseToShip(input);
    });
    const run = await stores.claimNew();
    const execution = begin(run, order);
    await execution.doSteps(going);
    await stores.runs.settle(run.lease, ACTOR, turn);
    expect(await execution.undoSteps(going)).toMatchObject({
      outcome: 'failed',
      failure: { code: 'target_unavailable', step: 'pay:compensation' },
    });
    expect(execution.isBeingUndone).toBe(true);
    const failedAgain = { ...turn, from: 'compensating', retryInMs: 0 } as Settlement;
    await stores.runs.settle(run.lease, ACTOR, failedAgain);
    away = false;
    asked.length = 0;
    const next = await stores.claim(run.lease.runId);
    expect(next.status).toBe('compensating');
    expect(await begin(next, order).undoSteps(going)).toEqual({ outcome: 'completed' });
    expect(asked).toEqual(['refund did pay']);
  });

  it('leave to a person what a crash left unknown', async () => {
    const { asked, begin } = executorThat(refuseToShip);
    const run = await stores.claimNew();
    await begin(run, order).doSteps(going);
    await stores.runs.settle(run.lease, ACTOR, turn);
    await stores.steps.begin(run.lease, entryOf(compensationName('pay')), false);
    await stores.expireLease(run.lease.runId);
    asked.length = 0;
    const next = await stores.claim(run.lease.runId);
    expect(await begin(next, order).undoSteps(going)).toMatchObject({
      outcome: 'failed',
      failure: { code: 'outcome_unknown', step: 'pay:compensation', retryable: false },
    });
    expect(asked).toEqual(['release']);
  });

  it('stop when they are interrupted, and when they are fenced', async () => {
    const interrupt = new AbortController();
    const { asked, begin } = executorThat((input) => {
      if (input === 'release') interrupt.abort();
      return refuseToShip(input);
    });
    const run = await stores.claimNew();
    const execution = begin(run, order);
    await execution.doSteps(going);
    await stores.runs.settle(run.lease, ACTOR, turn);
    expect(await execution.undoSteps(interrupt.signal)).toEqual({ outcome: 'interrupted' });
    await stores.expireLease(run.lease.runId);
    await stores.claim(run.lease.runId);
    expect(await execution.undoSteps(going)).toEqual({ outcome: 'fenced' });
    expect(asked.filter((input) => input.startsWith('refund'))).toEqual([]);
  });
});

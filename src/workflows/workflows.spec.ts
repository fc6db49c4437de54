import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { matches, type Provider, type Sample, type TypedEvent, type Workflow } from '../model/index.js';
import { parseProvidersFile, providers as builtIn } from '../providers/index.js';
import { findWorkflow, workflows, workflowsFor } from './index.js';
import { logEvent } from './log-event.js';

const FOLDER = join(process.cwd(), 'src/workflows');
const all = [...workflows, logEvent];
const targets = new Set(all.flatMap((workflow) => workflow.targets ?? []));

/** Workflows may be for providers of our own, if their file lies where it is recommended to. */
function ownProviders(): readonly Provider[] {
  const path = join(process.cwd(), 'providers.json');
  if (!existsSync(path)) return [];
  const taken = builtIn.map(({ name }) => name);
  const { providers: own, faults } = parseProvidersFile(readFileSync(path, 'utf8'), taken);
  if (faults.length > 0) throw new Error(`providers.json:\n${faults.join('\n')}`);
  return own;
}

const providers = [...builtIn, ...ownProviders()];

const samples = providers.flatMap((provider) =>
  provider.samples.map((sample) => ({ provider: provider.name, type: sample.type, sample })),
);

function eventOf(provider: string, sample: Sample): TypedEvent<unknown> {
  return {
    id: '01a4b3c2-0000-7000-8000-000000000001',
    provider,
    account: '',
    deliveryKey: 'delivery',
    type: sample.type,
    entity: null,
    occurredAt: null,
    receivedAt: new Date(),
    payload: sample.body(),
  };
}

/** What each step would be given, were the steps before it to give nothing. */
const inputsOf = ({ steps }: Workflow, event: TypedEvent<unknown>) =>
  steps.map((step) => [step.name, step.input(event, {})] as const);

describe('the list of workflows', () => {
  it('has every workflow that has a file beside it', () => {
    const files = readdirSync(FOLDER).filter((name) =>
      existsSync(join(FOLDER, name.replace('.ts', '.spec.ts'))),
    );
    const helpers = [
      'index.ts',
      ...files,
      ...readdirSync(FOLDER).filter((name) => name.endsWith('.spec.ts')),
    ];
    const expected = readdirSync(FOLDER).filter((name) => !helpers.includes(name));
    expect(all).toHaveLength(expected.length);
  });

  it('gives every workflow a name of its own and a version', () => {
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
    for (const { version } of all) expect(version).toBeGreaterThanOrEqual(1);
  });

  it.each(workflows)('has $name for a provider that is listed', ({ on }) => {
    expect(providers.map(({ name }) => name)).toContain(on.provider);
  });

  it.each(workflows)('has $name for something that there is a sample of', ({ on }) => {
    expect(samples.some((candidate) => matches(on, candidate))).toBe(true);
  });
});

describe.each(samples)('the sample $provider $type', ({ provider, type, sample }) => {
  it('has what every step of its workflows needs', () => {
    for (const workflow of workflowsFor({ provider, type }, targets)) {
      for (const [, input] of inputsOf(workflow, eventOf(provider, sample))) {
        expect(input).toEqual(expect.any(Object));
        expect(JSON.parse(JSON.stringify(input))).not.toEqual({});
        expect(JSON.stringify(input)).not.toMatch(/undefined|NaN|\[object/);
      }
    }
  });

  it('gives each step the same input each time', () => {
    const event = eventOf(provider, sample);
    for (const workflow of workflowsFor(event, targets)) {
      expect(inputsOf(workflow, event)).toEqual(inputsOf(workflow, event));
    }
  });
});

describe('the workflows for an event', () => {
  it.each([
    ['stripe', 'payment_intent.succeeded', ['stripe-payment-succeeded']],
    ['github', 'push', ['github-push']],
    ['github', 'pull_request.closed', ['github-pull-request']],
    ['paypal', 'PAYMENT.CAPTURE.COMPLETED', ['paypal-capture-completed']],
    ['stripe', 'charge.refunded', ['log']],
    ['github', 'pull_request_review.submitted', ['log']],
    ['paypal', 'push', ['log']],
    ['unheard-of', 'whatever', ['log']],
    ['*', '*', ['log']],
  ])('%s %s are %j', (provider, type, names) => {
    expect(workflowsFor({ provider, type }, new Set()).map(({ name }) => name)).toEqual(names);
  });

  it('can be found by their names, the fallback too', () => {
    for (const workflow of all) expect(findWorkflow(workflow.name)).toBe(workflow);
    for (const name of ['', 'none', 'constructor']) expect(findWorkflow(name)).toBeUndefined();
  });
});

describe('a workflow that needs a target', () => {
  const paid = { provider: 'stripe', type: 'payment_intent.succeeded' };
  const names = (targets: string[]) => workflowsFor(paid, new Set(targets)).map(({ name }) => name);

  it('is for no event while the target is not configured', () => {
    expect(names([])).toEqual(['stripe-payment-succeeded']);
    expect(names(['warehouse'])).toEqual(['stripe-payment-succeeded']);
    expect(names(['shop'])).toEqual(['stripe-payment-succeeded', 'stripe-order-paid']);
  });

  it('is found by its name all the same, since its runs may be open', () => {
    expect(findWorkflow('stripe-order-paid')?.targets).toEqual(['shop']);
  });
});

describe('what the workflows keep and send', () => {
  const inputs = (provider: string, type: string) => {
    const { sample } = samples.find(
      (candidate) => candidate.provider === provider && candidate.type === type,
    )!;
    const event = eventOf(provider, sample);
    return Object.fromEntries(workflowsFor(event, targets).flatMap((workflow) => inputsOf(workflow, event)));
  };

  it('of a payment with Stripe', () => {
    expect(inputs('stripe', 'payment_intent.succeeded')).toMatchObject({
      'keep-payment': { kind: 'payment', key: expect.stringMatching(/^pi_/) as string },
      'send-receipt': {
        to: expect.stringContaining('@') as string,
        subject: expect.stringMatching(/\d+\.\d\d [A-Z]{3}$/) as string,
      },
    });
  });

  it('of an order, and how each of its steps is undone', () => {
    const order = findWorkflow('stripe-order-paid')!;
    const { sample } = samples.find(({ type }) => type === 'payment_intent.succeeded')!;
    const event = eventOf('stripe', sample);
    const outputs = { 'reserve-stock': { status: 200, body: { id: 'r1' } } };
    const undone = order.steps.map(({ name, compensation }) => [
      name,
      compensation?.input(event, outputs) ?? null,
    ]);
    expect(Object.fromEntries(undone)).toMatchObject({
      'keep-order': {
        path: '/refunds',
        body: { payment: expect.stringMatching(/^pi_/) as string, amount: 4200, currency: 'eur' },
      },
      'reserve-stock': {
        path: '/reservations/release',
        body: { order: '1042', reservation: { body: { id: 'r1' } } },
      },
      'create-shipment': { path: '/shipments/cancel', body: { order: '1042' } },
      'send-confirmation': null,
    });
  });

  it('of a capture with PayPal', () => {
    expect(inputs('paypal', 'PAYMENT.CAPTURE.COMPLETED')).toMatchObject({
      'keep-capture': { kind: 'capture', data: { status: 'COMPLETED' } },
      'send-notice': { to: expect.stringContaining('@') as string },
    });
  });

  it('of what happens on GitHub', () => {
    expect(inputs('github', 'push')['keep-activity']).toMatchObject({
      kind: 'branch',
      key: expect.stringMatching(/^[^/]+\/[^@]+@refs\/heads\//) as string,
    });
    expect(inputs('github', 'pull_request.opened')['keep-activity']).toMatchObject({
      kind: 'pull_request',
      key: expect.stringMatching(/^[^/]+\/[^#]+#\d+$/) as string,
      data: { action: 'opened', state: 'open' },
    });
  });
});

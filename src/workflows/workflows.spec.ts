import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { matches, type Sample, type TypedEvent, type Workflow } from '../model/index.js';
import { providers } from '../providers/index.js';
import { findWorkflow, workflows, workflowsFor } from './index.js';
import { logEvent } from './log-event.js';

const FOLDER = join(process.cwd(), 'src/workflows');
const all = [...workflows, logEvent];

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
    for (const workflow of workflowsFor({ provider, type })) {
      for (const [, input] of inputsOf(workflow, eventOf(provider, sample))) {
        expect(input).toEqual(expect.any(Object));
        expect(JSON.parse(JSON.stringify(input))).not.toEqual({});
        expect(JSON.stringify(input)).not.toMatch(/undefined|NaN|\[object/);
      }
    }
  });

  it('gives each step the same input each time', () => {
    const event = eventOf(provider, sample);
    for (const workflow of workflowsFor(event)) {
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
    expect(workflowsFor({ provider, type }).map(({ name }) => name)).toEqual(names);
  });

  it('can be found by their names, the fallback too', () => {
    for (const workflow of all) expect(findWorkflow(workflow.name)).toBe(workflow);
    for (const name of ['', 'none', 'constructor']) expect(findWorkflow(name)).toBeUndefined();
  });
});

describe('what the workflows keep and send', () => {
  const inputs = (provider: string, type: string) => {
    const { sample } = samples.find(
      (candidate) => candidate.provider === provider && candidate.type === type,
    )!;
    const event = eventOf(provider, sample);
    return Object.fromEntries(workflowsFor(event).flatMap((workflow) => inputsOf(workflow, event)));
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

import { readFileSync } from 'node:fs';
import type { PullRequestEvent, PullRequestOpenedEvent, PushEvent } from '@octokit/webhooks-types';
import { sign } from '@octokit/webhooks-methods';
import type { EventPattern } from '../../model/index.js';
import { delivered, deliveryOf, offline, readFrom } from '../settings.fixture.js';
import { withEnvelopeCheck } from '../envelope-check.js';
import { github } from './index.js';

const { readEnvelope } = withEnvelopeCheck(github);

interface Definition {
  readonly name: string;
  readonly examples: readonly Record<string, unknown>[];
}

/** Real payloads of every event, collected by Octokit. */
const definitions = JSON.parse(
  readFileSync('node_modules/@octokit/webhooks-examples/api.github.com/index.json', 'utf8'),
) as readonly Definition[];

const GUID = '72d3162e-cc78-11e3-81ab-4c9367dc0958';

const headers = (event: string, delivery = GUID) =>
  delivered({ 'x-github-event': event, 'x-github-delivery': delivery });

const repository = { full_name: 'octo/hello' };

describe("GitHub's envelope", () => {
  it('has 329 payloads to be tried with', () => {
    expect(definitions.flatMap(({ examples }) => examples)).toHaveLength(329);
  });

  it.each(definitions)('reads every example of $name', async ({ name, examples }) => {
    const verifier = github.verifier(readFrom({ GITHUB_WEBHOOK_SECRET: 'secret' }), offline);
    for (const example of examples) {
      const text = JSON.stringify(example);
      const signed = { ...headers(name), 'x-hub-signature-256': [await sign('secret', text)] };
      expect(verifier.verify(deliveryOf(signed, Buffer.from(text)))).toMatchObject({
        outcome: 'verified',
      });

      const action = example['action'];
      const type = typeof action === 'string' ? `${name}.${action}` : name;
      const reading = readEnvelope(JSON.parse(text), signed);
      expect(reading).toMatchObject({ outcome: 'read', envelope: { account: '', deliveryKey: GUID, type } });
      if (reading.outcome !== 'read') continue;
      expect(reading.envelope.entity === null).toBe(example['repository'] === undefined);
      if (/^(push|pull_request|issues)$/.test(name)) expect(reading.envelope.occurredAt).toBeInstanceOf(Date);
    }
  });

  it.each([
    ['pull_request', { repository, pull_request: { number: 12 } }, 'octo/hello#12'],
    ['pull_request_review', { repository, pull_request: { number: 12 } }, 'octo/hello#12'],
    ['issues', { repository, issue: { number: 7 } }, 'octo/hello#7'],
    ['discussion', { repository, discussion: { number: 3 } }, 'octo/hello#3'],
    ['push', { repository, ref: 'refs/heads/main' }, 'octo/hello@refs/heads/main'],
    ['push', { repository }, 'octo/hello'],
    ['push', { repository, ref: 'x'.repeat(250) }, null],
    ['create', { repository, ref: 'main' }, 'octo/hello'],
    ['star', { repository, issue: { number: '7' } }, 'octo/hello'],
    ['organization', { organization: { login: 'octo' } }, null],
    ['star', { repository: { full_name: 7 } }, null],
  ])('knows what %s is about: %j', (name, payload, entity) => {
    expect(readEnvelope(payload, headers(name))).toMatchObject({ envelope: { entity } });
  });

  it.each([
    ['pull_request', { pull_request: { updated_at: '2026-03-01T12:00:00Z' } }, '2026-03-01T12:00:00.000Z'],
    ['issues', { issue: { updated_at: '2026-03-01T12:00:00Z' } }, '2026-03-01T12:00:00.000Z'],
    [
      'push',
      { repository: { pushed_at: 1772366400 }, head_commit: { timestamp: '2001-01-01T00:00:00Z' } },
      '2026-03-01T12:00:00.000Z',
    ],
    ['push', { head_commit: { timestamp: '2026-03-01T13:00:00+01:00' } }, '2026-03-01T12:00:00.000Z'],
    ['push', { head_commit: null }, undefined],
    ['issues', { issue: { updated_at: 'yesterday' } }, undefined],
  ])('knows when %s happened: %j', (name, payload, iso) => {
    const reading = readEnvelope(payload, headers(name));
    expect(reading.outcome === 'read' && reading.envelope.occurredAt?.toISOString()).toBe(iso);
  });

  it.each(['', 'a b', 'a\u0000', 'x'.repeat(101), '\u00e9'])('leaves out the action %.20j', (action) => {
    const reading = readEnvelope({ action }, headers('repository_dispatch'));
    expect(reading).toMatchObject({ envelope: { type: 'repository_dispatch' } });
  });

  it.each([
    ['X-GitHub-Event', { 'x-github-delivery': [GUID] }],
    ['X-GitHub-Event', headers('')],
    ['X-GitHub-Event', headers('push.evil')],
    ['X-GitHub-Event', headers('x'.repeat(101))],
    ['X-GitHub-Event', { ...headers('push'), 'x-github-event': ['push', 'push'] }],
    ['X-GitHub-Delivery', { 'x-github-event': ['push'] }],
    ['X-GitHub-Delivery', headers('push', '')],
    ['X-GitHub-Delivery', headers('push', 'a b')],
    ['X-GitHub-Delivery', headers('push', '\u00e9')],
    ['X-GitHub-Delivery', headers('push', 'x'.repeat(256))],
    ['X-GitHub-Delivery', { ...headers('push'), 'x-github-delivery': [GUID, GUID] }],
  ])('names the header %s as the fault', (path, faulty) => {
    expect(readEnvelope({}, faulty)).toEqual({
      outcome: 'invalid',
      faults: [{ path, message: expect.stringMatching(/must be sent once/) as string }],
    });
  });
});

describe('github.event', () => {
  it('is typed by name, and by name and action', () => {
    const push: EventPattern<PushEvent> = github.event('push');
    const pull: EventPattern<PullRequestEvent> = github.event('pull_request');
    const opened: EventPattern<PullRequestOpenedEvent> = github.event('pull_request.opened');
    const state = (event: NonNullable<typeof opened.payload>): 'open' => event.pull_request.state;
    const dispatched = github.event('repository_dispatch.anything');
    const branch = (event: NonNullable<typeof dispatched.payload>): string => event.branch;
    expect([push.type, pull.type, opened.type]).toEqual(['push', 'pull_request', 'pull_request.opened']);
    expect(dispatched.type).toBe('repository_dispatch.anything');
    expect([state, branch]).toHaveLength(2);
    // @ts-expect-error there is no such action
    expect(github.event('pull_request.exploded').provider).toBe('github');
  });
});

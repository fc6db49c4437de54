import { delivered, deliveryOf, offline, readFrom } from '../../settings.fixture.js';
import { presets } from '../preset-providers.js';

const gitlab = presets.find(({ name }) => name === 'gitlab-token')!;
const read = readFrom({ GITLAB_TOKEN_WEBHOOK_SECRET: 'a token, another' });

const verify = (token: string) =>
  gitlab.verifier(read, offline).verify(deliveryOf({ 'x-gitlab-token': token }, Buffer.from('{}')));

const typeOf = (payload: unknown) =>
  gitlab.readEnvelope(payload, delivered({ 'idempotency-key': 'f5e5f430-f57b-4e6e-9fac-d9128cd7232f' }));

describe("GitLab's webhooks with a token", () => {
  it('are accepted by the token alone', async () => {
    expect(await verify('a token')).toEqual({ outcome: 'verified', secretLabel: '1' });
    expect(await verify('another')).toEqual({ outcome: 'verified', secretLabel: '2' });
    expect(await verify('a toke')).toEqual({ outcome: 'refused', reason: 'signature_mismatch' });
  });

  it('leave the token nowhere', () => {
    expect(gitlab.secretHeaders).toEqual(['x-gitlab-token']);
    expect(gitlab.keptHeaders).toEqual(['content-type', 'user-agent', 'idempotency-key']);
  });

  it.each([
    [{ object_kind: 'push', event_name: 'push' }, 'push'],
    [{ object_kind: 'merge_request', object_attributes: { action: 'open' } }, 'merge_request.open'],
    [{ object_kind: 'note', object_attributes: { noteable_type: 'Issue' } }, 'note'],
    [{ event_name: 'user_add_to_group' }, 'user_add_to_group'],
  ])('of %j are %s', (payload, type) => {
    expect(typeOf(payload)).toMatchObject({ envelope: { type } });
  });

  it('need the id that GitLab sends again with every try', () => {
    expect(gitlab.readEnvelope({ object_kind: 'push' }, {})).toMatchObject({
      outcome: 'invalid',
      faults: [{ path: 'Idempotency-Key' }],
    });
  });
});

import { delivered } from '../settings.fixture.js';
import { gitlab } from './index.js';

const ID = '0b3e9a1c-5d2f-4c8e-9a71-3f4d5e6a7b8c';
const project = { id: 15, path_with_namespace: 'mike/diaspora' };

function headers(hook?: string) {
  return delivered({
    'webhook-id': ID,
    'webhook-timestamp': '1772366400',
    'webhook-signature': 'v1,',
    ...(hook !== undefined && { 'x-gitlab-event': hook }),
  });
}

const read = (payload: unknown, hook?: string) => gitlab.readEnvelope(payload, headers(hook));

describe("GitLab's envelope", () => {
  it('reads a merge request', () => {
    const payload = {
      object_kind: 'merge_request',
      project,
      object_attributes: { iid: 7, action: 'open', updated_at: '2026-03-01T12:00:00Z' },
    };
    expect(read(payload, 'Merge Request Hook')).toEqual({
      outcome: 'read',
      envelope: {
        account: '',
        deliveryKey: ID,
        type: 'merge_request.open',
        entity: 'mike/diaspora!7',
        occurredAt: new Date('2026-03-01T12:00:00Z'),
      },
    });
  });

  it.each([
    [{ object_kind: 'push' }, 'Tag Push Hook', 'push'],
    [{ event_name: 'user_add_to_group' }, 'Member Hook', 'user_add_to_group'],
    [{ event_name: 'project_create' }, 'System Hook', 'project_create'],
    [{}, 'Feature Flag Hook', 'feature_flag'],
    [{ object_kind: '' }, 'Push Hook', 'push'],
    [{ object_kind: 'issue', object_attributes: { action: 'a b' } }, undefined, 'issue'],
    [{ object_kind: 'note', object_attributes: { action: 'create' } }, undefined, 'note.create'],
  ])('takes the type of %j with the header %j for %s', (payload, hook, type) => {
    expect(read(payload, hook)).toMatchObject({ outcome: 'read', envelope: { type } });
  });

  it.each([
    [{ object_kind: 'push', ref: 'refs/heads/main' }, 'mike/diaspora@refs/heads/main'],
    [{ object_kind: 'issue', object_attributes: { iid: 23 } }, 'mike/diaspora#23'],
    [{ object_kind: 'note', merge_request: { iid: 7 }, object_attributes: { id: 1 } }, 'mike/diaspora!7'],
    [{ object_kind: 'note', issue: { iid: 23 } }, 'mike/diaspora#23'],
    [{ object_kind: 'pipeline', object_attributes: { iid: 3 } }, 'mike/diaspora'],
    [
      { object_kind: 'pipeline', object_attributes: { iid: 3 }, merge_request: { iid: 7 } },
      'mike/diaspora!7',
    ],
    [{ object_kind: 'push', ref: 'x'.repeat(255) }, null],
    [{ object_kind: 'push', project: {} }, null],
  ])('knows what %j is about', (payload, entity) => {
    expect(read({ project, ...payload })).toMatchObject({ outcome: 'read', envelope: { entity } });
  });

  it.each([
    ['2026-03-01 12:00:00 UTC', '2026-03-01T12:00:00.000Z'],
    ['2026-03-01T13:00:00+01:00', '2026-03-01T12:00:00.000Z'],
    ['yesterday', undefined],
    [undefined, undefined],
  ])('reads the time %j', (updated_at, iso) => {
    const reading = read({ object_kind: 'issue', object_attributes: { updated_at } });
    expect(reading.outcome === 'read' && reading.envelope.occurredAt?.toISOString()).toBe(iso);
  });

  it('names every fault', () => {
    expect(gitlab.readEnvelope({ object_kind: 7 }, {})).toEqual({
      outcome: 'invalid',
      faults: [
        { path: '/object_kind', message: 'must be a kind of event such as "merge_request"' },
        { path: 'Webhook-Id', message: 'is missing: must be sent once, with the id of the message' },
      ],
    });
  });

  it('keeps no secret token', () => {
    expect(gitlab.keptHeaders).not.toContain('x-gitlab-token');
  });
});

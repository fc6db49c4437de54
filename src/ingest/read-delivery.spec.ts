import type { Delivery, Provider, ReadSetting } from '../model/index.js';
import { github } from '../providers/index.js';
import { readDelivery } from './read-delivery.js';

/** Takes any object with an id; an element without one has two faults. */
const readEnvelope: Provider['readEnvelope'] = (payload) => {
  const id = (payload as { id?: unknown } | null)?.id;
  if (typeof id !== 'string') {
    const faults = [
      { path: '', message: 'must be an object' },
      { path: '/id', message: 'must be a text' },
    ];
    return { outcome: 'invalid', faults };
  }
  return {
    outcome: 'read',
    envelope: { account: '', deliveryKey: id, type: 'made', entity: null, occurredAt: null },
  };
};

const single: Provider = { ...github, name: 'single', readEnvelope };
const batched: Provider = { ...single, name: 'batched', batched: true };

const readSetting = (() => 'the setting') as ReadSetting;

const deliveryOf = (body: string | Buffer, contentType = 'application/json'): Delivery => ({
  headers: { 'content-type': [contentType] },
  body: Buffer.from(body),
  receivedAt: 0,
  url: '',
});

const read = (provider: Provider, body: string | Buffer, contentType?: string) =>
  readDelivery({ provider, delivery: deliveryOf(body, contentType), secretLabel: '1' }, readSetting);

/** Of a delivery that must be read: the delivery keys and the bytes of its events. */
function eventsOf(provider: Provider, body: string, contentType?: string): [string, string][] {
  const reading = read(provider, body, contentType);
  if (reading.outcome !== 'read') throw new Error(`must be read, is ${JSON.stringify(reading)}`);
  return reading.events.map(({ envelope, body }) => [envelope.deliveryKey, body.toString()]);
}

describe('a delivery of one event', () => {
  it('is an event with all of its bytes', () => {
    expect(eventsOf(single, ' {"id":"a"}\n')).toEqual([['a', ' {"id":"a"}\n']]);
  });

  it('that is a form is read as one', () => {
    expect(eventsOf(single, 'id=a+b', 'application/x-www-form-urlencoded; charset=utf-8')).toEqual([
      ['a b', 'id=a+b'],
    ]);
  });

  it.each([
    ['application/json', 'id=a', 'The body is not valid JSON'],
    ['text/plain', 'id=a', 'The body is not valid JSON'],
    ['application/x-www-form-urlencoded', 'id=%FF', 'The form is not percent-encoded UTF-8'],
  ])('of %s that is not what it says is invalid: %s', (contentType, body, message) => {
    expect(read(single, body, contentType)).toEqual({ outcome: 'invalid', faults: [{ path: '', message }] });
  });

  it("has its provider's faults", () => {
    expect(read(single, '[{"id":"a"}]')).toMatchObject({ faults: [{ path: '' }, { path: '/id' }] });
  });
});

describe('a delivery with many faults', () => {
  it('has twenty of them named', () => {
    const faults = Array.from({ length: 50 }, (_, index) => ({
      path: `/${index}`,
      message: 'must be a text',
    }));
    const wrong: Provider = { ...single, readEnvelope: () => ({ outcome: 'invalid', faults }) };
    expect(read(wrong, '{}')).toEqual({ outcome: 'invalid', faults: faults.slice(0, 20) });
  });
});

describe('a challenge', () => {
  const asking: Provider = {
    ...single,
    challenge: (payload, readOf) => {
      const { question } = payload as { question?: string };
      const body = { [String(question)]: readOf(github.settings[0]!) };
      return question === undefined ? undefined : { status: 200, body };
    },
  };

  it('is what its provider takes for one, and may need a setting for its reply', () => {
    const challenge = { status: 200, body: { why: 'the setting' } };
    expect(read(asking, '{"question":"why"}')).toEqual({ outcome: 'challenge', challenge });
    expect(read({ ...asking, batched: true }, '{"question":"why"}')).toEqual({
      outcome: 'challenge',
      challenge,
    });
    expect(eventsOf(asking, '{"id":"a"}')).toHaveLength(1);
  });

  it('is looked for only in what can be parsed', () => {
    expect(read(asking, '{"question":')).toMatchObject({ outcome: 'invalid' });
  });
});

describe('a batch', () => {
  it('has an event for each element, with the bytes in which it was sent', () => {
    const elements = ['{"id":"a", "n":1.0}', '{ "id" : "b" }', '{"n":[1,{"id":"x"}],"id":"a"}'];
    expect(eventsOf(batched, `[ ${elements.join(' ,\n')}]`)).toEqual([
      ['a', elements[0]],
      ['b', elements[1]],
      ['a', elements[2]],
    ]);
  });

  it('may be empty', () => {
    expect(eventsOf(batched, ' [ ] ')).toEqual([]);
  });

  it.each(['{"id":"a"}', '"[]"', 'null', '1'])('is no %s', (body) => {
    const faults = [{ path: '', message: 'must be a JSON array' }];
    expect(read(batched, body)).toEqual({ outcome: 'invalid', faults });
  });

  it('is no form', () => {
    expect(read(batched, 'id=a', 'application/x-www-form-urlencoded')).toMatchObject({ outcome: 'invalid' });
  });

  it('is invalid when one of its elements is, and names it', () => {
    expect(read(batched, '[{"id":"a"},{},{"id":"b"},null]')).toEqual({
      outcome: 'invalid',
      faults: [
        { path: '/1', message: 'must be an object' },
        { path: '/1/id', message: 'must be a text' },
        { path: '/3', message: 'must be an object' },
        { path: '/3/id', message: 'must be a text' },
      ],
    });
  });

  it('names a fault of a header by the header', () => {
    const faults = [{ path: 'X-Event', message: 'must be sent once' }];
    const headed: Provider = { ...batched, readEnvelope: () => ({ outcome: 'invalid', faults }) };
    expect(read(headed, '[{}]')).toEqual({ outcome: 'invalid', faults });
  });

  it('names no more faults than anybody reads', () => {
    const reading = read(batched, `[${Array(4_000).fill('{}').join()}]`);
    if (reading.outcome !== 'invalid') throw new Error('must be invalid');
    expect(reading.faults).toHaveLength(20);
    expect(reading.faults.at(-1)?.path).toBe('/9/id');
  });

  it('has 5000 events at most', () => {
    const batch = (length: number) => `[${Array(length).fill('{"id":"a"}').join()}]`;
    expect(eventsOf(batched, batch(5_000))).toHaveLength(5_000);
    const faults = [{ path: '', message: 'must not have more than 5000 elements' }];
    expect(read(batched, batch(5_001))).toEqual({ outcome: 'invalid', faults });
  });
});

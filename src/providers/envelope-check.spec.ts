import type { JsonSchema, Provider } from '../model/index.js';
import { withEnvelopeCheck } from './envelope-check.js';
import { isoMoment, payloadObject, text, textOrNull } from './envelope-schema.js';
import { momentFromIso } from './moment.js';
import { stripe } from './stripe/index.js';

const ENVELOPE = { account: '', deliveryKey: 'key', type: 'type', entity: null, occurredAt: null };

/** What comes out for payloads of a provider with such a schema. */
function readerWith(envelopeSchema: JsonSchema) {
  const provider: Provider = {
    ...stripe,
    envelopeSchema,
    readEnvelope: () => ({ outcome: 'read', envelope: ENVELOPE }),
  };
  return (payload: unknown) => withEnvelopeCheck(provider).readEnvelope(payload, {});
}

const name = text('^[a-z]{1,8}$', 'small letters');

describe('the check of an envelope', () => {
  it('leaves what has passed to its provider', () => {
    const read = readerWith(payloadObject({ required: ['name'], properties: { name } }));
    expect(read({ name: 'abc', more: [1, 2] })).toEqual({ outcome: 'read', envelope: ENVELOPE });
  });

  it('names all faults at once by their pointers, and none of the values', () => {
    const read = readerWith(
      payloadObject({
        required: ['name', 'other', 'a/b~c'],
        properties: { name, other: name, 'a/b~c': name, list: { type: 'object', description: 'an object' } },
      }),
    );
    expect(read({ name: 'SECRET', list: [] })).toEqual({
      outcome: 'invalid',
      faults: [
        { path: '/other', message: 'is missing: must be small letters' },
        { path: '/a~1b~0c', message: 'is missing: must be small letters' },
        { path: '/name', message: 'must be small letters' },
        { path: '/list', message: 'must be an object' },
      ],
    });
  });

  it('takes for a field what is there itself, whatever every object has', () => {
    const inherited = ['constructor', 'toString', '__proto__', 'hasOwnProperty'];
    const properties = Object.fromEntries(inherited.map((field) => [field, name]));
    const read = readerWith(payloadObject({ required: inherited, properties }));
    const paths = (payload: unknown) => {
      const reading = read(payload);
      return reading.outcome === 'invalid' ? reading.faults.map(({ path }) => path) : [];
    };
    expect(paths({})).toEqual(inherited.map((field) => `/${field}`));
    expect(paths(JSON.parse('{"__proto__":{"constructor":"abc","toString":"abc"}}'))).toContain('/toString');
    const own = '{"constructor":"a","toString":"b","__proto__":"c","hasOwnProperty":"d"}';
    expect(paths(JSON.parse(own))).toEqual([]);
  });

  it.each([
    [{ name: null }, []],
    [{}, []],
    [{ name: '' }, ['/name']],
    [{ name: 1 }, ['/name']],
    [{ name: 'A' }, ['/name']],
  ])('lets a field that may be null be absent, but not wrong: %j', (payload, paths) => {
    const reading = readerWith(payloadObject({ properties: { name: textOrNull('^[a-z]+$', 'letters') } }))(
      payload,
    );
    expect(reading.outcome === 'invalid' ? reading.faults.map(({ path }) => path) : []).toEqual(paths);
  });

  it.each(['2026-03-01T12:00:00Z', '2026-13-01T12:00:00Z', 'yesterday', '9999-12-31T23:59:59-12:00'])(
    'takes %s for a time exactly when it can be read as one',
    (at) => {
      const read = readerWith(payloadObject({ required: ['at'], properties: { at: isoMoment } }));
      expect(read({ at }).outcome === 'read').toBe(momentFromIso(at) !== null);
    },
  );

  it.each<[string, JsonSchema]>([
    ['an unknown keyword', { typ: 'object' }],
    ['an unknown format', payloadObject({ properties: { at: { type: 'string', format: 'moment' } } })],
    [
      'a field that is demanded and not described',
      payloadObject({ required: ['nmae'], properties: { name } }),
    ],
    ['a rule for another type', payloadObject({ properties: { name: { type: 'integer', pattern: 'x' } } })],
    ['a schema elsewhere', { $ref: 'https://example.org/schema.json' }],
  ])('does not begin with %s', (_fault, schema) => {
    expect(() => withEnvelopeCheck({ ...stripe, envelopeSchema: schema })).toThrow();
  });

  it('is quick, whatever is sent: a pattern is tried on a text of a million characters', () => {
    const read = readerWith(payloadObject({ required: ['name'], properties: { name } }));
    expect(read({ name: 'a'.repeat(1_000_000) })).toMatchObject({ outcome: 'invalid' });
  });
});

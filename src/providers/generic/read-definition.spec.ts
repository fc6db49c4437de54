import { ACME, faultsOf } from './generic.fixture.js';
import { readDefinition } from './read-definition.js';

const { signature } = ACME;
const form = 'application/x-www-form-urlencoded';
const untimed = { ...ACME, timestamp: undefined };

/** What is wrong with a definition, and where. */
const faults = (definition: unknown) => faultsOf({ acme: definition });
const signedAs = (signed: Record<string, unknown>, more: Record<string, unknown> = {}) =>
  faults({ ...untimed, ...more, signature: { ...signature, signed: '{body}', ...signed } });

describe('a definition', () => {
  it('is checked into rules, with what it does not say filled in', () => {
    expect(readDefinition(ACME, '/acme')).toMatchObject({
      ok: true,
      rules: {
        scheme: {
          kind: 'hmac',
          header: 'x-acme-signature',
          hash: 'sha256',
          timestamp: { header: 'x-acme-timestamp', unit: 's', tolerance: 300_000 },
          portOptional: false,
        },
        contentTypes: ['application/json'],
        batched: false,
        bodyLimit: 1024 * 1024,
        replies: {},
        retries: { timeoutSeconds: null, schedule: null },
      },
    });
  });

  it('may say everything', () => {
    const everything = {
      ...ACME,
      secretFrom: 'Secret of the hook (settings of acme).',
      timestamp: { header: 'X-Acme-Timestamp', unit: 'ms', tolerance: 60 },
      signature: { ...signature, signed: 'POST{url}{id}{timestamp}{body}', portOptional: true },
      event: {
        ...{ id: 'header:X-Acme-Id', type: ['/type', 'other'], account: '/account', entity: '/order/id' },
        ...{ occurredAt: '/at', occurredAtUnit: 'ms' },
      },
      contentTypes: ['application/json', 'application/cloudevents+json'],
      bodyLimit: 1000,
      replies: { accepted: 200, refused: 401 },
      retries: { timeoutSeconds: 5, schedule: 'twice' },
      samples: { 'order.created': { id: '{uuid}', type: 'order.created' } },
    };
    expect(faults(everything)).toEqual([]);
    expect(faults({ ...ACME, batched: true })).toEqual([]);
  });

  it('is refused with all its faults at once', () => {
    expect(
      faults({
        documentation: 'the wiki',
        signature: { header: 'X Acme', algoritm: 'hmac-md5', encoding: 'hex', signed: '{time}{body}' },
        timestamp: { header: 'X-Acme-Timestamp', unit: 'seconds', tolerance: 0 },
        event: { id: 'id', type: 7, occuredAt: '/at' },
        contentTypes: ['Application/JSON'],
        batched: 'yes',
        bodyLimit: 1e9,
        replies: { accepted: 302, refused: 200 },
        retries: { timeoutSeconds: 'soon', schedule: 'Twice.' },
        samples: { push: [] },
        secret: 'hunter2',
      }),
    ).toEqual([
      expect.stringMatching(/^\/acme\/secret is not known; there are documentation, .*samples$/),
      expect.stringMatching(/^\/acme\/event\/occuredAt is not known; there are .*occurredAt/),
      '/acme/event/id must name a place each time: all events would have the same',
      expect.stringMatching(/^\/acme\/event\/type must be a JSON pointer/),
      expect.stringMatching(/^\/acme\/signature\/algoritm is not known; there are header, algorithm/),
      '/acme/timestamp/tolerance must be a whole number from 1 to 86400',
      '/acme/timestamp/unit must be one of s, ms',
      '/acme/signature/header must be the name of a header',
      expect.stringMatching(/^\/acme\/signature\/algorithm is missing: it must be one of hmac-sha256,/),
      expect.stringMatching(/^\/acme\/signature\/signed has \{time\}; there are \{url\}, \{timestamp\}/),
      expect.stringMatching(/^\/acme\/contentTypes must be a list of media types/),
      '/acme/batched must be true or false',
      expect.stringMatching(/^\/acme\/documentation must be the address/),
      expect.stringMatching(/^\/acme\/bodyLimit must be a whole number from 1 to \d+$/),
      '/acme/replies/accepted must be a whole number from 200 to 299',
      '/acme/replies/refused must be a whole number from 400 to 499',
      expect.stringMatching(/^\/acme\/retries\/timeoutSeconds must be a whole number/),
      '/acme/retries/schedule must be a sentence without its full stop',
      '/acme/samples/push must be an object',
    ]);
  });

  it.each([null, 1, 'hunter2', [], true])('cannot be %j', (value) => {
    expect(faults(value)).toEqual(['/acme must be an object']);
  });

  it('demands what nothing can be done without', () => {
    expect(faults({})).toEqual([
      '/acme/event is missing: it must be an object',
      '/acme/signature is missing: it must be an object',
      expect.stringMatching(/^\/acme\/documentation is missing: it must be the address/),
    ]);
    expect(faults({ ...ACME, event: {}, signature: {}, timestamp: {} })).toEqual([
      '/acme/event/id is missing: it must say where it is found',
      '/acme/event/type is missing: it must say where it is found',
      '/acme/timestamp/header is missing: it must be the name of a header',
      '/acme/signature/header is missing: it must be the name of a header',
      expect.stringMatching(/^\/acme\/signature\/algorithm is missing/),
      '/acme/signature/encoding is missing: it must be one of hex, base64, base64url',
      '/acme/signature/signed must have {timestamp}: a time that is not signed proves nothing',
    ]);
  });

  it.each([
    ['{body}{body}', /^must have \{body\} or \{sortedForm\}, once/],
    ['{timestamp}', /^must have \{body\} or \{sortedForm\}, once/],
    ['', /^must have \{body\} or \{sortedForm\}, once/],
    ['{body', /^has a brace alone/],
    ['{body}}', /^has a brace alone/],
    ['{Body}', /^has \{Body\}; there are/],
    ['{constructor}{body}', /^has \{constructor\}; there are/],
    ['{timestamp}.{body}', /^has \{timestamp\}, but there is no timestamp$/],
    ['{id}.{body}', /^has \{id\}, but the id is not one header/],
    [5, /^must be a text such as/],
  ])('cannot have %j signed', (signed, fault) => {
    const [found, ...others] = signedAs({ signed });
    expect(found?.replace('/acme/signature/signed ', '')).toMatch(fault);
    expect(others).toEqual([]);
  });

  it.each([
    [signedAs({ portOptional: true }), '/acme/signature/portOptional means nothing without {url}'],
    [
      signedAs({ bodyHashQuery: 'h' }),
      '/acme/signature/bodyHashQuery means nothing without {url} and {sortedForm}',
    ],
    [signedAs({ signed: '{url}{sortedForm}' }), `/acme/contentTypes must have ${form} with {sortedForm}`],
    [
      signedAs({ signed: '{url}{sortedForm}' }, { contentTypes: [form, 'application/json'] }),
      `/acme/contentTypes must be ${form} alone: {sortedForm} covers no other body`,
    ],
    [signedAs({}, { batched: true, contentTypes: [form] }), `/acme/batched cannot be: ${form} has no arrays`],
    [
      signedAs({}, { batched: true, event: { id: '{header:X-Id}.{/id}', type: '/type' } }),
      '/acme/batched needs an id without headers: all events of a batch have the same ones',
    ],
    [
      signedAs({}, { event: { id: ['/id', 'none'], type: '/type' } }),
      '/acme/event/id must name a place each time: all events would have the same',
    ],
    [
      signedAs({}, { event: { id: '/id', type: '/type', account: 'header:Authorization' } }),
      '/acme/event must not read authorization, which holds a secret: what is read is stored',
    ],
  ])('whose parts do not go together is refused (%#)', (found, fault) => {
    expect(found).toContain(fault);
  });

  it('with a token has nothing that needs a signature, and reads no event from it', () => {
    const token = { header: 'X-Acme-Token', algorithm: 'token' };
    expect(faults({ ...untimed, signature: token })).toEqual([]);
    expect(faults({ ...ACME, signature: { ...token, signed: '{body}', encoding: 'hex' } })).toEqual([
      '/acme/signature/encoding means nothing with the algorithm token',
      '/acme/signature/signed means nothing with the algorithm token',
      '/acme/timestamp means nothing with the algorithm token',
    ]);
    const event = { id: '/id', type: '/type', account: 'header:x-acme-token' };
    expect(faults({ ...untimed, signature: token, event })).toEqual([
      '/acme/event must not read x-acme-token, which holds a secret: what is read is stored',
    ]);
  });
});

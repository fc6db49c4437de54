import { Ajv2020 } from 'ajv/dist/2020.js';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonSchema, Provider, Sample, SignedDelivery } from '../model/index.js';
import { providers, withEnvelopeCheck } from './index.js';
import {
  ADDRESS,
  NOON,
  delivered,
  deliveryOf,
  eventsOf,
  offline,
  readFrom,
  signerOf,
  unsigned,
} from './settings.fixture.js';

const FOLDER = join(process.cwd(), 'src/providers');

/** The folder whose providers are files: the generic one has presets. */
const GENERIC = 'generic';
const PRESETS = join(FOLDER, GENERIC, 'presets');

const signers = new Map(providers.map((provider) => [provider, signerOf(provider)]));
const configured = (provider: Provider) => readFrom(signers.get(provider)!.settings);
const sign = (provider: Provider, sample?: Sample) =>
  signers.get(provider)!.sign(unsigned(provider, sample), NOON, ADDRESS);

const unconfigured = readFrom({});

/** The whole payload and all its fields, as far as the schema speaks of them. */
function fieldsOf(schema: JsonSchema, name = ''): { name: string; schema: JsonSchema }[] {
  const branches = [schema, schema['then'], schema['else']] as (JsonSchema | undefined)[];
  const fields = branches.flatMap((branch) =>
    Object.entries((branch?.['properties'] ?? {}) as Record<string, JsonSchema>),
  );
  return [{ name, schema }, ...fields.flatMap(([field, rules]) => fieldsOf(rules, `${name}/${field}`))];
}

describe('the list of providers', () => {
  it('has every folder beside it that has a door, and every preset', () => {
    const folders = readdirSync(FOLDER, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && existsSync(join(FOLDER, entry.name, 'index.ts')))
      .map((entry) => entry.name)
      .filter((name) => name !== GENERIC);
    const presets = readdirSync(PRESETS)
      .filter((name) => name !== 'index.ts' && !name.endsWith('.spec.ts'))
      .map((name) => name.replace('.ts', ''));
    expect(presets.length).toBeGreaterThan(0);
    expect(providers.map(({ name }) => name).sort()).toEqual([...folders, ...presets].sort());
  });

  it('gives every setting a name of its own', () => {
    const names = providers.flatMap(({ settings }) => settings.map(({ name }) => name));
    expect(new Set(names).size).toBe(names.length);
  });
});

describe.each(providers)('$name', (provider) => {
  const verifier = provider.verifier(configured(provider), offline);
  const secretHeaders = provider.secretHeaders ?? [];
  const { readEnvelope } = withEnvelopeCheck(provider);

  it('describes itself', () => {
    expect(provider.name).toMatch(/^[a-z][a-z0-9-]*$/);
    expect(provider.documentation).toMatch(/^https:\/\//);
    expect(provider.bodyLimit).toBeGreaterThan(0);
    const prefix = `${provider.name.toUpperCase().replaceAll('-', '_')}_`;
    for (const setting of provider.settings) {
      expect(setting.name.startsWith(prefix)).toBe(true);
      expect(setting.description).toMatch(/\.$/);
      expect(setting.parse(setting.fallback)).toMatchObject({ ok: true });
    }
  });

  it('says how it tries again, what it sends and what it wants to hear', () => {
    const { timeoutSeconds, schedule } = provider.retries;
    expect(timeoutSeconds ?? 1).toBeGreaterThan(0);
    expect(schedule ?? 'never').toMatch(/^[a-z].*[^.]$/);
    for (const type of provider.contentTypes ?? ['application/json'])
      expect(type).toMatch(/^[a-z]+\/[a-z.+-]+$/);
    const { accepted = 202, refused = 400 } = provider.replies ?? {};
    expect(accepted).toBeGreaterThanOrEqual(200);
    expect(accepted).toBeLessThan(300);
    expect(refused).toBeGreaterThanOrEqual(400);
    expect(refused).toBeLessThan(500);
  });

  it('keeps no header that carries credentials', () => {
    for (const header of provider.keptHeaders) {
      expect(header).toBe(header.toLowerCase());
      // An idempotency token lets nobody in.
      expect(header).not.toMatch(/authorization|cookie|(?<!idempotency-)token|encoded-secret|forwarded/);
      expect(secretHeaders).not.toContain(header);
    }
  });

  it('keeps the headers that verify, so that they can be looked at later', () => {
    expect(provider.signatureHeaders.length).toBeGreaterThan(0);
    const keepable = provider.signatureHeaders.filter((name) => !secretHeaders.includes(name));
    expect(provider.keptHeaders).toEqual(expect.arrayContaining(keepable));
  });

  it('says which setting is missing when it has no secret', async () => {
    const without = provider.verifier(unconfigured, offline);
    expect(without.configured).toBe(false);
    expect(await without.verify(deliveryOf({}, Buffer.from('{}')))).toEqual({
      outcome: 'unconfigured',
      setting: expect.stringMatching(/^[A-Z_]+$/) as string,
    });
    for (const sample of provider.samples) {
      expect(provider.sign(unsigned(provider, sample), unconfigured, NOON, ADDRESS)).toBeUndefined();
    }
  });

  it('has an envelope schema that is one', () => {
    expect(new Ajv2020().validateSchema(provider.envelopeSchema, true)).toBe(true);
  });

  it('has an envelope schema that says of every field what it must be, and looks into no lists', () => {
    for (const { name, schema } of fieldsOf(provider.envelopeSchema)) {
      expect({ name, ...schema }).toMatchObject({ name, description: expect.stringMatching(/\w/) as string });
    }
    // So faults are not more than fields, however much is sent.
    const rules = JSON.stringify(provider.envelopeSchema);
    expect(rules).not.toMatch(/"(items|prefixItems|contains|patternProperties|\$ref)":/);
  });

  it('has samples, and never a setting to sign them with where it has a stand-in', () => {
    expect(provider.samples.length).toBeGreaterThan(0);
    const signed = provider.sign(unsigned(provider), configured(provider), NOON, ADDRESS);
    expect(signed !== undefined).toBe(provider.standIn === undefined);
  });

  describe.each(provider.samples)('sample $type', (sample) => {
    const signed = () => sign(provider, sample);

    it('is verified and read', async () => {
      const sent = signed();
      const delivery = deliveryOf(sent.headers, sent.body);
      expect(verifier.configured).toBe(true);
      expect(await verifier.verify(delivery)).toEqual({ outcome: 'verified', secretLabel: '1' });
      const events = eventsOf(provider, sent);
      expect(events).toHaveLength(1);
      const reading = readEnvelope(events[0], delivery.headers);
      expect(reading).toMatchObject({ outcome: 'read', envelope: { type: sample.type } });
    });

    it('claims its replay key, if it has one, for itself alone', () => {
      const keyOf = (sent: SignedDelivery) => {
        const reading = readEnvelope(eventsOf(provider, sent)[0], delivered(sent.headers));
        if (reading.outcome !== 'read') throw new Error('must be read');
        return provider.replayKey?.(deliveryOf(sent.headers, sent.body), reading.envelope);
      };
      const once = signed();
      const replayKey = keyOf(once);
      expect(keyOf(once)).toEqual(replayKey);
      if (replayKey === undefined) return;
      const other = keyOf(signed());
      expect(other?.key).not.toBe(replayKey.key);
      expect(other?.claim).not.toBe(replayKey.claim);
    });

    it('is another event each time', () => {
      const [one, other] = [signed(), signed()].map((sent) =>
        readEnvelope(eventsOf(provider, sent)[0], delivered(sent.headers)),
      );
      if (one?.outcome !== 'read' || other?.outcome !== 'read') throw new Error('must be read');
      expect(one.envelope.deliveryKey).not.toBe(other.envelope.deliveryKey);
      expect(signed().body.equals(signed().body)).toBe(false);
    });

    it('is refused when any header of the signature is missing, doubled or empty', async () => {
      const { headers, body } = signed();
      const ofSignature = provider.signatureHeaders.filter((name) => headers[name] !== undefined);
      expect(ofSignature.length).toBeGreaterThan(0);
      for (const name of ofSignature) {
        const value = headers[name]!;
        const verifyWith = (values: string[]) =>
          verifier.verify(deliveryOf({ ...headers, [name]: values }, body));
        expect(await verifyWith([])).toEqual({ outcome: 'refused', reason: 'signature_missing' });
        expect(await verifyWith([''])).toEqual({ outcome: 'refused', reason: 'signature_missing' });
        expect(await verifyWith([value, value])).toEqual({ outcome: 'refused', reason: 'signature_doubled' });
        expect(await verifyWith([`${value}, ${value}`])).toMatchObject({ outcome: 'refused' });
      }
    });

    it('is refused when a byte of its body is changed, added or taken away', async () => {
      const { headers, body } = signed();
      const flipped = Buffer.from(body);
      flipped[body.length >> 1]! ^= 1;
      const bom = Buffer.from([0xef, 0xbb, 0xbf]);
      const others = [flipped, Buffer.concat([bom, body]), Buffer.concat([body, Buffer.from('\n')])];
      for (const other of [...others, body.subarray(1), Buffer.alloc(0)]) {
        const verification = await verifier.verify(deliveryOf(headers, other));
        // A header that is the secret itself covers nothing: all that it can promise is who has it.
        if (secretHeaders.length > 0) expect(verification.outcome).toBe('verified');
        else expect(verification).toEqual({ outcome: 'refused', reason: 'signature_mismatch' });
      }
    });

    it('is refused by every other provider', async () => {
      const { headers, body } = signed();
      for (const other of providers.filter((candidate) => candidate !== provider)) {
        const verification = await other
          .verifier(configured(other), offline)
          .verify(deliveryOf(headers, body));
        // Those that sign by the same scheme look at the same headers; their secrets tell them apart.
        const isLookedAt = other.signatureHeaders.some((name) => headers[name] !== undefined);
        const reason = isLookedAt ? 'signature_mismatch' : 'signature_missing';
        expect(verification).toEqual({ outcome: 'refused', reason });
      }
    });

    it('is an event and no challenge', () => {
      const [payload] = eventsOf(provider, signed());
      expect(provider.challenge?.(payload, configured(provider), '1')).toBeUndefined();
    });
  });

  it.each([
    '\u00e9'.repeat(64),
    'null',
    '=',
    ',,,',
    't=1',
    'sha256=',
    '__proto__=1,v1=1',
    `sha256=${'g'.repeat(64)}`,
    'x'.repeat(10_000),
  ])('answers the header %.20j with a refusal, never with an exception', async (value) => {
    const { headers, body } = sign(provider);
    const ofSignature = provider.signatureHeaders.filter((name) => headers[name] !== undefined);
    for (const name of ofSignature) {
      const verification = await verifier.verify(deliveryOf({ ...headers, [name]: value }, body));
      expect(verification.outcome).toBe('refused');
    }
  });

  it.each([null, true, 0, '', 'text', [], [{}], {}, JSON.parse('{"__proto__":{"id":"evt_1"}}')])(
    'names the faults of the body %j',
    (payload: unknown) => {
      expect(provider.challenge?.(payload, configured(provider), '1')).toBeUndefined();
      const reading = readEnvelope(payload, {});
      if (reading.outcome !== 'invalid') throw new Error('must be invalid');
      expect(reading.faults.length).toBeGreaterThan(0);
      for (const { path, message } of reading.faults) {
        expect(path).toMatch(/^$|^\/|^[A-Z]/);
        expect(message).toMatch(/must/);
      }
    },
  );
});

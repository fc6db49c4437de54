import type * as Ajv from 'ajv/dist/2020.js';
import type { AnySchemaObject, ErrorObject } from 'ajv/dist/2020.js';
import { createRequire } from 'node:module';
import type { EnvelopeFault, Provider } from '../model/index.js';
import { momentFromIso, momentFromIsoInUtc } from './moment.js';

/** Ajv is loaded with the first schema: commands know the providers, too, and check nothing. */
const load = createRequire(import.meta.url);

let compiler: Ajv.Ajv2020 | undefined;

/** It fetches nothing, changes nothing in what it checks, and nothing of a payload becomes code. */
function makeCompiler(): Ajv.Ajv2020 {
  const { Ajv2020 } = load('ajv/dist/2020.js') as typeof Ajv;
  return new Ajv2020({
    strict: true,
    strictTypes: true,
    strictTuples: true,
    strictRequired: true,
    allowUnionTypes: true,
    // That a schema is one is seen by the contract of providers: here it would take longer than to compile all of them.
    validateSchema: false,
    // Every fault at once. Envelope schemas look into no lists, so faults are not more than fields in the schema.
    allErrors: true,
    // Errors come with the schema whose description says what was expected.
    verbose: true,
    // `constructor` and the like are on every object, and on none.
    ownProperties: true,
    formats: {
      'date-time': (text: string) => momentFromIso(text) !== null,
      'date-time-in-utc': (text: string) => momentFromIsoInUtc(text) !== null,
    },
  });
}

/**
 * The provider, whose `readEnvelope` now checks what it is given by `envelopeSchema` first, whatever was sent. The
 * schema is compiled here, once.
 *
 * @throws {Error} for a schema that cannot be compiled, or says what only a mistake would say; that it is one in all else
 *   is seen by the contract of providers
 */
export function withEnvelopeCheck(provider: Provider): Provider {
  compiler ??= makeCompiler();
  const validate = compiler.compile(provider.envelopeSchema);
  return {
    ...provider,
    readEnvelope: (payload, headers) =>
      validate(payload)
        ? provider.readEnvelope(payload, headers)
        : { outcome: 'invalid', faults: toFaults(validate.errors ?? []) },
  };
}

/** The same, but the schema is compiled with the first payload: for providers that may never send one. */
export function withLateEnvelopeCheck(provider: Provider): Provider {
  let checked: Provider | undefined;
  return {
    ...provider,
    readEnvelope(payload, headers) {
      checked ??= withEnvelopeCheck(provider);
      return checked.readEnvelope(payload, headers);
    },
  };
}

/** One fault of each field. The values stay out: the reply goes to whoever sent them. */
function toFaults(errors: readonly ErrorObject[]): EnvelopeFault[] {
  const faults = new Map<string, EnvelopeFault>();
  for (const error of errors) {
    // That a branch of the schema was not passed says nothing beside what was wrong in it.
    if (error.keyword === 'if') continue;
    const fault = toFault(error);
    if (!faults.has(fault.path)) faults.set(fault.path, fault);
  }
  return [...faults.values()];
}

function toFault({ keyword, instancePath, params, parentSchema }: ErrorObject): EnvelopeFault {
  if (keyword === 'required') {
    const { missingProperty } = params as { missingProperty: string };
    const field = (parentSchema?.properties as Record<string, AnySchemaObject> | undefined)?.[
      missingProperty
    ];
    return {
      path: `${instancePath}/${missingProperty.replaceAll('~', '~0').replaceAll('/', '~1')}`,
      message: `is missing: ${expectation(field)}`,
    };
  }
  return { path: instancePath, message: expectation(parentSchema) };
}

function expectation(schema: AnySchemaObject | undefined): string {
  return `must be ${String(schema?.['description'])}`;
}

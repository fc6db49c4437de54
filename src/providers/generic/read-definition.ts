import { isForm } from '../../model/index.js';
import { CheckedObject, type TextShape } from './checked-object.js';
import { readScheme } from './read-signature.js';
import type { EventRules, HmacScheme, Rules, Scheme } from './rules.js';
import { hasPlaceholder } from './signed-template.js';
import { FORM_TYPE } from './sorted-form.js';
import { headersOf, onlyHeader, parseSource, placesOf, type Source } from './source.js';

export type DefinitionReading = { ok: true; rules: Rules } | { ok: false; faults: readonly string[] };

const FIELDS = [
  ...['documentation', 'secretFrom', 'signature', 'timestamp', 'event', 'contentTypes', 'batched'],
  ...['bodyLimit', 'replies', 'retries', 'samples'],
];

const SOURCES = ['id', 'type', 'account', 'entity', 'occurredAt'] as const;
type SourceName = (typeof SOURCES)[number];

const PAGE: TextShape = {
  pattern: /^https?:\/\/[^\s]+$/,
  message: 'must be the address of the page that describes these webhooks',
};
const SENTENCE: TextShape = { pattern: /^[^\n]{1,300}\.$/, message: 'must be a sentence on one line' };
const PHRASE: TextShape = {
  pattern: /^[^\n]{1,300}[^\n.]$/,
  message: 'must be a sentence without its full stop',
};
const MEDIA_TYPE = /^[a-z0-9][a-z0-9!#$&^_.+-]*\/[a-z0-9][a-z0-9!#$&^_.+-]*$/;

/** Headers whose values let one in. */
const CREDENTIALS = ['authorization', 'proxy-authorization', 'cookie'];

const MEGABYTE = 1024 * 1024;

/** For the compiler, where a fault was noted already. */
const NO_SOURCE: Source = [];

/**
 * Checks a definition.
 *
 * @param path that its faults begin with, such as `/acme`
 */
export function readDefinition(value: unknown, path: string): DefinitionReading {
  const faults: string[] = [];
  const rules = readRules(value, path, faults);
  return rules !== undefined && faults.length === 0 ? { ok: true, rules } : { ok: false, faults };
}

function readRules(value: unknown, path: string, faults: string[]): Rules | undefined {
  const definition = CheckedObject.open(value, path, FIELDS, faults);
  if (definition === undefined) return undefined;
  const event = readEvent(definition);
  const scheme = readScheme(definition, onlyHeader(event.id));
  const contentTypes = readContentTypes(definition);
  const batched = definition.flag('batched');
  if (scheme !== undefined) checkSecrecy(scheme, event, definition);
  if (scheme?.kind === 'hmac') checkForms(scheme, contentTypes, definition);
  if (batched) checkBatch(event, contentTypes, definition);
  return {
    documentation: definition.text('documentation', PAGE),
    secretFrom: definition.text('secretFrom', SENTENCE, ''),
    // Without a scheme there is a fault.
    scheme: scheme ?? { kind: 'token', header: '', prefix: '' },
    event,
    contentTypes,
    batched,
    bodyLimit: definition.integer('bodyLimit', { min: 1, max: 25 * MEGABYTE }) ?? MEGABYTE,
    ...readFacts(definition),
    samples: readSamples(definition),
  };
}

function readEvent(definition: CheckedObject): EventRules {
  const event = definition.section('event', [...SOURCES, 'occurredAtUnit']);
  if (event === undefined && !definition.has('event')) definition.demand('event', 'must be an object');
  const source = (name: SourceName): Source | undefined => {
    if (event === undefined || !event.has(name)) return undefined;
    const reading = parseSource(event.value(name));
    if (reading.ok) return reading.source;
    event.fault(name, reading.fault);
    return undefined;
  };
  const demanded = (name: 'id' | 'type'): Source => {
    if (event !== undefined && !event.has(name)) event.demand(name, 'must say where it is found');
    return source(name) ?? NO_SOURCE;
  };
  const id = demanded('id');
  if (id.some((alternative) => placesOf([alternative]).length === 0)) {
    event?.fault('id', 'must name a place each time: all events would have the same');
  }
  return {
    id,
    type: demanded('type'),
    account: source('account'),
    entity: source('entity'),
    occurredAt: source('occurredAt'),
    occurredAtUnit: event?.choice('occurredAtUnit', ['s', 'ms'], 's') ?? 's',
  };
}

function readContentTypes(definition: CheckedObject): readonly string[] {
  const given = definition.value('contentTypes') ?? ['application/json'];
  const types = Array.isArray(given) ? given.filter((type) => typeof type === 'string') : [];
  if (Array.isArray(given) && types.length > 0 && types.length === given.length) {
    if (types.every((type) => MEDIA_TYPE.test(type))) return types;
  }
  definition.fault(
    'contentTypes',
    'must be a list of media types in small letters, such as application/json',
  );
  return [];
}

/** Headers that are read are stored with the event, so none may be a secret. */
function checkSecrecy(scheme: Scheme, event: EventRules, definition: CheckedObject): void {
  const secret = [...CREDENTIALS, ...(scheme.kind === 'token' ? [scheme.header] : [])];
  const named = SOURCES.flatMap((name) => headersOf(event[name] ?? []));
  for (const header of named.filter((name) => secret.includes(name))) {
    definition.fault('event', `must not read ${header}, which holds a secret: what is read is stored`);
  }
}

function checkForms(
  { template, bodyHashQuery }: HmacScheme,
  types: readonly string[],
  definition: CheckedObject,
): void {
  if (!hasPlaceholder(template, 'sortedForm') || types.length === 0) return;
  if (!types.some(isForm)) definition.fault('contentTypes', `must have ${FORM_TYPE} with {sortedForm}`);
  if (bodyHashQuery === undefined && !types.every(isForm)) {
    definition.fault('contentTypes', `must be ${FORM_TYPE} alone: {sortedForm} covers no other body`);
  }
}

function checkBatch(event: EventRules, types: readonly string[], definition: CheckedObject): void {
  if (headersOf(event.id).length > 0) {
    definition.fault('batched', 'needs an id without headers: all events of a batch have the same ones');
  }
  if (types.some(isForm)) definition.fault('batched', `cannot be: ${FORM_TYPE} has no arrays`);
}

function readFacts(definition: CheckedObject): Pick<Rules, 'replies' | 'retries'> {
  const replies = definition.section('replies', ['accepted', 'refused']);
  const accepted = replies?.integer('accepted', { min: 200, max: 299 });
  const refused = replies?.integer('refused', { min: 400, max: 499 });
  const retries = definition.section('retries', ['timeoutSeconds', 'schedule']);
  return {
    replies: { ...(accepted !== undefined && { accepted }), ...(refused !== undefined && { refused }) },
    retries: {
      timeoutSeconds: retries?.integer('timeoutSeconds', { min: 1, max: 3600 }) ?? null,
      schedule: retries?.text('schedule', PHRASE, '') || null,
    },
  };
}

function readSamples(definition: CheckedObject): Rules['samples'] {
  const given = definition.value('samples') ?? {};
  const samples = definition.section('samples', Object.keys(given));
  const bodies = Object.keys(given).map((type) => {
    samples?.section(type, Object.keys(samples.value(type) ?? {}));
    return [type, samples?.value(type)];
  });
  return Object.fromEntries(bodies) as Rules['samples'];
}

import type { CheckedObject } from './checked-object.js';
import type { HmacScheme, Scheme, TimestampRule } from './rules.js';
import { hasPlaceholder, parseTemplate, type Placeholder, type SignedTemplate } from './signed-template.js';
import { HEADER_NAME } from './source.js';

const HEADER = { pattern: HEADER_NAME, message: 'must be the name of a header' };

/** Printable ASCII, as headers have it. */
const PREFIX = { pattern: /^[\x20-\x7e]{1,50}$/, message: 'must be the text before the signature' };
const QUERY = { pattern: /^[A-Za-z0-9_.-]{1,50}$/, message: 'must be the name of a query parameter' };

const ALGORITHMS = ['hmac-sha256', 'hmac-sha1', 'hmac-sha512', 'token'] as const;
const HASHES = { 'hmac-sha256': 'sha256', 'hmac-sha1': 'sha1', 'hmac-sha512': 'sha512' } as const;

/** Of an HMAC only. */
const HMAC_FIELDS = ['encoding', 'signed', 'portOptional', 'bodyHashQuery'];
const FIELDS = ['header', 'algorithm', 'prefix', ...HMAC_FIELDS];

const TOLERANCE_SECONDS = 300;

/**
 * The `signature` and `timestamp` of a definition.
 *
 * @param idHeader the header that is the event's id, if one is
 */
export function readScheme(definition: CheckedObject, idHeader: string | undefined): Scheme | undefined {
  const signature = definition.section('signature', FIELDS);
  const timestamp = readTimestamp(definition);
  if (signature === undefined) {
    if (!definition.has('signature')) definition.demand('signature', 'must be an object');
    return undefined;
  }
  const header = signature.text('header', HEADER).toLowerCase();
  const prefix = signature.text('prefix', PREFIX, '');
  const algorithm = signature.choice('algorithm', ALGORITHMS);
  if (algorithm === 'token') {
    for (const name of HMAC_FIELDS.filter((field) => signature.has(field))) {
      signature.fault(name, 'means nothing with the algorithm token');
    }
    if (definition.has('timestamp')) definition.fault('timestamp', 'means nothing with the algorithm token');
    return { kind: 'token', header, prefix };
  }
  const template = readTemplate(signature);
  const scheme: HmacScheme = {
    kind: 'hmac',
    header,
    prefix,
    hash: HASHES[algorithm ?? 'hmac-sha256'],
    encoding: signature.choice('encoding', ['hex', 'base64', 'base64url']) ?? 'hex',
    template,
    timestamp,
    idHeader: hasPlaceholder(template, 'id') ? idHeader : undefined,
    portOptional: signature.flag('portOptional'),
    bodyHashQuery: signature.has('bodyHashQuery') ? signature.text('bodyHashQuery', QUERY) : undefined,
  };
  checkTogether(scheme, signature, definition.has('timestamp'), idHeader);
  return scheme;
}

function readTimestamp(definition: CheckedObject): TimestampRule | undefined {
  const timestamp = definition.section('timestamp', ['header', 'unit', 'tolerance']);
  if (timestamp === undefined) return undefined;
  const seconds = timestamp.integer('tolerance', { min: 1, max: 86_400 }) ?? TOLERANCE_SECONDS;
  return {
    header: timestamp.text('header', HEADER).toLowerCase(),
    unit: timestamp.choice('unit', ['s', 'ms'], 's') ?? 's',
    tolerance: seconds * 1000,
  };
}

function readTemplate(signature: CheckedObject): SignedTemplate {
  const text = signature.value('signed') ?? '{body}';
  const reading =
    typeof text === 'string'
      ? parseTemplate(text)
      : ({ ok: false, fault: 'must be a text such as {timestamp}.{body}' } as const);
  if (reading.ok) return reading.template;
  signature.fault('signed', reading.fault);
  return [];
}

/** What each field allows the others to be. */
function checkTogether(
  { template, portOptional, bodyHashQuery }: HmacScheme,
  signature: CheckedObject,
  timed: boolean,
  idHeader: string | undefined,
): void {
  if (template.length === 0) return;
  const has = (placeholder: Placeholder): boolean => hasPlaceholder(template, placeholder);
  if (has('timestamp') && !timed) signature.fault('signed', 'has {timestamp}, but there is no timestamp');
  if (!has('timestamp') && timed) {
    signature.fault('signed', 'must have {timestamp}: a time that is not signed proves nothing');
  }
  if (has('id') && idHeader === undefined) {
    signature.fault(
      'signed',
      'has {id}, but the id is not one header: the body is not read before it is verified',
    );
  }
  if (portOptional && !has('url')) signature.fault('portOptional', 'means nothing without {url}');
  if (bodyHashQuery !== undefined && !(has('url') && has('sortedForm'))) {
    signature.fault('bodyHashQuery', 'means nothing without {url} and {sortedForm}');
  }
}

import { createRequire } from 'node:module';
import type { JsonSchema, SchemaPart } from '../../model/index.js';

/** Octokit's package is one file of JSON, which is loaded when it is first asked for. */
const load = createRequire(import.meta.url);

type Definitions = Readonly<Record<string, JsonSchema>>;

let document: { readonly definitions: Definitions } | undefined;

/**
 * The schema of an event, by its name or its name and action. The payload types of this folder are made from the same
 * file, so a payload that does not fit it is not what a workflow was compiled for.
 *
 * @see https://github.com/octokit/webhooks
 */
export function githubPayloadSchema(type: string): SchemaPart | undefined {
  document ??= { definitions: opened(loadDefinitions()) };
  const { definitions } = document;
  const [name = type] = type.split('.', 1);
  const action = type.slice(name.length + 1);
  const known = [`${name}$${action}`, `${name}$event`].find((key) => Object.hasOwn(definitions, key));
  return known === undefined ? undefined : { document, pointer: `/definitions/${known}` };
}

/** Without the schema that is for all events at once, whose compilation takes as long as that of all others. */
function loadDefinitions(): Definitions {
  return (load('@octokit/webhooks-schemas') as { definitions: Definitions }).definitions;
}

/**
 * Octokit's schemas are closed: a field that they do not name is a fault, and of alternatives one only may fit. GitHub
 * adds fields all the time, which is no fault to anybody, and with more fields a payload may fit several.
 */
function opened<Part>(part: Part): Part {
  if (Array.isArray(part)) return part.map(opened) as Part;
  if (typeof part !== 'object' || part === null) return part;
  const entries = Object.entries(part)
    .filter(([keyword, value]) => keyword !== 'additionalProperties' || value !== false)
    .map(([keyword, value]) => [keyword === 'oneOf' ? 'anyOf' : keyword, opened(value as unknown)]);
  return Object.fromEntries(entries) as Part;
}

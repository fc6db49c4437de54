import type { Provider } from '../../model/index.js';
import type { Definition } from './definition.js';
import { presetDefinitions } from './presets/index.js';
import { genericProvider } from './provider.js';
import { readDefinition } from './read-definition.js';

/** The providers of a file, and everything that is wrong with it. */
export interface ProvidersFile {
  readonly providers: readonly Provider[];
  /** Names of those that have faults. */
  readonly faulty: readonly string[];
  /** Each begins with a JSON pointer, and none holds a value. */
  readonly faults: readonly string[];
}

const NAME = /^[a-z][a-z0-9-]{0,39}$/;

/**
 * Reads the text of `PROVIDERS_FILE`: an object of definitions by the name of their provider. A definition may begin
 * with a preset, `{"preset": "square"}`, and change what is different.
 *
 * @param taken names of the providers that there are already
 */
export function parseProvidersFile(text: string, taken: readonly string[]): ProvidersFile {
  let definitions: unknown;
  try {
    definitions = JSON.parse(text);
  } catch {
    // A parser's own message may quote the text.
    return { providers: [], faulty: [], faults: ['is not JSON'] };
  }
  if (!isObject(definitions)) {
    return { providers: [], faulty: [], faults: ['must be an object of definitions by their names'] };
  }
  const providers: Provider[] = [];
  const faulty: string[] = [];
  const faults: string[] = [];
  for (const [name, definition] of Object.entries(definitions)) {
    const reading = readEntry(name, definition, taken);
    if (reading.ok) providers.push(genericProvider(name, reading.rules));
    else {
      faulty.push(name);
      faults.push(...reading.faults);
    }
  }
  return { providers, faulty, faults };
}

function readEntry(
  name: string,
  definition: unknown,
  taken: readonly string[],
): ReturnType<typeof readDefinition> {
  const path = `/${name}`;
  if (!NAME.test(name)) {
    return {
      ok: false,
      faults: [`${path} must be a name of a-z, 0-9 and hyphens, up to 40, that begins with a letter`],
    };
  }
  if (taken.includes(name)) return { ok: false, faults: [`${path} is a provider that there is already`] };
  if (!isObject(definition) || !Object.hasOwn(definition, 'preset')) return readDefinition(definition, path);
  const { preset: chosen, ...own } = definition;
  const preset = presetDefinitions.find((candidate) => candidate.name === chosen);
  if (preset === undefined) {
    const names = presetDefinitions.map((candidate) => candidate.name).join(', ');
    return { ok: false, faults: [`${path}/preset must be one of ${names}`] };
  }
  return readDefinition(changed(preset.definition, own), path);
}

/** The preset with what a definition says otherwise, field by field; what lies deeper is replaced as a whole. */
function changed(preset: Definition, own: Record<string, unknown>): Record<string, unknown> {
  const merged: Record<string, unknown> = { ...preset };
  for (const [name, value] of Object.entries(own)) {
    const before = merged[name];
    const sections = name !== 'samples' && isObject(before) && isObject(value);
    merged[name] = sections ? { ...before, ...value } : value;
  }
  return merged;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

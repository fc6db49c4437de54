import type { Provider } from '../../model/index.js';
import { presetDefinitions } from './presets/index.js';
import { genericProvider } from './provider.js';
import { readDefinition } from './read-definition.js';

/** The providers that are nothing but a definition of ours. */
export const presets: readonly Provider[] = presetDefinitions.map(({ name, definition }) => {
  const reading = readDefinition(definition, `/${name}`);
  if (!reading.ok) throw new TypeError(`The preset ${name} has faults: ${reading.faults.join('; ')}`);
  return genericProvider(name, reading.rules);
});

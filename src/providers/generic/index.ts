export { parseProvidersFile, type ProvidersFile } from './providers-file.js';
export { presets } from './preset-providers.js';

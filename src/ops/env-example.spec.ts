import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { formatEnvFile, readConfig, settings } from '../platform/config/index.js';
import { providers } from '../providers/index.js';

const ofProviders = providers.flatMap((provider) => provider.settings);
const example = readFileSync(join(process.cwd(), '.env.example'), 'utf8');

describe('.env.example', () => {
  it('is what the settings print', () => {
    expect(example).toBe(formatEnvFile([...Object.values(settings), ...ofProviders]));
  });

  it('is a working configuration, the one of an empty environment', () => {
    const { read: _, ...config } = readConfig(parseEnv(example), providers);
    const { read: __, ...ofNothing } = readConfig({}, providers);
    expect(config).toEqual(ofNothing);
  });

  it('holds no secret', () => {
    const values = parseEnv(example);
    const secret = [...Object.values(settings), ...ofProviders].filter((setting) => setting.secret);
    expect(secret.map(({ name }) => values[name])).toEqual(secret.map(() => ''));
  });
});

import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import type { Setting } from '../../model/index.js';
import type { ConfiguredProvider, Environment } from './config.js';
import { settings } from './settings.js';

/**
 * The variables of the process over those of the `.env` file. Without such a file and outside
 * production one is written first, with fresh random secrets, so that the first start is a working one.
 *
 * @param report is told when a file was written
 */
export function loadEnvironment(
  file: string,
  providers: readonly ConfiguredProvider[],
  report: (line: string) => void,
): Environment {
  if (!existsSync(file) && process.env[settings.environment.name] !== 'production') {
    const known = [...Object.values(settings), ...providers.flatMap((provider) => provider.settings)];
    // `wx` fails if a second instance was quicker; then its file is the one to read.
    try {
      writeFileSync(file, formatEnvFile(known, freshSecret), { flag: 'wx', mode: 0o600 });
      report(`Wrote ${file} with fresh secrets`);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
  return readEnvironment(file);
}

/** The variables of the process over those of the `.env` file, if there is one. */
export function readEnvironment(file: string): Environment {
  const fromFile = existsSync(file) ? parseEnv(readFileSync(file, 'utf8')) : {};
  return { ...fromFile, ...process.env };
}

/** 32 random bytes, as the setting wants them, or in characters that need no quoting anywhere. */
export function freshSecret({ writeFresh }: Pick<Setting, 'writeFresh'> = {}): string {
  const random = randomBytes(32);
  return writeFresh?.(random) ?? random.toString('base64url');
}

/** The text of `.env.example`, or of a `.env` when a source of secrets is given. */
export function formatEnvFile(
  known: readonly Setting[],
  newSecret: (setting: Setting) => string = () => '',
): string {
  const blocks = known.map((setting) => {
    const comment = setting.description
      .split('\n')
      .map((line) => `# ${line}`)
      .join('\n');
    const value = setting.generated ? newSecret(setting) : setting.fallback;
    return `${comment}\n${setting.name}=${/[\s#<>]/.test(value) ? `"${value}"` : value}\n`;
  });
  return `# Settings of the Event-Driven Integration Service. Variables of the process win over this file.\n\n${blocks.join('\n')}`;
}

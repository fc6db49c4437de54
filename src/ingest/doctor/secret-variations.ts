import type { Provider, ReadSetting, Setting } from '../../model/index.js';
import type { Finding } from './diagnosis.js';

/** The settings as they would be, and what they would show. */
export interface SettingsVariation {
  readonly finding: Finding;
  readonly read: ReadSetting;
}

/** White space, and what looks like nothing at all. */
const INVISIBLE = /[\s\u200b-\u200d\u2060]/gu;

const QUOTED = /^(["'`])(.+)\1$/s;

const AROUND = [
  ['line_end_behind', '', '\n'],
  ['line_end_behind', '', '\r\n'],
  ['space_behind', '', ' '],
  ['space_before', ' ', ''],
] as const;

/** What a secret may have that is not of it, here or at its sender. */
export function secretFlaws(provider: Provider, read: ReadSetting): SettingsVariation[] {
  return signingSecretsOf(provider, read).flatMap((setting) =>
    (read(setting) as readonly string[]).flatMap((secret) => {
      const name = setting.name;
      const found: SettingsVariation[] = [];
      const tryAs = (finding: Finding, text: string): void => {
        if (text !== secret) found.push({ finding, read: withSecret(read, setting, text) });
      };
      tryAs(
        { cause: 'secret_flawed', setting: name, flaw: 'white_space_inside' },
        secret.replace(INVISIBLE, ''),
      );
      tryAs({ cause: 'secret_flawed', setting: name, flaw: 'quoted' }, secret.replace(QUOTED, '$2'));
      // Settings drop what is around a secret, so one that has it at its sender never matches.
      for (const [flaw, before, behind] of AROUND) {
        tryAs({ cause: 'sender_secret_flawed', setting: name, flaw }, before + secret + behind);
      }
      return found;
    }),
  );
}

/** A secret that is known and not accepted, in the place of each of the provider's. */
export function inPlaceOfSecrets(
  provider: Provider,
  read: ReadSetting,
  known: { readonly name: string; readonly secret: string },
): SettingsVariation[] {
  return signingSecretsOf(provider, read).map((setting) => ({
    finding: { cause: 'known_secret', name: known.name, setting: setting.name },
    read: withSecret(read, setting, known.secret),
  }));
}

/** Each choice that was not made, such as another mode of the provider, by how it would stand in the environment. */
export function otherChoices(provider: Provider, read: ReadSetting): [string, SettingsVariation][] {
  return provider.settings.flatMap((setting) =>
    (setting.choices ?? [])
      .filter((value) => value !== '' && value !== read(setting))
      .map((value): [string, SettingsVariation] => [
        `${setting.name}=${value}`,
        {
          finding: { cause: 'setting_differs', setting: setting.name, value },
          read: withValue(read, setting, value),
        },
      ]),
  );
}

/**
 * Secrets that are signed with are lists, so that one can be rotated. A single one is what the service shows to somebody,
 * such as the password of an API: to try others would be to try passwords.
 */
function signingSecretsOf(provider: Provider, read: ReadSetting): readonly Setting[] {
  return provider.settings.filter((setting) => setting.secret && Array.isArray(read(setting)));
}

/** Past its `parse`, which would mend what is to be tried. */
function withSecret(read: ReadSetting, setting: Setting, secret: string): ReadSetting {
  return withValue(read, setting, [secret]);
}

function withValue(read: ReadSetting, setting: Setting, value: unknown): ReadSetting {
  return <T>(asked: Setting<T>) => (asked.name === setting.name ? (value as T) : read(asked));
}

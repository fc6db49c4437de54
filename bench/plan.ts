import { parseArgs } from 'node:util';

/** Small sizes, to see that everything works; or those whose figures mean something. */
export type Form = 'short' | 'long';

/** What is to be run. */
export interface Plan {
  readonly form: Form;
  readonly scenarios: readonly string[];
  readonly minutes: number;
  readonly storedEvents: number;
  /** Whether it is to be found out where the service spends its time. */
  readonly profile: boolean;
  readonly list: boolean;
}

/** What of a scenario decides whether it is run. */
interface Choosable {
  readonly name: string;
  readonly isApart?: true;
}

/**
 * Reads the flags of `npm run bench`.
 *
 * @param all scenarios
 * @throws what is wrong with them
 */
export function readPlan(args: readonly string[], all: readonly Choosable[]): Plan {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string' },
      short: { type: 'boolean', default: false },
      minutes: { type: 'string', default: '30' },
      events: { type: 'string' },
      profile: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      // Is looked after by scripts/bench.mjs.
      vs: { type: 'string' },
    },
  });
  const known = all.map(({ name }) => name);
  const usual = all.filter(({ isApart }) => values.short || isApart === undefined).map(({ name }) => name);
  const chosen = values.only?.split(',') ?? usual;
  const unknown = chosen.filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw new Error(`There is no scenario ${unknown.join(', ')}, only ${known.join(', ')}`);
  return {
    form: values.short ? 'short' : 'long',
    scenarios: known.filter((name) => chosen.includes(name)),
    minutes: positive('--minutes', values.minutes),
    storedEvents: positive('--events', values.events ?? (values.short ? '5000' : '5000000')),
    profile: values.profile,
    list: values.list,
  };
}

function positive(flag: string, text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new Error(`${flag} takes a number above 0, not ${text}`);
  return value;
}

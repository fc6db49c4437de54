import type { Provider, Sample, SignedDelivery } from '../../model/index.js';
import { loadConfig } from '../../load-config.js';
import type { Config } from '../../platform/config/index.js';
import { writeSample } from '../../providers/index.js';
import { readArguments, runCommand, say, UsageError } from './command.js';
import { addressOf, reach } from './ops-api.js';

const USAGE = `Sends a signed sample to a running service.

  npm run send -- <provider> <type>     such as: npm run send -- stripe payment_intent.succeeded
  npm run send -- --list                lists what there is

  --duplicate        sends the same delivery twice
  --bad-signature    changes the body after it was signed
  --url <address>    of the service, by default http://localhost:PORT
`;

const OPTIONS = {
  list: { type: 'boolean', default: false },
  duplicate: { type: 'boolean', default: false },
  'bad-signature': { type: 'boolean', default: false },
  url: { type: 'string' },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

interface Options {
  readonly duplicate: boolean;
  readonly badSignature: boolean;
  readonly url: string | undefined;
}

async function run(args: string[]): Promise<number> {
  const { values, positionals } = readArguments(args, OPTIONS, USAGE);
  if (values.help) return say(USAGE);
  if (values.list) return say(listSamples(loadConfig(say).providers));
  const [name, type] = positionals;
  if (name === undefined || type === undefined || positionals.length > 2) throw new UsageError(USAGE);

  const { config, providers } = loadConfig(say);
  const { provider, sample } = findSample(providers, name, type);
  return send(provider, sample, config, {
    duplicate: values.duplicate,
    badSignature: values['bad-signature'],
    url: values.url,
  });
}

/** Without those that nobody but the provider can sign. */
function listSamples(providers: readonly Provider[]): string {
  return providers
    .filter((provider) => provider.standIn === undefined)
    .flatMap(({ name, samples }) => samples.map(({ type }) => `${name} ${type}`))
    .join('\n');
}

/** A type may be cut at a dot: `github pull_request` is the first sample that begins so. */
function findSample(
  providers: readonly Provider[],
  name: string,
  type: string,
): { provider: Provider; sample: Sample } {
  const provider = providers.find((candidate) => candidate.name === name);
  if (provider === undefined) {
    throw new UsageError(
      `There is no provider ${name}. There are: ${providers.map((p) => p.name).join(', ')}`,
    );
  }
  if (provider.standIn !== undefined) {
    const names = provider.settings.map((setting) => setting.name).join(', ');
    throw new UsageError(
      `Only ${name} can sign its deliveries: it keeps the private key, and ${names} is the public one. Have it send one itself.`,
    );
  }
  const sample =
    provider.samples.find((candidate) => candidate.type === type) ??
    provider.samples.find((candidate) => candidate.type.startsWith(`${type}.`));
  if (sample === undefined) {
    throw new UsageError(`There is no sample ${name} ${type}. There are:\n${listSamples(providers)}`);
  }
  return { provider, sample };
}

async function send(provider: Provider, sample: Sample, config: Config, options: Options): Promise<number> {
  const base = addressOf(config, options.url);
  const path = `/webhooks/${provider.name}`;
  // What signs its address signs the one that the service is known by.
  const known = config.publicUrl === '' ? base : config.publicUrl.replace(/\/+$/, '');
  const signed = provider.sign(writeSample(provider, sample), config.read, Date.now(), known + path);
  if (signed === undefined) {
    const names = provider.settings.map((setting) => setting.name).join(', ');
    throw new UsageError(`Nothing to sign with: see ${names} in .env`);
  }
  const delivery = options.badSignature ? tamper(signed) : signed;
  let worst = 0;
  for (let copy = 0; copy < (options.duplicate ? 2 : 1); copy++) {
    worst = Math.max(worst, await post(base + path, delivery));
  }
  return worst < 400 ? 0 : 1;
}

/** A space more, which JSON does not mind and a signature does. */
function tamper({ headers, body }: SignedDelivery): SignedDelivery {
  return { headers, body: Buffer.concat([body, Buffer.from(' ')]) };
}

/** @returns the status code of the reply */
async function post(url: string, { headers, body }: SignedDelivery): Promise<number> {
  const response = await reach(url, { method: 'POST', headers, body: new Uint8Array(body) });
  say(`POST ${url}\n${response.status} ${await response.text()}`);
  return response.status;
}

await runCommand(run);

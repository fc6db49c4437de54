import { parseArgs } from 'node:util';
import type { Provider, Sample, SignedDelivery } from '../../model/index.js';
import { explainFault, loadEnvironment, readConfig, type Config } from '../../platform/config/index.js';
import { providers } from '../../providers/index.js';

const USAGE = `Sends a signed sample to a running service.

  npm run send -- <provider> <type>     such as: npm run send -- stripe payment_intent.succeeded
  npm run send -- --list                lists what there is

  --duplicate        sends the same delivery twice
  --bad-signature    changes the body after it was signed
  --url <address>    of the service, by default http://localhost:PORT
`;

class UsageError extends Error {}

interface Options {
  readonly duplicate: boolean;
  readonly badSignature: boolean;
  readonly url: string | undefined;
}

async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = readArguments(args);
  if (values.help) return say(USAGE);
  if (values.list) return say(listSamples());
  const [name, type] = positionals;
  if (name === undefined || type === undefined || positionals.length > 2) throw new UsageError(USAGE);

  const { provider, sample } = findSample(name, type);
  const settings = providers.flatMap((candidate) => candidate.settings);
  const config = readConfig(loadEnvironment('.env', settings, say), settings);
  return send(provider, sample, config, {
    duplicate: values.duplicate,
    badSignature: values['bad-signature'],
    url: values.url,
  });
}

function readArguments(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        list: { type: 'boolean', default: false },
        duplicate: { type: 'boolean', default: false },
        'bad-signature': { type: 'boolean', default: false },
        url: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n\n${USAGE}`);
  }
}

function listSamples(): string {
  return providers.flatMap(({ name, samples }) => samples.map(({ type }) => `${name} ${type}`)).join('\n');
}

/** A type may be cut at a dot: `github pull_request` is the first sample that begins so. */
function findSample(name: string, type: string): { provider: Provider; sample: Sample } {
  const provider = providers.find((candidate) => candidate.name === name);
  if (provider === undefined) {
    throw new UsageError(
      `There is no provider ${name}. There are: ${providers.map((p) => p.name).join(', ')}`,
    );
  }
  const sample =
    provider.samples.find((candidate) => candidate.type === type) ??
    provider.samples.find((candidate) => candidate.type.startsWith(`${type}.`));
  if (sample === undefined) {
    throw new UsageError(`There is no sample ${name} ${type}. There are:\n${listSamples()}`);
  }
  return { provider, sample };
}

async function send(provider: Provider, sample: Sample, config: Config, options: Options): Promise<number> {
  const signed = provider.sign(sample, config.read, Date.now());
  if (signed === undefined) {
    const names = provider.settings.map((setting) => setting.name).join(', ');
    throw new UsageError(`Nothing to sign with: see ${names} in .env`);
  }
  const base = (options.url ?? `http://localhost:${config.port}`).replace(/\/$/, '');
  const delivery = options.badSignature ? tamper(signed) : signed;
  let worst = 0;
  for (let copy = 0; copy < (options.duplicate ? 2 : 1); copy++) {
    worst = Math.max(worst, await post(`${base}/webhooks/${provider.name}`, delivery));
  }
  return worst < 400 ? 0 : 1;
}

/** A space more, which JSON does not mind and a signature does. */
function tamper({ headers, body }: SignedDelivery): SignedDelivery {
  return { headers, body: Buffer.concat([body, Buffer.from(' ')]) };
}

/** @returns the status code of the reply */
async function post(url: string, { headers, body }: SignedDelivery): Promise<number> {
  let response: Response;
  try {
    response = await fetch(url, { method: 'POST', headers, body: new Uint8Array(body) });
  } catch (error) {
    const cause = (error as Error).cause;
    throw new UsageError(
      `No answer from ${url}: ${cause instanceof Error ? cause.message : String(error)}. Is it running? Try npm start.`,
    );
  }
  say(`POST ${url}\n${response.status} ${await response.text()}`);
  return response.status;
}

function say(text: string): number {
  process.stdout.write(`${text}\n`);
  return 0;
}

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${explainFault(error)}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}

import type {
  ReleasedView,
  ReleasesView,
  RejectedRequestPage,
  RejectedRequestView,
} from '../rejected-request.dto.js';
import { readArguments, runCommand, say, UsageError } from './command.js';
import { OpsApi } from './ops-api.js';

const USAGE = `Says why requests of providers were refused, and releases them once that is mended.

  npm run doctor                             lists the newest that are held
  npm run doctor -- <id>                     says why one was refused, and what to do
  npm run doctor -- <id> --release           verifies it again, and records it if it verifies
  npm run doctor -- <id> --discard           drops it
  npm run doctor -- --provider stripe --release
  npm run doctor -- --all --release          all that are held, in the order in which they came

Filters, for the list and for --release; times are such as 2026-03-01T12:00:00Z:
  --provider, --refused-as, --received-from, --received-before

  --reason <text>    for the audit, of a release or a discard
  --url <address>    of the service, by default http://localhost:PORT
`;

const TEXT = { type: 'string' } as const;
const FLAG = { type: 'boolean', default: false } as const;

const OPTIONS = {
  release: FLAG,
  discard: FLAG,
  all: FLAG,
  provider: TEXT,
  'refused-as': TEXT,
  'received-from': TEXT,
  'received-before': TEXT,
  reason: TEXT,
  url: TEXT,
  help: { type: 'boolean', short: 'h', default: false },
} as const;

type Values = ReturnType<typeof readArguments<typeof OPTIONS>>['values'];

/** Requests in a list: what is older is found by filters. */
const LISTED = 20;

const PATH = '/rejected-requests';

async function doctor(args: string[]): Promise<number> {
  const { values, positionals } = readArguments(args, OPTIONS, USAGE);
  if (values.help) return say(USAGE);
  const act = chooseAct(values, positionals);
  return act(new OpsApi(values.url));
}

/** What was asked for: exactly one thing. */
function chooseAct(values: Values, [id, ...others]: string[]): (api: OpsApi) => Promise<number> {
  const { release, discard, all, reason } = values;
  const filter = readFilter(values);
  const filtered = Object.keys(filter).length > 0;
  if (others.length > 0) throw misused('Give one id');
  if (release && discard) throw misused('Give one of --release and --discard');
  if (reason !== undefined && !release && !discard) {
    throw misused('--reason is for --release and --discard');
  }
  const audited = reason === undefined ? {} : { reason };
  if (id !== undefined) {
    if (all || filtered) throw misused('Give an id, or filters, or --all');
    if (release) return (api) => releaseOne(api, id, audited);
    return discard ? (api) => discardOne(api, id, audited) : (api) => tellWhy(api, id);
  }
  if (discard) throw misused('--discard is for one id');
  if (all && filtered) throw misused('Give filters, or --all');
  if (!release) return (api) => list(api, filter);
  if (!all && !filtered) throw misused('Give an id, or filters, or --all');
  return (api) => releaseMany(api, { ...audited, ...(all ? { all } : { filter }) });
}

function readFilter(values: Values): Record<string, string> {
  const given = {
    provider: values.provider,
    reason: values['refused-as'],
    receivedFrom: values['received-from'],
    receivedBefore: values['received-before'],
  };
  return Object.fromEntries(
    Object.entries(given).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

async function list(api: OpsApi, filter: Record<string, string>): Promise<number> {
  const query = new URLSearchParams({ state: 'held', limit: String(LISTED), ...filter });
  const { items, nextCursor } = await api.get<RejectedRequestPage>(`${PATH}?${query.toString()}`);
  for (const { id, provider, receivedAt, reason, times, bodyBytes, source } of items) {
    const repeated = times > 1 ? `, ${times} times` : '';
    say(`${id}  ${String(receivedAt)}  ${provider}  ${reason}  ${bodyBytes} bytes from ${source}${repeated}`);
  }
  if (items.length === 0) return say('Nothing is held');
  return say(nextCursor === null ? `${items.length} held` : `The newest ${items.length}; there are more`);
}

async function tellWhy(api: OpsApi, id: string): Promise<number> {
  const request = await api.get<RejectedRequestView>(`${PATH}/${encodeURIComponent(id)}`);
  const { provider, receivedAt, reason, state, eventIds, diagnosis } = request;
  say(`${provider}, received ${String(receivedAt)} from ${request.source}: ${reason}`);
  if (state === 'released') return say(releasedAs(eventIds));
  if (state === 'discarded') return say('Discarded');
  if (diagnosis === null) return say(`There is no provider ${provider} now`);
  for (const { says, next } of diagnosis.findings) say(`✗ ${says}\n  → ${next}`);
  if (diagnosis.findings.length > 0) return 0;
  say(
    '✗ Why is not known: nothing that was tried makes it verify. Is the secret set the one that its sender has?',
  );
  for (const sign of diagnosis.signs) say(`  · ${sign}`);
  return say(`  Tried: ${diagnosis.checked.join('; ')}`);
}

async function releaseOne(api: OpsApi, id: string, audited: object): Promise<number> {
  const { eventIds } = await api.post<ReleasedView>(`${PATH}/${encodeURIComponent(id)}/release`, audited);
  return say(releasedAs(eventIds));
}

function releasedAs(eventIds: readonly string[]): string {
  return eventIds.length === 0 ? 'Released; it told of no event' : `Released as event ${eventIds.join(', ')}`;
}

async function discardOne(api: OpsApi, id: string, audited: object): Promise<number> {
  await api.post(`${PATH}/${encodeURIComponent(id)}/discard`, audited);
  return say(`Request ${id} is discarded`);
}

async function releaseMany(api: OpsApi, order: object): Promise<number> {
  let released = 0;
  const refused = new Map<string, number>();
  for (let cursor: string | null | undefined; cursor !== null;) {
    const batch: ReleasesView = await api.post<ReleasesView>(`${PATH}/release`, { ...order, cursor });
    released += batch.released.length;
    for (const [why, count] of Object.entries(batch.refused))
      refused.set(why, (refused.get(why) ?? 0) + count);
    cursor = batch.nextCursor;
  }
  say(`${released} released`);
  for (const [why, count] of refused) say(`${count} still refused: ${why}`);
  return refused.size === 0 ? 0 : 1;
}

function misused(what: string): UsageError {
  return new UsageError(`${what}\n\n${USAGE}`);
}

await runCommand(doctor);

import { setTimeout as sleep } from 'node:timers/promises';
import type { EventRedriveView, PreviewView, RedriveView, RedrivenRun } from '../redrive.dto.js';
import { readArguments, runCommand, say, UsageError } from './command.js';
import { OpsApi } from './ops-api.js';

const USAGE = `Redrives dead letters: sends runs again that failed for good.

  npm run redrive -- --run <id>            one run
  npm run redrive -- --event <id>          all dead letters of an event
  npm run redrive -- --provider stripe --code target_unavailable
  npm run redrive -- --all                 all dead letters
  npm run redrive -- --status <id>         how far a redrive of many is
  npm run redrive -- --stop <id>           ends it

Filters; all that are given must hold, times are such as 2026-03-01T12:00:00Z:
  --provider, --type, --workflow, --code, --dead-status
  --received-from, --received-before, --failed-from, --failed-before

  --preview          says what a redrive by these filters would do, and does nothing
  --pace <n>         dead letters a second, 50 by default
  --unknown <how>    for effects that may have happened: repeat, or assume_done; without it they are skipped
  --reason <text>    for the audit trail of a redrive by filters
  --url <address>    of the service, by default http://localhost:PORT
`;

const TEXT = { type: 'string' } as const;

const OPTIONS = {
  run: TEXT,
  event: TEXT,
  status: TEXT,
  stop: TEXT,
  all: { type: 'boolean', default: false },
  provider: TEXT,
  type: TEXT,
  workflow: TEXT,
  code: TEXT,
  'dead-status': TEXT,
  'received-from': TEXT,
  'received-before': TEXT,
  'failed-from': TEXT,
  'failed-before': TEXT,
  preview: { type: 'boolean', default: false },
  pace: TEXT,
  unknown: TEXT,
  reason: TEXT,
  url: TEXT,
  help: { type: 'boolean', short: 'h', default: false },
} as const;

type Values = ReturnType<typeof readArguments<typeof OPTIONS>>['values'];

/** Milliseconds between two looks at a redrive. */
const LOOK_MS = 1_000;

async function redrive(args: string[]): Promise<number> {
  const { values, positionals } = readArguments(args, OPTIONS, USAGE);
  if (values.help) return say(USAGE);
  if (positionals.length > 0) throw misused(`What is ${positionals.join(' ')}?`);
  const act = chooseAct(values);
  return act(new OpsApi(values.url));
}

/** What was asked for: exactly one thing. */
function chooseAct(values: Values): (api: OpsApi) => Promise<number> {
  const { run, event, status, stop } = values;
  const filter = readFilter(values);
  const many = values.all || Object.keys(filter).length > 0;
  const named = [run, event, status, stop].filter((id) => id !== undefined);
  if (named.length + (many ? 1 : 0) !== 1) {
    throw misused('Give one of --run, --event, --status and --stop, or filters, or --all');
  }
  if (!many && (values.preview || values.pace !== undefined || values.reason !== undefined)) {
    throw misused('--preview, --pace and --reason are for filters and --all');
  }
  if (values.unknown !== undefined && (status ?? stop) !== undefined) {
    throw misused('--unknown is for what is to be redriven');
  }
  const unknown = values.unknown === undefined ? {} : { unknownOutcome: values.unknown };
  if (run !== undefined) return (api) => redriveRun(api, run, unknown);
  if (event !== undefined) return (api) => redriveEvent(api, event, unknown);
  if (status !== undefined) return (api) => watch(api, status);
  if (stop !== undefined) return (api) => end(api, stop);
  const order = {
    filter,
    all: values.all,
    ...unknown,
    ...(values.pace !== undefined && { perSecond: readPace(values.pace) }),
    ...(values.reason !== undefined && { reason: values.reason }),
  };
  return values.preview ? (api) => preview(api, order) : (api) => redriveMany(api, order);
}

function readFilter(values: Values): Record<string, string> {
  const fields = {
    provider: values.provider,
    type: values.type,
    workflow: values.workflow,
    code: values.code,
    status: values['dead-status'],
    receivedFrom: values['received-from'],
    receivedBefore: values['received-before'],
    failedFrom: values['failed-from'],
    failedBefore: values['failed-before'],
  };
  return Object.fromEntries(
    Object.entries(fields).filter((field): field is [string, string] => field[1] !== undefined),
  );
}

function readPace(text: string): number {
  if (!/^\d{1,5}$/.test(text)) throw misused('--pace must be a whole number');
  return Number(text);
}

function misused(how: string): UsageError {
  return new UsageError(`${how}\n\n${USAGE}`);
}

async function redriveRun(api: OpsApi, id: string, decision: object): Promise<number> {
  return sayRedriven(await api.post<RedrivenRun>(`/runs/${encodeURIComponent(id)}/redrive`, decision));
}

async function redriveEvent(api: OpsApi, id: string, decision: object): Promise<number> {
  const path = `/events/${encodeURIComponent(id)}/redrive`;
  const reply = await api.post<EventRedriveView>(path, decision);
  reply.redriven.forEach(sayRedriven);
  return saySkipped(reply);
}

function sayRedriven({ runId, newRunId }: RedrivenRun): number {
  return say(
    newRunId === null
      ? `Run ${runId} is redriven`
      : `Run ${runId} was compensated; run ${newRunId} takes its place`,
  );
}

function saySkipped({
  needsDecision,
  payloadDropped,
}: Pick<RedriveView, 'needsDecision' | 'payloadDropped'>): number {
  if (needsDecision > 0)
    say(`${needsDecision} skipped: their effect may have happened; decide with --unknown`);
  if (payloadDropped > 0) say(`${payloadDropped} skipped: retention has dropped their payload`);
  return 0;
}

async function preview(api: OpsApi, order: object): Promise<number> {
  const found = await api.post<PreviewView>('/redrives/preview', order);
  say(`${found.runs} would be redriven`);
  for (const [workflow, runs] of Object.entries(found.byWorkflow)) say(`  workflow ${workflow}: ${runs}`);
  for (const [code, runs] of Object.entries(found.byCode)) say(`  failed as ${code}: ${runs}`);
  for (const { workflow, step, runs } of found.stepsDone) {
    say(`  done and not repeated: ${step} of ${workflow}, ${runs} times`);
  }
  if (found.newRuns > 0) say(`  compensated, so a new run does all steps: ${found.newRuns}`);
  return saySkipped(found);
}

async function redriveMany(api: OpsApi, order: object): Promise<number> {
  const { id } = await api.post<RedriveView>('/redrives', order);
  say(`Redrive ${id}: it goes on without this command; --stop ${id} ends it`);
  return watch(api, id);
}

/** Tells how far it is until it ends. */
async function watch(api: OpsApi, id: string): Promise<number> {
  for (;;) {
    const redriven = await api.get<RedriveView>(`/redrives/${encodeURIComponent(id)}`);
    say(`${redriven.status}: ${redriven.redriven} redriven`);
    if (redriven.status !== 'running') return saySkipped(redriven);
    await sleep(LOOK_MS);
  }
}

async function end(api: OpsApi, id: string): Promise<number> {
  const { status, redriven } = await api.post<RedriveView>(`/redrives/${encodeURIComponent(id)}/stop`);
  return say(`${status}: ${redriven} redriven`);
}

await runCommand(redrive);

import type { FuzzedRequest } from './requests/request.js';
import type { Reply } from './wire.js';

/**
 * How far a request came, by what the service says of it. The first ones are said by the verifier, or by what stands
 * behind it, and by nobody else.
 */
export type Reached =
  | 'not verified'
  | 'verified, not valid'
  | 'verified, a replay'
  | 'recorded'
  | 'known already'
  | 'answered as a challenge'
  | 'taken without a word'
  /** Answered 503: it may come again. */
  | 'put off'
  /** By the title of the refusal. */
  | { readonly refused: string };

/** What may be put off, by the title of the refusal. */
const PUT_OFF = new Set(['Overloaded', 'Database away', 'Verification not possible now']);

export interface Judgement {
  readonly reached: Reached;
  /** Events that the reply names. */
  readonly eventIds: readonly string[];
  /** What must not be. */
  readonly findings: readonly string[];
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const CALLERS_OWN = /^[\w.-]{8,64}$/;

/** Nobody is told about our insides. */
const INSIDES = /node_modules|\.js:|\.ts:|FST_|ERR_|HPE_|SELECT|INSERT/;

export function judge(request: FuzzedRequest, reply: Reply): Judgement {
  const { status, headers, body } = reply;
  const findings: string[] = [];
  const id = headers.get('x-correlation-id') ?? '';
  if (!UUID.test(id) && !CALLERS_OWN.test(id)) findings.push(`${status} has no correlation id`);
  const content = request.isHead || body.length === 0 ? undefined : readJson(body);
  if (content === null) findings.push(`${status} with a body that is no JSON object`);
  if (status >= 400 && !request.isHead) findings.push(...faultsOfProblem(reply, content ?? {}, id));
  if (status < 400 && !request.genuine) findings.push(`${status}, and it is not genuine: ${body.toString()}`);
  const reached = reachedBy(reply, content ?? {});
  if (status >= 500 && reached !== 'put off') findings.push(`${status}: ${body.toString()}`);
  if (request.isForVerifier && reached !== 'put off' && !isPastAdmission(reached)) {
    findings.push(`${status} before it was verified: ${body.toString()}`);
  }
  return { reached, eventIds: eventIdsOf(content ?? {}), findings };
}

export function isPastAdmission(reached: Reached): boolean {
  return typeof reached === 'string' && reached !== 'put off';
}

type Content = Readonly<Record<string, unknown>>;

/** RFC 9457, as every refusal of ours. */
function faultsOfProblem({ status, headers, body }: Reply, content: Content, id: string): string[] {
  const faults: string[] = [];
  const isProblem = /^application\/problem\+json(;|$)/.test(headers.get('content-type') ?? '');
  if (!isProblem || content['status'] !== status || content['type'] !== 'about:blank')
    faults.push('is no problem');
  if (content['correlationId'] !== id) faults.push('has two correlation ids');
  if (typeof content['title'] !== 'string' || content['title'] === '') faults.push('has no title');
  if (INSIDES.test(body.toString())) faults.push('tells of our insides');
  return faults.map((fault) => `${status} ${fault}: ${body.toString()}`);
}

/** null for what is none. */
function readJson(body: Buffer): Content | null {
  try {
    const value: unknown = JSON.parse(body.toString());
    return typeof value === 'object' ? (value as Content | null) : null;
  } catch {
    return null;
  }
}

function reachedBy({ status, headers }: Reply, content: Content): Reached {
  const title = String(content['title']);
  if (status === 503 && PUT_OFF.has(title) && headers.has('retry-after')) return 'put off';
  switch (content['title'] ?? content['status']) {
    case 'Signature not accepted':
      return 'not verified';
    case 'Not a valid event':
      return 'verified, not valid';
    case 'Replay refused':
      return 'verified, a replay';
    case 'accepted':
      return 'recorded';
    case 'duplicate':
      return 'known already';
    case undefined:
      if (status === 204) return 'taken without a word';
      return 'challenge' in content || 'plainToken' in content
        ? 'answered as a challenge'
        : { refused: 'without a body' };
    default:
      return { refused: title };
  }
}

function eventIdsOf({ id, ids }: Content): string[] {
  return [id, ...(Array.isArray(ids) ? (ids as unknown[]) : [])].filter((value) => typeof value === 'string');
}

import { jsonElements } from '../../src/ingest/json-elements.js';
import type { Exchange } from './exchange.js';
import { isPastAdmission, judge, type Reached } from './judge.js';
import type { FuzzedRequest } from './requests/request.js';
import { sha256 } from './sha256.js';

/** After these there may be an event, and its sender does not know its id. */
const NAMELESS = new Set<Reached>(['taken without a word', 'put off']);

/** Findings beyond are counted only. */
const MOST_TOLD = 20;

/** Counts what came of the requests, by what the service said. */
export class Tally {
  /** Replies by their status. */
  readonly statuses: Record<number, number> = {};
  /** Requests by how far they came. */
  readonly reached = new Map<string, number>();
  readonly ids = new Set<string>();
  readonly unnamed = new Set<string>();
  readonly findings: string[] = [];
  requests = 0;
  /** Requests that have been answered by the verifier, or by what stands behind it. */
  pastAdmission = 0;
  found = 0;

  /** Requests that the service would have come again. */
  get putOff(): number {
    return this.reached.get('put off') ?? 0;
  }

  add(request: FuzzedRequest, { replies, fault }: Exchange): void {
    this.requests++;
    if (fault !== undefined) this.find(request, fault);
    const judgements = replies.map((reply) => judge(request, reply));
    for (const { status } of replies) count(this.statuses, status);
    for (const { eventIds, findings } of judgements) {
      for (const id of eventIds) this.ids.add(id);
      for (const finding of findings) this.find(request, finding);
    }
    // Copies of one request are one; the first of them is judged like any other.
    const [first] = judgements;
    if (first !== undefined && isPastAdmission(first.reached)) this.pastAdmission++;
    const name = first === undefined ? nameOfSilence(request) : nameOf(first.reached);
    this.reached.set(name, (this.reached.get(name) ?? 0) + 1);
    if (request.genuine && (first === undefined || NAMELESS.has(first.reached))) {
      for (const bytes of [request.body, ...jsonElements(request.body)]) this.unnamed.add(sha256(bytes));
    }
  }

  private find({ number, sender, what }: FuzzedRequest, finding: string): void {
    this.found++;
    if (this.findings.length < MOST_TOLD) {
      this.findings.push(`${finding} (request ${number} to ${sender.name}: ${what.join(', ')})`);
    }
  }
}

function nameOf(reached: Reached): string {
  return typeof reached === 'string' ? reached : `refused: ${reached.refused}`;
}

function nameOfSilence({ ending }: FuzzedRequest): string {
  return ending.kind === 'hang up' ? 'the sender went away' : 'no reply';
}

export function count(counts: Record<number, number>, key: number): void {
  counts[key] = (counts[key] ?? 0) + 1;
}

import { setTimeout as sleep } from 'node:timers/promises';
import type { FuzzedRequest } from './requests/request.js';
import { MalformedReply, type Reply, type Wire } from './wire.js';

/** Milliseconds within which a whole request must be answered, on a busy machine too. */
const ANSWER_MS = 15_000;

/** Milliseconds after which a request that may be half of one is ended. */
const PATIENCE_MS = 100;

/** What came of one request. */
export interface Exchange {
  readonly replies: readonly Reply[];
  /** Why there are fewer replies than there must be, or something else than replies. */
  readonly fault?: string;
  /** Whether another request may be sent over the connection. */
  readonly stays: boolean;
}

export async function exchange(wire: Wire, request: FuzzedRequest): Promise<Exchange> {
  const { pieces, pauseMs, ending } = request;
  for (const [index, piece] of pieces.entries()) {
    if (index > 0) await sleep(pauseMs);
    wire.write(piece);
  }
  try {
    switch (ending.kind) {
      case 'replies':
        return await hearAll(wire, request, ending.count);
      case 'perhaps':
        return await hearOut(wire, request);
      case 'hang up':
        wire.hangUp(ending.reset);
        return { replies: [], stays: false };
    }
  } catch (error) {
    if (!(error instanceof MalformedReply)) throw error;
    return { replies: [], fault: error.message, stays: false };
  }
}

async function hearAll(wire: Wire, { isHead }: FuzzedRequest, count: number): Promise<Exchange> {
  const replies: Reply[] = [];
  while (replies.length < count) {
    const heard = await wire.next(ANSWER_MS, isHead);
    if (heard.outcome !== 'reply') {
      return { replies, fault: `${heard.outcome} instead of a reply`, stays: false };
    }
    replies.push(heard.reply);
    // What was sent behind it was not read then.
    if (heard.reply.headers.get('connection') === 'close') return { replies, stays: false };
  }
  return { replies, stays: true };
}

/** The service may have been waiting for more; once that cannot come, it has to end the connection. */
async function hearOut(wire: Wire, { isHead }: FuzzedRequest): Promise<Exchange> {
  const replies: Reply[] = [];
  let heard = await wire.next(PATIENCE_MS, isHead);
  wire.end();
  for (;;) {
    if (heard.outcome === 'reply') replies.push(heard.reply);
    if (heard.outcome === 'closed') return { replies, stays: false };
    const next = await wire.next(ANSWER_MS, isHead);
    if (next.outcome === 'silence') {
      return { replies, fault: 'keeps a connection that was ended', stays: false };
    }
    heard = next;
  }
}

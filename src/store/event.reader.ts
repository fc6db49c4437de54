import { Injectable } from '@nestjs/common';
import { DEAD_LETTER_STATUSES, eventStatus, type EventStatus, type RunStatus } from '../model/index.js';
import type { Prisma } from './generated/client.js';
import { PrismaService } from './prisma.service.js';

export interface EventFilter {
  readonly provider?: string;
  /** Matches itself and what stands behind a dot: `pull_request` finds `pull_request.opened`. */
  readonly type?: string;
  readonly status?: EventStatus;
  readonly account?: string;
  readonly deliveryKey?: string;
  readonly entity?: string;
  readonly receivedFrom?: Date;
  readonly receivedBefore?: Date;
}

const WITH_RUNS = {
  runs: { orderBy: [{ workflow: 'asc' }, { number: 'asc' }] },
} satisfies Prisma.EventInclude;

const WHOLE_LIFE = {
  payloads: true,
  runs: {
    orderBy: [{ workflow: 'asc' }, { number: 'asc' }],
    include: { steps: { orderBy: { startedAt: 'asc' } }, transitions: { orderBy: { id: 'asc' } } },
  },
} satisfies Prisma.EventInclude;

export type ListedEvent = Prisma.EventGetPayload<{ include: typeof WITH_RUNS }>;
export type EventLife = Prisma.EventGetPayload<{ include: typeof WHOLE_LIFE }>;

/** Reads events for people. */
@Injectable()
export class EventReader {
  constructor(private readonly prisma: PrismaService) {}

  /** An event with its payload and all that was done about it; null if there is none. */
  async findLife(id: string): Promise<EventLife | null> {
    const { event } = await this.prisma.client();
    return event.findUnique({ where: { id }, include: WHOLE_LIFE });
  }

  /**
   * The newest events first.
   *
   * @param before id of the event after which the page starts
   */
  async list(filter: EventFilter, limit: number, before?: string): Promise<ListedEvent[]> {
    const { event } = await this.prisma.client();
    return event.findMany({
      where: { AND: [whereFilter(filter), before === undefined ? {} : { id: { lt: before } }] },
      include: WITH_RUNS,
      orderBy: { id: 'desc' },
      take: limit,
    });
  }
}

function whereFilter(filter: EventFilter): Prisma.EventWhereInput {
  const { provider, type, status, account, deliveryKey, entity, receivedFrom, receivedBefore } = filter;
  return {
    ...(provider !== undefined && { provider }),
    ...(account !== undefined && { account }),
    ...(deliveryKey !== undefined && { deliveryKey }),
    ...(entity !== undefined && { entity }),
    receivedAt: {
      ...(receivedFrom !== undefined && { gte: receivedFrom }),
      ...(receivedBefore !== undefined && { lt: receivedBefore }),
    },
    AND: [
      type === undefined ? {} : { OR: [{ type }, { type: { startsWith: `${escapePattern(type)}.` } }] },
      status === undefined ? {} : whereStatus(status),
    ],
  };
}

/** Prisma passes such texts on as a pattern of LIKE, in which these characters mean others. */
function escapePattern(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&');
}

/** A run that no redrive has put another in the place of: only such runs count. */
const COUNTS = { supersededBy: null } satisfies Prisma.RunWhereInput;

const some = (status: RunStatus): Prisma.EventWhereInput => ({ runs: { some: { ...COUNTS, status } } });
const every = (status: RunStatus): Prisma.EventWhereInput => ({
  runs: { none: { ...COUNTS, status: { not: status } } },
});
const none = (...statuses: RunStatus[]): Prisma.EventWhereInput => ({
  runs: { none: { ...COUNTS, status: { in: statuses } } },
});

/** The rule of {@link eventStatus} as a condition on the runs. */
function whereStatus(status: EventStatus): Prisma.EventWhereInput {
  switch (status) {
    case 'compensation_failed':
      return some('compensation_failed');
    case 'compensated':
      return { AND: [some('compensated'), none('compensation_failed')] };
    case 'dead_lettered':
      return { AND: [some('dead_lettered'), none('compensation_failed', 'compensated')] };
    case 'completed':
      return every('completed');
    case 'compensating':
      return { AND: [some('compensating'), none(...DEAD_LETTER_STATUSES)] };
    case 'retrying':
      return { AND: [some('retrying'), none(...DEAD_LETTER_STATUSES, 'compensating')] };
    case 'received':
      return every('pending');
    case 'processing':
      return {
        AND: [none(...DEAD_LETTER_STATUSES, 'compensating', 'retrying')],
        NOT: [every('pending'), every('completed')],
      };
  }
}

/** Status of an event that was read with its runs. */
export function statusOf(event: Pick<ListedEvent, 'runs'>): EventStatus {
  return eventStatus(
    event.runs.filter(({ supersededBy }) => supersededBy === null).map(({ status }) => status),
  );
}

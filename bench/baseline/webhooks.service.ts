import { InjectQueue } from '@nestjs/bullmq';
import { Injectable } from '@nestjs/common';
import type { Queue } from 'bullmq';
import { Prisma } from './generated/client.js';
import { PrismaService } from './prisma.service.js';
import { EVENTS_QUEUE, type EventJob } from './queue.js';

export interface NewWebhook {
  readonly provider: string;
  readonly externalId: string;
  readonly type: string;
  readonly payload: object;
}

export interface AcceptedWebhook {
  readonly id: string;
  readonly isNew: boolean;
}

/** Prisma's code of a violated unique key: https://www.prisma.io/docs/orm/reference/error-reference#p2002. */
const UNIQUE_VIOLATION = 'P2002';

@Injectable()
export class WebhooksService {
  constructor(
    private readonly prisma: PrismaService,
    @InjectQueue(EVENTS_QUEUE) private readonly queue: Queue<EventJob>,
  ) {}

  async accept(webhook: NewWebhook): Promise<AcceptedWebhook> {
    const known = await this.find(webhook);
    if (known !== null) return { id: known.id, isNew: false };
    const id = await this.create(webhook);
    if (id === undefined) return this.accept(webhook);
    await this.queue.add('event', { eventId: id }, { jobId: `evt-${id}` });
    return { id, isNew: true };
  }

  private find({ provider, externalId }: NewWebhook) {
    return this.prisma.webhookEvent.findUnique({
      where: { provider_externalId: { provider, externalId } },
      select: { id: true },
    });
  }

  /** @returns undefined if another request was faster */
  private async create({ payload, ...webhook }: NewWebhook): Promise<string | undefined> {
    try {
      const data = { ...webhook, payload: payload as Prisma.InputJsonObject };
      const { id } = await this.prisma.webhookEvent.create({ data, select: { id: true } });
      return id;
    } catch (error) {
      if (error instanceof Prisma.PrismaClientKnownRequestError && error.code === UNIQUE_VIOLATION)
        return undefined;
      throw error;
    }
  }
}

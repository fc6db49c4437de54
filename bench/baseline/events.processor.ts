import { Processor, WorkerHost } from '@nestjs/bullmq';
import type { Job } from 'bullmq';
import type { WebhookEvent } from './generated/client.js';
import { PrismaService } from './prisma.service.js';
import { CONCURRENCY, EVENTS_QUEUE, type EventJob } from './queue.js';

interface StripePayload {
  readonly data: { readonly object: Readonly<Record<'id' | 'name' | 'email' | 'phone', string>> };
}

interface PushPayload {
  readonly ref: string;
  readonly after: string;
  readonly pusher: { readonly name: string };
}

/** Keeps what an event is about, marks the event as completed and says so in the audit log: all three, or none. */
@Processor(EVENTS_QUEUE, { concurrency: CONCURRENCY })
export class EventsProcessor extends WorkerHost {
  constructor(private readonly prisma: PrismaService) {
    super();
  }

  async process({ data: { eventId } }: Job<EventJob>): Promise<void> {
    const event = await this.prisma.webhookEvent.findUniqueOrThrow({ where: { id: eventId } });
    // BullMQ delivers at least once.
    if (event.status === 'completed') return;
    const { kind, key, data } = entityOf(event);
    await this.prisma.$transaction([
      this.prisma.entity.upsert({
        where: { kind_key: { kind, key } },
        create: { kind, key, data },
        update: { data },
      }),
      this.prisma.webhookEvent.update({
        where: { id: eventId },
        data: { status: 'completed', completedAt: new Date() },
        select: { id: true },
      }),
      this.prisma.auditLog.create({ data: { eventId, action: 'completed' }, select: { id: true } }),
    ]);
  }
}

function entityOf({ provider, payload }: WebhookEvent): {
  kind: string;
  key: string;
  data: Record<string, string>;
} {
  if (provider === 'stripe') {
    const { id, name, email, phone } = (payload as unknown as StripePayload).data.object;
    return { kind: 'customer', key: id, data: { name, email, phone } };
  }
  const { ref, after, pusher } = payload as unknown as PushPayload;
  return { kind: 'branch', key: ref, data: { after, pusher: pusher.name } };
}

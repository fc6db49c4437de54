// The least that may be called taking a webhook: Fastify, HMAC, JSON.parse, one INSERT for many, one addBulk for many.

import { Queue } from 'bullmq';
import { fastify, type FastifyRequest } from 'fastify';
import { createHmac, timingSafeEqual } from 'node:crypto';
import pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { grouped } from './grouped.js';
import { connectRedis, QUEUE, required, type EventJob } from './jobs.js';

interface NewEvent {
  readonly id: string;
  readonly provider: string;
  readonly deliveryKey: string;
  readonly type: string;
  readonly entity: string;
  readonly body: Buffer;
}

const SECRETS: Readonly<Record<string, string>> = {
  stripe: required('STRIPE_WEBHOOK_SECRET'),
  github: required('GITHUB_WEBHOOK_SECRET'),
};

const INSERT = `
  WITH new AS (
    SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::bytea[])
      AS new (id, provider, delivery_key, type, body)
  ), recorded AS (
    INSERT INTO events (id, provider, delivery_key, type, body) SELECT * FROM new
    ON CONFLICT (provider, delivery_key) DO NOTHING RETURNING id
  ), run AS (
    INSERT INTO runs (id) SELECT id FROM recorded
  )
  SELECT id FROM recorded`;

const pool = new pg.Pool({ connectionString: required('DATABASE_URL'), max: 4 });
const queue = new Queue<EventJob>(QUEUE, { connection: connectRedis() });

const record = grouped(async (events: readonly NewEvent[]) => {
  const { rows } = await pool.query<{ id: string }>({
    name: 'record',
    text: INSERT,
    values: [
      events.map(({ id }) => id),
      events.map(({ provider }) => provider),
      events.map(({ deliveryKey }) => deliveryKey),
      events.map(({ type }) => type),
      events.map(({ body }) => body),
    ],
  });
  const recorded = new Set(rows.map(({ id }) => id));
  return events.map(({ id }) => recorded.has(id));
}, 2);

const enqueue = grouped(async (events: readonly NewEvent[]) => {
  const options = { removeOnComplete: true };
  await queue.addBulk(
    events.map(({ id, entity }) => ({
      name: 'event',
      data: { event: id, entity },
      opts: { ...options, jobId: `evt-${id}` },
    })),
  );
  return events;
}, 1);

/** Of the last event: they are queued in their order, so all before it are queued when it is. */
let queued: Promise<unknown> = Promise.resolve();
process.once('SIGTERM', () => void queued.then(() => process.exit()));

const app = fastify();
app.removeAllContentTypeParsers();
app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) =>
  done(null, body),
);

app.post<{ Params: { provider: string }; Body: Buffer }>('/webhooks/:provider', async (request, reply) => {
  const event = readEvent(request);
  if (event === undefined) return reply.code(400).send({ status: 'refused' });
  const isNew = await record(event);
  // The reply waits for what is on disk, and for nothing after it.
  if (isNew) queued = enqueue(event);
  return reply.code(isNew ? 202 : 200).send({ id: event.id, status: isNew ? 'accepted' : 'duplicate' });
});

const url = await app.listen({ port: 0, host: '127.0.0.1' });
process.stdout.write(`Ready on ${url}\n`);

/** @returns undefined if it is not signed */
function readEvent({
  params,
  headers,
  body,
}: FastifyRequest<{ Params: { provider: string }; Body: Buffer }>) {
  const secret = SECRETS[params.provider];
  if (secret === undefined) return undefined;
  if (params.provider === 'stripe') {
    const [, time = '', signature = ''] =
      /^t=(\d+),v1=([0-9a-f]{64})$/.exec(text(headers['stripe-signature'])) ?? [];
    if (!isSigned(body, secret, `${time}.`, signature)) return undefined;
    const payload = JSON.parse(body.toString()) as StripePayload;
    return newEvent('stripe', payload.id, payload.type, payload.data.object.id, body);
  }
  const [, signature = ''] = /^sha256=([0-9a-f]{64})$/.exec(text(headers['x-hub-signature-256'])) ?? [];
  if (!isSigned(body, secret, '', signature)) return undefined;
  const payload = JSON.parse(body.toString()) as { ref: string };
  return newEvent(
    'github',
    text(headers['x-github-delivery']),
    text(headers['x-github-event']),
    payload.ref,
    body,
  );
}

interface StripePayload {
  readonly id: string;
  readonly type: string;
  readonly data: { readonly object: { readonly id: string } };
}

function newEvent(
  provider: string,
  deliveryKey: string,
  type: string,
  entity: string,
  body: Buffer,
): NewEvent {
  return { id: uuidv7(), provider, deliveryKey, type, entity, body };
}

function isSigned(body: Buffer, secret: string, prefix: string, signature: string): boolean {
  const wanted = createHmac('sha256', secret).update(prefix).update(body).digest();
  const given = Buffer.from(signature, 'hex');
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

function text(header: string | string[] | undefined): string {
  return typeof header === 'string' ? header : '';
}

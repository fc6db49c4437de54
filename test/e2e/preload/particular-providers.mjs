// Loaded before the service: providers that demand what the listed ones do not. All sign the address and the body.
//
// parcels   sends many events at once
// bookings  sends forms, wants 200 and 401, and asks whether somebody is there
// meters    wants 204

import 'reflect-metadata';

import { createHmac, timingSafeEqual } from 'node:crypto';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const door = (folder) => import(pathToFileURL(join(dirname(process.argv[1]), folder, 'index.js')).href);
const { providers } = await door('providers');
const { workflows } = await door('workflows');
const { defineWorkflow, secret } = await door('model');
const { persist } = await door('act');

const bookingsSecret = secret({ name: 'BOOKINGS_SECRET', description: 'Of the bookings.' });
const { PARTICULAR_SECRET } = process.env;

const verifier = {
  configured: true,
  verify({ headers, url, body }) {
    const [given] = headers['x-signature'] ?? [];
    if (given === undefined) return { outcome: 'refused', reason: 'signature_missing' };
    const expected = createHmac('sha256', PARTICULAR_SECRET).update(url).update(body).digest();
    const signature = Buffer.from(given, 'hex');
    return signature.length === expected.length && timingSafeEqual(signature, expected)
      ? { outcome: 'verified', secretLabel: '1' }
      : { outcome: 'refused', reason: 'signature_mismatch' };
  },
};

const someText = { type: 'string', minLength: 1, description: 'a text' };

const provider = (name, more) => ({
  name,
  documentation: 'https://example.org',
  settings: [],
  keptHeaders: ['x-signature'],
  signatureHeaders: ['x-signature'],
  retries: { timeoutSeconds: null, schedule: null },
  bodyLimit: 1024 * 1024,
  verifier: () => verifier,
  envelopeSchema: {
    type: 'object',
    description: 'a JSON object',
    required: ['id', 'type'],
    properties: { id: someText, type: someText },
  },
  readEnvelope({ id, type }) {
    const envelope = { account: '', deliveryKey: id, type, entity: null, occurredAt: null };
    return { outcome: 'read', envelope };
  },
  samples: [],
  sign: () => undefined,
  ...more,
});

providers.push(
  provider('parcels', { batched: true }),
  provider('bookings', {
    settings: [bookingsSecret],
    contentTypes: ['application/x-www-form-urlencoded', 'application/json'],
    replies: { accepted: 200, refused: 401 },
    challenge({ question, ping }, read) {
      if (ping !== undefined) return { status: 204 };
      if (question === undefined) return undefined;
      return { status: 200, body: { answer: `${question} ${read(bookingsSecret)}` } };
    },
  }),
  provider('meters', { replies: { accepted: 204 } }),
);

workflows.push(
  defineWorkflow({
    name: 'keep-room',
    version: 1,
    on: { provider: 'bookings', type: 'booked' },
    steps: [
      {
        name: 'keep',
        action: persist,
        input: ({ payload }) => ({ kind: 'room', key: payload.room, data: payload }),
      },
    ],
  }),
);

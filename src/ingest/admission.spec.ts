import Fastify, { type FastifyInstance } from 'fastify';
import { readConfig } from '../platform/config/index.js';
import { keepRawBodies, Problem } from '../platform/http/index.js';
import { providers } from '../providers/index.js';
import { addAdmission } from './admission.js';
import { registerProviders } from './provider-registry.js';

const GITHUB_LIMIT = 25 * 1024 * 1024;

let fastify: FastifyInstance;

beforeAll(async () => {
  const config = readConfig({ GITHUB_WEBHOOK_SECRET: 'secret' }, providers);
  const tools = { now: Date.now, fetch: globalThis.fetch, trustedRoots: [] };
  fastify = Fastify();
  const registry = new Map(registerProviders(providers, config, tools));
  const github = registry.get('github')!;
  const contentTypes = ['application/x-www-form-urlencoded', 'text/plain'];
  registry.set('forms', { ...github, provider: { ...github.provider, name: 'forms', contentTypes } });
  keepRawBodies(fastify);
  addAdmission(fastify, registry);
  fastify.setErrorHandler((error, _request, reply) => {
    if (!(error instanceof Problem)) throw error;
    return reply.code(error.status).send({ title: error.title, retryAfter: error.options.retryAfter });
  });
  fastify.post('/webhooks/:provider', () => 'admitted');
  fastify.all('/*', () => 'admitted');
  await fastify.ready();
});

afterAll(() => fastify.close());

const post = (url: string, headers: Record<string, string> = {}) =>
  fastify.inject({
    method: 'POST',
    url,
    headers: { 'content-type': 'application/json', ...headers },
    payload: '{}',
  });

describe('a delivery', () => {
  it.each(['/webhooks/github', '/%77ebhooks/github', '/webhooks/github?a=b'])(
    'to %s is admitted',
    async (url) => {
      expect((await post(url)).statusCode).toBe(200);
    },
  );

  it.each(['nobody', 'GITHUB', 'constructor', '__proto__'])('to the provider %s finds none', async (name) => {
    expect((await post(`/webhooks/${name}`)).statusCode).toBe(404);
  });

  it('to a provider without a secret is put off', async () => {
    const reply = await post('/webhooks/stripe');
    expect(reply.statusCode).toBe(503);
    expect(reply.json<{ retryAfter: number }>().retryAfter).toBeGreaterThan(0);
  });

  it.each([
    'application/json',
    'Application/JSON',
    'application/json; charset=utf-8',
    'application/json;charset="UTF-8"',
    'application/json; charset=utf8',
    'application/json; version=1',
  ])('of %s is admitted', async (type) => {
    expect((await post('/webhooks/github', { 'content-type': type })).statusCode).toBe(200);
  });

  it.each([
    '',
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/jsonp',
    'application/json-patch+json',
    'application/json; charset=utf-16',
    'application/json; charset=iso-8859-1',
    'application/json; charset=utf-8; charset=utf-16',
    'application/json; charset="utf-8',
    'application/json, application/json',
    'text/plain; application/json',
  ])('of %j is refused', async (type) => {
    expect((await post('/webhooks/github', { 'content-type': type })).statusCode).toBe(415);
  });

  it.each([
    ['application/x-www-form-urlencoded', 200],
    ['Application/X-WWW-Form-Urlencoded; Charset=UTF-8', 200],
    ['text/plain', 200],
    ['application/x-www-form-urlencoded; charset=iso-8859-1', 415],
    ['application/json', 415],
    ['multipart/form-data; boundary=x', 415],
  ])('to a provider with content types of its own, of %s, is answered with %i', async (type, status) => {
    expect((await post('/webhooks/forms', { 'content-type': type })).statusCode).toBe(status);
  });

  it.each([
    ['identity', 200],
    ['gzip', 415],
    ['br', 415],
  ])('encoded as %s is answered with %i', async (encoding, status) => {
    expect((await post('/webhooks/github', { 'content-encoding': encoding })).statusCode).toBe(status);
  });

  it('that says it is too large is refused by its head', async () => {
    const headers = { 'content-length': String(GITHUB_LIMIT + 1) };
    expect((await post('/webhooks/github', headers)).statusCode).toBe(413);
  });
});

describe('what is no delivery', () => {
  it.each([
    ['GET', '/webhooks/nobody'],
    ['POST', '/api/v1/events'],
    ['POST', '/webhooks/github/more'],
    ['GET', '/health'],
  ] as const)('is left alone: %s %s', async (method, url) => {
    expect((await fastify.inject({ method, url })).body).toBe('admitted');
  });
});

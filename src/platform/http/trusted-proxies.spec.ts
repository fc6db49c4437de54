import Fastify from 'fastify';
import { trustedProxies } from '../config/index.js';
import { trustProxyOf } from './trusted-proxies.js';

/** What counts as the source of a request that came from 127.0.0.1 with this header. */
async function sourceOf(setting: string, forwardedFor?: string): Promise<string> {
  const parsed = trustedProxies({ name: 'TRUST_PROXY', description: '' }).parse(setting);
  if (!parsed.ok) throw new Error(parsed.fault);
  const fastify = Fastify({ trustProxy: trustProxyOf(parsed.value) });
  fastify.get('/', ({ ip }) => ip);
  const headers = forwardedFor === undefined ? {} : { 'x-forwarded-for': forwardedFor };
  return (await fastify.inject({ url: '/', headers })).body;
}

describe('the source of a request', () => {
  it.each([
    ['without proxies', '', '203.0.113.7', '127.0.0.1'],
    ['behind one proxy', '1', '203.0.113.7', '203.0.113.7'],
    ['behind one proxy, with a forged entry', '1', '198.51.100.1, 203.0.113.7', '203.0.113.7'],
    ['behind two proxies', '2', '198.51.100.1, 203.0.113.7, 10.0.0.1', '203.0.113.7'],
    ['behind a proxy of this address', '127.0.0.1', '198.51.100.1, 203.0.113.7', '203.0.113.7'],
    ['behind proxies of these ranges', '127.0.0.0/8,10.0.0.0/8', '203.0.113.7, 10.1.2.3', '203.0.113.7'],
    ['past the proxy of another address', '10.0.0.1', '203.0.113.7', '127.0.0.1'],
    ['behind a proxy that says nothing', '1', undefined, '127.0.0.1'],
  ])('%s', async (_where, setting, forwardedFor, source) => {
    expect(await sourceOf(setting, forwardedFor)).toBe(source);
  });
});

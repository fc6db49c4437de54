import { normalizeIp } from '@nestjs/throttler';
import { createHash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';

/** Some proxies write the port behind the address, which is another one for each connection. */
const WITH_PORT = /^(?:\[([^\]]+)\]|([^:]+)):\d+$/;

/** So many places for all addresses there are. */
const PLACES = 65_536;

/** Where a request came from, as far as `TRUST_PROXY` lets anybody say so. An IPv6 network (/64) is one sender. */
export function sourceOf({ ip }: Pick<FastifyRequest, 'ip'>): string {
  // A socket that is gone has no address any more.
  const address = (ip as string | undefined) ?? '';
  const [, v6, v4] = WITH_PORT.exec(address) ?? [];
  return normalizeIp(v6 ?? v4 ?? address);
}

/**
 * Where the count of an address is kept. There are only so many places, so a flood from a million addresses fills
 * neither the memory nor Redis; and none has to be thrown out, as whoever floods would see to it that it is the wrong
 * one. Two addresses may share a place: it does no harm, since nobody who verifies is refused.
 */
export function placeOf(source: string): string {
  return String(createHash('sha256').update(source).digest().readUInt32BE() % PLACES);
}

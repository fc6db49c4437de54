import type { FastifyInstance } from 'fastify';

/** Bodies stay the bytes that were sent: signatures are over bytes. Whoever needs JSON parses it. */
export function keepRawBodies(fastify: FastifyInstance): void {
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
    done(null, body);
  });
}

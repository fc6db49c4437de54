import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { loadSwagger } from './decorators.js';

const PLACE = 'api/docs';

/** By which a browser asks whether what it has is still the newest. */
const ASKED = ['if-modified-since', 'if-none-match'];
const ANSWERED = ['cache-control', 'content-type', 'etag', 'last-modified'];

/**
 * Serves the OpenAPI description at `/api/docs`, and as JSON at `/api/docs-json`. It is made when it is first asked for,
 * by an application of its own: in one that listens already Swagger has no say any more.
 */
export function serveApiDocs(app: NestFastifyApplication): void {
  let opening: Promise<NestFastifyApplication> | undefined;
  const open = (): Promise<NestFastifyApplication> =>
    (opening ??= openDocs(app).catch((error: unknown) => {
      opening = undefined;
      throw error;
    }));
  const answer = async ({ url, headers }: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const docs = await open();
    const page = await docs.inject({ method: 'GET', url, headers: pick(headers, ASKED) });
    if (page.statusCode === 404) {
      reply.callNotFound();
      return reply;
    }
    return reply.code(page.statusCode).headers(pick(page.headers, ANSWERED)).send(page.rawPayload);
  };
  const fastify = app.getHttpAdapter().getInstance();
  for (const path of ['', '/*', '-json', '-yaml']) fastify.get(`/${PLACE}${path}`, answer);
}

@Module({})
class ApiDocsModule {}

async function openDocs(app: NestFastifyApplication): Promise<NestFastifyApplication> {
  const { DocumentBuilder, SwaggerModule } = await loadSwagger();
  const description = new DocumentBuilder()
    .setTitle('Event-Driven Integration Service')
    .setDescription('Takes signed webhooks and turns each into work that is done once')
    .setVersion('1')
    .addBearerAuth()
    .build();
  const adapter = new FastifyAdapter();
  const docs = await NestFactory.create<NestFastifyApplication>(ApiDocsModule, adapter, { logger: false });
  SwaggerModule.setup(PLACE, docs, () => SwaggerModule.createDocument(app, description));
  return docs.init();
}

function pick<Value>(
  fields: Readonly<Record<string, Value>>,
  names: readonly string[],
): Record<string, Value> {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => names.includes(name)));
}

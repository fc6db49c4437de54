// What would usually be written for the same task, with the same packages: Nest on Express, Prisma, BullMQ on Redis.

import 'reflect-metadata';

import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { AppModule, type Role } from './app.module.js';

const app = await NestFactory.create<NestExpressApplication>(
  AppModule.for((process.env['ROLE'] ?? 'all') as Role),
  { rawBody: true, logger: ['error', 'warn'] },
);
app.useBodyParser('json', { limit: '1mb' });
app.enableShutdownHooks();
await app.listen(0, '127.0.0.1');
process.stdout.write(`Ready on ${await app.getUrl()}\n`);

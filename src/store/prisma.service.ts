import { Inject, Injectable } from '@nestjs/common';
import type pg from 'pg';
import { DATABASE_POOL } from '../platform/database/index.js';
import type { PrismaClient } from './generated/client.js';

/** Prisma on the service's one pool; closing the pool is its owner's part. It is loaded when somebody first asks for it. */
@Injectable()
export class PrismaService {
  private opening: Promise<PrismaClient> | undefined;

  constructor(@Inject(DATABASE_POOL) private readonly pool: pg.Pool) {}

  client(): Promise<PrismaClient> {
    return (this.opening ??= openClient(this.pool).catch((error: unknown) => {
      // Whoever asks next tries again.
      this.opening = undefined;
      throw error;
    }));
  }
}

async function openClient(pool: pg.Pool): Promise<PrismaClient> {
  const [{ PrismaPg }, { PrismaClient }] = await Promise.all([
    import('@prisma/adapter-pg'),
    import('./generated/client.js'),
  ]);
  return new PrismaClient({ adapter: new PrismaPg(pool) });
}

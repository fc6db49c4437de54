import { Inject, Injectable } from '@nestjs/common';
import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { DATABASE_POOL } from '../platform/database/index.js';
import { PrismaClient } from './generated/client.js';

/** Prisma on the service's one pool; closing the pool is its owner's part. */
@Injectable()
export class PrismaService extends PrismaClient {
  constructor(@Inject(DATABASE_POOL) pool: pg.Pool) {
    super({ adapter: new PrismaPg(pool) });
  }
}

import { Injectable } from '@nestjs/common';
import type { Prisma } from './generated/client.js';
import { PrismaService } from './prisma.service.js';

/** Something that somebody did, and that no other row tells of. */
export interface AuditEntry {
  readonly actor: string;
  readonly action: string;
  /** What it was done to. */
  readonly subject: string;
  readonly detail: Prisma.InputJsonObject;
}

/** Writes down what is done outside the database. What is done in it is written by the statement that does it. */
@Injectable()
export class AuditStore {
  constructor(private readonly prisma: PrismaService) {}

  /** @throws what the database throws */
  async write(entry: AuditEntry): Promise<void> {
    const { audit } = await this.prisma.client();
    await audit.create({ data: entry });
  }
}

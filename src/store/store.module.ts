import { Module } from '@nestjs/common';
import { PostgresCircuitStore } from './circuit.store.js';
import { AuditReader } from './audit.reader.js';
import { AuditStore } from './audit.store.js';
import { DatabaseCare } from './database-care.js';
import { DeadLetterReader } from './dead-letter.reader.js';
import { DispatchStore } from './dispatch.store.js';
import { EventReader } from './event.reader.js';
import { EventStore } from './event.store.js';
import { InstallationStore } from './installation.store.js';
import { PrismaService } from './prisma.service.js';
import { RedriveStore } from './redrive.store.js';
import { RejectedRequestStore } from './rejected-request.store.js';
import { RunStore } from './run.store.js';
import { DatabaseSchemaReader } from './database-schema.reader.js';
import { SchemaDriftStore } from './schema-drift.store.js';
import { ServiceStateReader } from './service-state.reader.js';
import { StepStore } from './step.store.js';

const stores = [
  EventStore,
  RunStore,
  StepStore,
  DispatchStore,
  RedriveStore,
  RejectedRequestStore,
  EventReader,
  DeadLetterReader,
  AuditReader,
  AuditStore,
  DatabaseCare,
  PostgresCircuitStore,
  InstallationStore,
  ServiceStateReader,
  DatabaseSchemaReader,
  SchemaDriftStore,
];

/** The only place that speaks SQL. */
@Module({ providers: [PrismaService, ...stores], exports: stores })
export class StoreModule {}

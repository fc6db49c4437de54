import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

type Files = Record<string, string>;

/** A small project that keeps our rules. */
const LAWFUL: Files = {
  'src/model/index.ts': `export type { Thing } from './thing.js';`,
  'src/model/thing.ts': `export interface Thing { readonly name: string }`,
  'src/store/index.ts': `import pg from 'pg'; export const pool = new pg.Pool();`,
  'src/platform/config/index.ts': `export { port } from './port.js';`,
  'src/platform/config/port.ts': `export const port = 3001;`,
  'src/platform/queue/index.ts': `export { Queue } from 'bullmq'; export { port } from '../config/index.js';`,
  'src/providers/index.ts': `import type Stripe from 'stripe'; export type Payment = Stripe.PaymentIntent;`,
  'src/act/index.ts': `import type { Thing } from '../model/index.js'; export { pool } from '../store/index.js';
    export const thing: Thing = { name: '' };`,
  'src/act/thing.spec.ts': `import forge from 'node-forge'; export { forge };`,
  'src/service.ts': `export { thing } from './act/index.js'; export { port } from './platform/config/index.js';`,
};

/** For each rule what breaks it. */
const OFFENCES: Record<string, Files> = {
  'imports-of-model': { 'src/model/a.ts': `export { pool } from '../store/index.js';` },
  'imports-of-store': { 'src/store/a.ts': `export type { thing } from '../act/index.js';` },
  'not-in-the-table': {
    'src/helpers/a.ts': `export type { Thing } from '../model/index.js';`,
    'src/a.ts': `export type { Thing } from './model/index.js';`,
  },
  'only-by-the-door': {
    'src/act/b.ts': `export type { Thing } from '../model/thing.js';`,
    'src/main.ts': `export { port } from './platform/config/port.js';`,
    'src/platform/http/b.ts': `export { port } from '../config/port.js';`,
  },
  'prisma-belongs-to-store': { 'src/act/c.ts': `export { PrismaPg } from '@prisma/adapter-pg';` },
  'pg-belongs-to-store': { 'src/record/c.ts': `import type pg from 'pg'; export type Pool = pg.Pool;` },
  'bullmq-belongs-to-the-queue': {
    'src/platform/http/c.ts': `export { Queue } from 'bullmq';`,
    'src/record/d.ts': `export { Processor } from '@nestjs/bullmq';`,
  },
  'swagger-belongs-to-the-api-docs': { 'src/ops/f.ts': `export { ApiTags } from '@nestjs/swagger';` },
  'model-has-no-libraries': { 'src/model/c.ts': `export { v7 } from 'uuid';` },
  'no-nest-in-providers': { 'src/providers/c.ts': `export { Injectable } from '@nestjs/common';` },
  'no-cycles': { 'src/ops/e.ts': `import type { Self } from './e.js'; export type Selves = Self[];` },
  'no-test-code-in-the-service': { 'src/act/g.ts': `import './thing.spec.js';` },
  'no-development-packages-in-the-service': { 'src/providers/g.ts': `export { default } from 'stripe';` },
  'only-declared-packages': { 'src/ops/g.ts': `export { default } from 'jest-resolve';` },
  'only-what-exists': { 'src/ops/h.ts': `export { nothing } from './nowhere.js';` },
};

let project: string;

beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), 'import-rules-'));
  for (const shared of ['package.json', 'tsconfig.json', 'scripts']) {
    cpSync(shared, join(project, shared), { recursive: true });
  }
  symlinkSync(resolve('node_modules'), join(project, 'node_modules'));
  write(LAWFUL);
});

afterAll(() => {
  rmSync(project, { recursive: true, force: true });
});

function write(files: Files): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(project, path)), { recursive: true });
    writeFileSync(join(project, path), content);
  }
}

function checkImports(): { status: number | null; output: string } {
  const program = 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs';
  const args = ['--config', 'scripts/config/dependency-cruiser.mjs', 'src'];
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
    cwd: project,
    encoding: 'utf8',
  });
  return { status, output: stdout + stderr };
}

it('a project that keeps the rules passes', () => {
  expect(checkImports()).toEqual({
    status: 0,
    output: expect.stringContaining('no dependency violations') as string,
  });
});

describe('a project that breaks them', () => {
  let verdict: ReturnType<typeof checkImports>;

  beforeAll(() => {
    Object.values(OFFENCES).forEach(write);
    verdict = checkImports();
  });

  it('fails', () => {
    expect(verdict.status).toBeGreaterThan(0);
  });

  it.each(Object.entries(OFFENCES))('is told of %s', (rule, files) => {
    for (const path of Object.keys(files)) expect(verdict.output).toContain(`error ${rule}: ${path} →`);
  });
});

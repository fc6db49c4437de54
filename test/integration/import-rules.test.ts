import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

/** A small project under our rules; each file that breaks one is named after it. */
const LAWFUL = {
  'src/model/index.ts': `export type { Thing } from './thing.js';`,
  'src/model/thing.ts': `export interface Thing { readonly name: string }`,
  'src/store/index.ts': `import pg from 'pg'; export const pool = new pg.Pool();`,
  'src/platform/config/index.ts': `export { port } from './port.js';`,
  'src/platform/config/port.ts': `export const port = 3001;`,
  'src/act/index.ts': `import type { Thing } from '../model/index.js'; export { pool } from '../store/index.js';
    export const thing: Thing = { name: '' };`,
  'src/act/thing.spec.ts': `import forge from 'node-forge'; console.log(forge);`,
  'src/service.ts': `export { thing } from './act/index.js'; export { port } from './platform/config/index.js';`,
};

const OFFENCES = {
  'imports-of-model': { 'src/model/offender.ts': `export { pool } from '../store/index.js';` },
  'imports-of-store': { 'src/store/offender.ts': `export type { thing } from '../act/index.js';` },
  'not-in-the-table': { 'src/helpers/offender.ts': `export type { Thing } from '../model/index.js';` },
  'only-by-the-door': {
    'src/act/offender.ts': `export type { Thing } from '../model/thing.js';`,
    'src/offender.ts': `export { port } from './platform/config/port.js';`,
    'src/platform/http/offender.ts': `export { port } from '../config/port.js';`,
  },
  'prisma-belongs-to-store': { 'src/act/offender.ts': `export { PrismaPg } from '@prisma/adapter-pg';` },
  'pg-belongs-to-store': { 'src/record/offender.ts': `import type pg from 'pg'; export type Pool = pg.Pool;` },
  'bullmq-belongs-to-the-queue': {
    'src/platform/http/offender.ts': `export { Queue } from 'bullmq';`,
    'src/record/offender.ts': `export { Processor } from '@nestjs/bullmq';`,
  },
  'model-has-no-libraries': { 'src/model/offender.ts': `export { v7 } from 'uuid';` },
  'no-nest-in-providers': { 'src/providers/offender.ts': `export { Injectable } from '@nestjs/common';` },
  'no-cycles': {
    'src/ops/offender.ts': `export { back } from './other.js';`,
    'src/ops/other.ts': `export * from './offender.js'; export const back = 1;`,
  },
  'no-test-code-in-the-service': { 'src/act/offender.ts': `import './thing.spec.js';` },
  'no-development-packages-in-the-service': { 'src/providers/offender.ts': `export { default } from 'stripe';` },
  'only-declared-packages': { 'src/ops/offender.ts': `export { default } from 'jest-resolve';` },
  'only-what-exists': { 'src/ops/offender.ts': `export { nothing } from './nowhere.js';` },
} satisfies Record<string, Record<string, string>>;

let project: string;

beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'import-rules-'));
  for (const shared of ['package.json', 'tsconfig.json', 'scripts']) {
    cpSync(shared, join(project, shared), { recursive: true });
  }
  symlinkSync(resolve('node_modules'), join(project, 'node_modules'));
  write(LAWFUL);
});

afterEach(() => {
  rmSync(project, { recursive: true, force: true });
});

it('lets a lawful project pass', async () => {
  expect(await brokenRules()).toEqual({});
});

it('names every rule that is broken, and where', async () => {
  const expected: Record<string, string[]> = {};
  for (const [rule, files] of Object.entries(OFFENCES)) {
    for (const path of Object.keys(files)) (expected[path] ??= []).push(rule);
  }
  const found: Record<string, string[]> = {};
  for (const files of Object.values(OFFENCES)) {
    write(files);
    for (const [path, rules] of Object.entries(await brokenRules())) (found[path] ??= []).push(...rules);
    Object.keys(files).forEach((path) => rmSync(join(project, path)));
  }
  expect(found).toEqual(expected);
});

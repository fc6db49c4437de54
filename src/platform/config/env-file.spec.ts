import { mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { secret, text } from '../../model/index.js';
import { formatEnvFile, loadEnvironment } from './env-file.js';

const ofProvider = [
  secret({ name: 'SPEC_SECRET', description: 'A secret.', generated: true }),
  secret({ name: 'SPEC_TOKEN', description: 'Given by the provider.' }),
  text({ name: 'SPEC_SENDER', description: 'Two\nlines.', fallback: 'Name <a@b> # no comment' }),
];

let folder: string;
let file: string;
let reported: string[];
const before = { ...process.env };

const load = () =>
  loadEnvironment(file, [{ name: 'stripe', settings: ofProvider }], (line) => reported.push(line));
const fileOf = () => parseEnv(readFileSync(file, 'utf8'));

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'env-file-'));
  file = join(folder, '.env');
  reported = [];
});

afterEach(() => {
  process.env = { ...before };
  rmSync(folder, { recursive: true });
});

describe('the first start', () => {
  it('writes a .env of fresh secrets, readable by its owner only, and reads it', () => {
    const environment = load();
    expect(environment['SPEC_SECRET']).toMatch(/^[\w-]{43}$/);
    expect(environment['OPS_TOKEN']).toMatch(/^[\w-]{43}$/);
    expect(environment['SPEC_SECRET']).not.toBe(environment['OPS_TOKEN']);
    expect(environment['HTTP_SIGNING_SECRET']).toMatch(/^whsec_[\w+/]{43}=$/);
    expect(environment).toMatchObject({ SPEC_TOKEN: '', SPEC_SENDER: 'Name <a@b> # no comment' });
    expect(fileOf()).toMatchObject({ SPEC_SECRET: environment['SPEC_SECRET'], PORT: '3001' });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(reported).toEqual([`Wrote ${file} with fresh secrets`]);
    expect(reported.join()).not.toContain(environment['SPEC_SECRET']);
  });

  it('on another machine has other secrets', () => {
    const one = load()['SPEC_SECRET'];
    rmSync(file);
    expect(load()['SPEC_SECRET']).not.toBe(one);
  });

  it('in production writes nothing', () => {
    process.env['NODE_ENV'] = 'production';
    expect(load()['SPEC_SECRET']).toBeUndefined();
    expect(() => statSync(file)).toThrow('ENOENT');
    expect(reported).toEqual([]);
  });

  // Such a link is not there when one looks, and there when one writes: as when another instance is quicker.
  it('never writes over what came in between', () => {
    symlinkSync(join(folder, 'elsewhere'), file);
    expect(load()['SPEC_SECRET']).toBeUndefined();
    expect(() => statSync(join(folder, 'elsewhere'))).toThrow('ENOENT');
    expect(reported).toEqual([]);
  });

  it('fails when the file cannot be written', () => {
    file = join(folder, 'missing', '.env');
    expect(load).toThrow('ENOENT');
  });
});

describe('a later start', () => {
  it('leaves the .env as it is', () => {
    writeFileSync(file, 'SPEC_SECRET=mine\n');
    expect(load()['SPEC_SECRET']).toBe('mine');
    expect(readFileSync(file, 'utf8')).toBe('SPEC_SECRET=mine\n');
    expect(reported).toEqual([]);
  });

  it('has the same secrets as the first', () => {
    expect(load()['SPEC_SECRET']).toBe(load()['SPEC_SECRET']);
    expect(reported).toHaveLength(1);
  });

  it('lets variables of the process win over the file', () => {
    writeFileSync(file, 'SPEC_SECRET=file\nSPEC_TOKEN=file\n');
    process.env['SPEC_SECRET'] = 'process';
    expect(load()).toMatchObject({ SPEC_SECRET: 'process', SPEC_TOKEN: 'file' });
  });
});

describe('the text of an env file', () => {
  it('has each setting with its description, and no secrets unless they are given', () => {
    expect(formatEnvFile(ofProvider)).toBe(
      [
        '# Settings of the Event-Driven Integration Service. Variables of the process win over this file.',
        '',
        '# A secret.',
        'SPEC_SECRET=',
        '',
        '# Given by the provider.',
        'SPEC_TOKEN=',
        '',
        '# Two',
        '# lines.',
        'SPEC_SENDER="Name <a@b> # no comment"',
        '',
      ].join('\n'),
    );
    const given = formatEnvFile(ofProvider, () => 'fresh');
    expect(parseEnv(given)).toEqual({
      SPEC_SECRET: 'fresh',
      SPEC_TOKEN: '',
      SPEC_SENDER: 'Name <a@b> # no comment',
    });
  });
});

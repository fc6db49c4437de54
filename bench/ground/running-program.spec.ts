import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RunningProgram } from './running-program.js';

describe('a program that is measured', () => {
  let folder: string;
  let program: RunningProgram;

  function spawn(script: string): RunningProgram {
    program = RunningProgram.spawn({ args: ['-e', script], env: {} }, folder);
    return program;
  }

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'integration-bench-program-'));
  });

  afterEach(async () => {
    await program.end();
    rmSync(folder, { recursive: true, force: true });
  });

  it('is ready when it says so, and takes requests where it says', async () => {
    const running = spawn(`
      setInterval(() => undefined, 1_000);
      console.log('• Ready on http://localhost:4711 · and more');`);
    await running.untilReady();
    expect(running.url).toBe('http://127.0.0.1:4711');
    await expect(running.during(Promise.resolve('done'))).resolves.toBe('done');
  });

  it('fails the work that needs it when it ends, and all that comes after', async () => {
    const running = spawn(`
      process.once('SIGTERM', () => { console.log('Out of luck'); process.exit(1); });
      setInterval(() => undefined, 1_000);
      console.log('Ready');`);
    await running.untilReady();
    const work = running.during(new Promise(() => undefined));
    process.kill(running.pid, 'SIGTERM');
    await expect(work).rejects.toThrow('Out of luck');
    await expect(running.during(new Promise(() => undefined))).rejects.toThrow('Out of luck');
    expect(() => running.figures()).toThrow('Out of luck');
  });

  it('that ends before it is ready is told of with what it printed', async () => {
    await expect(spawn(`console.log('No database')`).untilReady()).rejects.toThrow('No database');
  });
});

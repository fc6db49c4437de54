import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { runTool } from './command.mjs';

const CONFIG = ['--config', 'scripts/config/jest.config.mjs'];

/**
 * Runs Jest and shows what it prints.
 * @param {string[]} args
 * @param {Record<string, string>} env
 * @returns {Promise<number>} its exit code
 */
export function runJest(args, env) {
  return runTool('jest', [...CONFIG, ...args], { env, show: true }).then(
    () => 0,
    (failure) => failure.exitCode,
  );
}

/** A temporary folder for everything that the tests make: what interrupted tests leave goes with it. */
export function makeTestFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'integration-service-test-'));
  // PostgreSQL runs as another user when we are root, and must get to its own folder through this one.
  chmodSync(folder, 0o1777);
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

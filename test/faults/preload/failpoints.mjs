// Loaded before the service: wraps the methods that FAULTS_FAILPOINTS names, see test/faults/arena/failpoints.ts.

import 'reflect-metadata';

import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';

const built = dirname(process.argv[1]);

for (const failpoint of JSON.parse(process.env.FAULTS_FAILPOINTS ?? '[]')) await arm(failpoint);

async function arm({ at, when, about = '', call, ...failure }) {
  const [, folder, className, method] = /^(\w+)\/(\w+)\.(\w+)$/.exec(at);
  const door = await import(pathToFileURL(join(built, folder, 'index.js')).href);
  const { prototype } = door[className];
  const original = prototype[method];
  if (typeof original !== 'function') throw new Error(`There is no ${at}`);
  let calls = 0;
  prototype[method] = async function (...args) {
    const isMeant = JSON.stringify(args).includes(about);
    if (isMeant) calls++;
    if (!isMeant || calls !== (call ?? calls)) return original.apply(this, args);
    if (failure.then === 'skip') return undefined;
    if (when === 'before') await fail(failure);
    const result = await original.apply(this, args);
    if (when === 'after') await fail(failure);
    return result;
  };
}

async function fail({ then, file }) {
  switch (then) {
    case 'kill':
      return process.kill(process.pid, 'SIGKILL');
    case 'freeze':
      return process.kill(process.pid, 'SIGSTOP');
    case 'wait':
      while (!existsSync(file)) await sleep(20);
  }
}

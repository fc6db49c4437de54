// Loaded before the service: on SIGUSR2 its event loop stands still until the file FAULTS_GATE is there,
// and the file FAULTS_GATE.reached says so.

import { existsSync, writeFileSync } from 'node:fs';

process.on('SIGUSR2', () => {
  writeFileSync(`${process.env.FAULTS_GATE}.reached`, '');
  const never = new Int32Array(new SharedArrayBuffer(4));
  while (!existsSync(process.env.FAULTS_GATE)) Atomics.wait(never, 0, 0, 100);
});

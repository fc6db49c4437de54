// Loaded before the service: on SIGUSR2 it lets go of all that nothing refers to, so that what is measured then is kept.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc');

process.on('SIGUSR2', () => collectGarbage());

// Loaded before the service: PayPal's certificates are signed by FIXTURE_ROOT and come from FIXTURE_HOST. Everything
// else about them is as in production: which addresses are asked for, and how a certificate is judged.

import 'reflect-metadata';

import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const door = (folder) => import(pathToFileURL(join(dirname(process.argv[1]), folder, 'index.js')).href);
const { providers } = await door('providers');
const { FIXTURE_ROOT, FIXTURE_HOST } = process.env;

const paypal = providers.find(({ name }) => name === 'paypal');
const { verifier } = paypal;
paypal.verifier = (read, tools) =>
  verifier(read, {
    ...tools,
    trustedRoots: [FIXTURE_ROOT],
    fetch: (url, init) => tools.fetch(FIXTURE_HOST + new URL(url).pathname, init),
  });

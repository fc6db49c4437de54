// How many deliveries a second are acknowledged, and how long an acknowledgement takes, on this machine.
//
//   node bench/acknowledge.mjs [deliveries] [connections]
//
// Starts the service, as npm start or npm test has built it, on an embedded PostgreSQL (durable commits) in a
// process of its own and sends signed Stripe events of about 1 KB, each once, while its workers process them.
// The sender runs on the same machine and is included.

import { spawn } from 'node:child_process';
import { createHmac, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, chmodSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

const [deliveries = 10_000, connections = 64] = process.argv.slice(2).map(Number);
const DIST = resolve(import.meta.dirname, '..', 'dist');
const secret = randomBytes(24).toString('base64url');

const folder = mkdtempSync(join(tmpdir(), 'integration-bench-'));
chmodSync(folder, 0o755);
const service = spawn(process.execPath, [`--import=${join(DIST, 'telemetry.js')}`, join(DIST, 'main.js')], {
  cwd: folder,
  env: {
    PATH: process.env.PATH,
    PORT: '0',
    HOST: '127.0.0.1',
    STRIPE_WEBHOOK_SECRET: secret,
    LOG_LEVEL: 'warn',
  },
  stdio: ['ignore', 'pipe', 'inherit'],
});
try {
  const port = await readyPort();
  await measure(port, Math.ceil(deliveries / 10)); // Warms both sides up.
  report(await measure(port, deliveries));
} finally {
  service.kill('SIGTERM');
  await new Promise((done) => service.once('exit', done));
  rmSync(folder, { recursive: true, force: true });
}

function readyPort() {
  return new Promise((done, failed) => {
    createInterface({ input: service.stdout }).on('line', (line) => {
      const port = /Ready on http:\/\/localhost:(\d+)/.exec(line)?.[1];
      if (port !== undefined) done(Number(port));
    });
    service.once('exit', (code) => failed(new Error(`The service ended with ${code}`)));
  });
}

/** @returns {Promise<{ seconds: number, latencies: number[] }>} latencies in milliseconds, sorted */
async function measure(port, count) {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const latencies = [];
  let left = count;
  const start = performance.now();
  const sendAll = async () => {
    while (left-- > 0) {
      const sent = performance.now();
      const status = await post(port, agent, sign(newEvent()));
      if (status !== 202) throw new Error(`Answered ${status}`);
      latencies.push(performance.now() - sent);
    }
  };
  await Promise.all(Array.from({ length: connections }, sendAll));
  const seconds = (performance.now() - start) / 1000;
  agent.destroy();
  return { seconds, latencies: latencies.sort((a, b) => a - b) };
}

function newEvent() {
  const id = randomBytes(12).toString('hex');
  const created = Math.floor(Date.now() / 1000);
  const object = { id: `cus_${id}`, object: 'customer', description: 'x'.repeat(850) };
  return JSON.stringify({
    id: `evt_${id}`,
    object: 'event',
    type: 'customer.updated',
    created,
    data: { object },
  });
}

function sign(body) {
  const time = Math.floor(Date.now() / 1000);
  const signature = createHmac('sha256', secret).update(`${time}.${body}`).digest('hex');
  return {
    body,
    headers: { 'content-type': 'application/json', 'stripe-signature': `t=${time},v1=${signature}` },
  };
}

function post(port, agent, { body, headers }) {
  return new Promise((done, failed) => {
    const options = { port, agent, method: 'POST', path: '/webhooks/stripe', headers };
    const sending = request(options, (response) => {
      response.resume().once('end', () => done(response.statusCode));
    });
    sending.once('error', failed);
    sending.end(body);
  });
}

function report({ seconds, latencies }) {
  const quantile = (q) => latencies[Math.floor(q * (latencies.length - 1))].toFixed(1);
  console.log(`${latencies.length} acknowledged over ${connections} connections in ${seconds.toFixed(1)} s`);
  console.log(
    `${Math.round(latencies.length / seconds)}/s, p50 ${quantile(0.5)} ms, p99 ${quantile(0.99)} ms`,
  );
}

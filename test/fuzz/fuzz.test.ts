import { setTimeout as sleep } from 'node:timers/promises';
import { peakMegabytes, residentMegabytes } from '../support/resident-memory.js';
import { lookAt } from './aftermath.js';
import { Campaign } from './campaign.js';
import { countAtVerifier } from './own-counts.js';
import { readPlan } from './plan.js';
import { ProvingGround } from './proving-ground.js';
import { report } from './report.js';
import { showOne } from './show-one.js';
import { Tally } from './tally.js';

/** Of all requests, so many must reach the verifier: the rest is what never can. */
const SHARE = 0.9;

/** Megabytes. */
const GROWTH = 50;

/** With its limits raised the service need put nothing off; on a machine that is too busy its database may. */
const PUT_OFF = 0.001;

/** A line is printed after so many requests, since a million take an hour or so. */
const PART = 50_000;

const plan = readPlan();
const timeoutMs = 120_000 + plan.requests * 20;

let ground: ProvingGround;

beforeAll(async () => {
  ground = await ProvingGround.open();
}, 120_000);

afterAll(() => ground.close(), 60_000);

if (plan.only !== undefined) {
  const { only, seed } = plan;
  it(`request ${only} of seed ${seed}`, () => showOne(ground, seed, only));
} else {
  it(
    `${plan.requests} strange requests let nobody in, turn no real event away and break nothing`,
    async () => {
      const tally = new Tally();
      const campaign = new Campaign(ground, plan, tally);
      const { real } = campaign;
      const startedAt = performance.now();

      // Each kind of request has come several times, and the service has grown to its working size.
      const warmUp = Math.ceil(plan.requests / 5);
      await campaign.sendUpTo(warmUp);
      const before = await settledMegabytes();
      for (let sent = warmUp; sent < plan.requests; sent += PART) {
        await campaign.sendUpTo(Math.min(sent + PART, plan.requests));
        tell(tally, startedAt);
      }
      const seconds = (performance.now() - startedAt) / 1000;
      const after = await settledMegabytes();
      const expected = { real: real.hashes, ids: tally.ids, unnamed: tally.unnamed };
      const ownCount = await countAtVerifier(ground.service);
      const aftermath = await lookAt(ground.pool, expected);

      const findings = [
        ...tally.findings,
        ...real.findings,
        ...aftermath.findings,
        ...(await ground.errors()),
      ];
      const memory = { warmUp, before, after, peak: peakMegabytes(ground.service) };
      report({ plan, tally, ownCount, real, aftermath, memory, seconds, findings, outages: ground.outages });
      expect(findings).toEqual([]);
      expect(tally.requests).toBe(plan.requests);
      expect(tally.pastAdmission / tally.requests).toBeGreaterThanOrEqual(SHARE);
      // It counts copies and real events as well.
      expect(ownCount).toBeGreaterThanOrEqual(tally.pastAdmission + real.hashes.size);
      expect((tally.putOff + real.putOff) / tally.requests).toBeLessThan(PUT_OFF);
      expect(after - before).toBeLessThan(GROWTH);
    },
    timeoutMs,
  );
}

function tell({ requests, found, findings }: Tally, startedAt: number): void {
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  const memory = residentMegabytes(ground.service);
  const newest = found > 0 ? `, the last: ${findings.at(-1)}` : '';
  process.stdout.write(`${requests} requests in ${seconds} s, ${memory} MB, ${found} findings${newest}\n`);
}

/** Of the service, once all is done and no more is given back. */
async function settledMegabytes(): Promise<number> {
  await ground.settled();
  let least = residentMegabytes(ground.service);
  for (let unchanged = 0; unchanged < 5; unchanged++) {
    ground.collectGarbage();
    await sleep(400);
    const now = residentMegabytes(ground.service);
    if (now < least) [least, unchanged] = [now, 0];
  }
  return least;
}

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openBackends, QUEUE_BACKENDS, type TestBackends } from '../support/backends.js';
import { sampleBody, stripeDelivery, type TestDelivery } from '../support/deliveries.js';
import { eventually } from '../support/eventually.js';
import { inParallel } from '../support/in-parallel.js';
import { startLoadBalancer, type LoadBalancer } from '../support/load-balancer.js';
import { openRelay, type Relay } from '../support/outages.js';
import { problemOf } from '../support/problem.js';
import { Sender } from '../support/sender.js';
import { TestService } from '../support/service.js';

const STRANGER = '127.0.0.66';
const STRIPE = '127.0.0.77';

const LIMIT = 20;
const FORGERIES = 2_000;
const AT_A_TIME = 16;

jest.setTimeout(180_000);

/** Counted by status; every reply is looked at. */
type Statuses = Record<number, number>;

describe.each(QUEUE_BACKENDS)(
  'a flood of forgeries through a load balancer, limits counted in %s',
  (queue) => {
    let backends: TestBackends;
    let redis: Relay | undefined;
    /** Two processes that share everything. What they accept is left to workers elsewhere. */
    let services: TestService[] = [];
    const balancers: LoadBalancer[] = [];
    let stranger: Sender;
    let stripe: Sender;

    beforeAll(async () => {
      backends = await openBackends(queue);
      const { REDIS_URL } = backends.env;
      redis = REDIS_URL === undefined ? undefined : await openRelay(REDIS_URL);
      const env = {
        ...backends.env,
        ...(redis !== undefined && { REDIS_URL: redis.url }),
        STRIPE_WEBHOOK_SECRET: 'whsec_of_both_processes',
        FAILED_VERIFICATIONS: String(LIMIT),
        RATE_LIMITS: 'stripe=1000000/s',
        APP_ROLE: 'api',
        TRUST_PROXY: '1',
      };
      services = await Promise.all([TestService.start({ env }), TestService.start({ env })]);
    });

    afterAll(async () => {
      await redis?.close();
      await Promise.all(services.map((service) => service.stop()));
      await backends.close();
    });

    /** A load balancer in front of these. */
    const balance = async (urls: readonly string[]): Promise<string> => {
      const balancer = await startLoadBalancer(urls);
      balancers.push(balancer);
      return balancer.url;
    };

    const sendTo = (url: string): void => {
      stranger = new Sender(url, STRANGER);
      stripe = new Sender(url, STRIPE);
    };

    const hangUp = async (): Promise<void> => {
      [stranger, stripe].forEach((sender) => sender.close());
      await Promise.all(balancers.splice(0).map((balancer) => balancer.stop()));
    };

    const real = (): TestDelivery =>
      stripeDelivery(services[0]!, sampleBody('stripe', 'payment_intent.succeeded'));

    /** Signed with another secret, and sent as if it came from Stripe's address. */
    const forgery = (): TestDelivery => {
      const { headers, ...delivery } = stripeDelivery(
        { secret: () => 'whsec_of_nobody' },
        { id: 'evt_forged' },
      );
      return { ...delivery, headers: { ...headers, 'x-forwarded-for': STRIPE } };
    };

    /** Real deliveries, one after the other, until the flood has come to its end. */
    const sendReal = async (ended: Promise<unknown>): Promise<Statuses> => {
      const over = new AbortController();
      void ended.finally(() => {
        over.abort();
      });
      const statuses: Statuses = {};
      while (!over.signal.aborted) {
        const { status } = await stripe.send(real());
        statuses[status] = (statuses[status] ?? 0) + 1;
      }
      return statuses;
    };

    const flood = async (during?: (count: number) => Promise<void>): Promise<Statuses> => {
      const statuses: Statuses = {};
      await inParallel(Array.from({ length: FORGERIES }), AT_A_TIME, async (_, index) => {
        await during?.(index);
        const { status, headers } = await stranger.send(forgery());
        statuses[status] = (statuses[status] ?? 0) + 1;
        if (status === 429) expect(headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
      });
      return statuses;
    };

    const floodAndSendReal = async (
      during?: (count: number) => Promise<void>,
    ): Promise<{ forged: Statuses; taken: Statuses }> => {
      const flooding = flood(during);
      const [forged, taken] = await Promise.all([flooding, sendReal(flooding)]);
      return { forged, taken };
    };

    const logLines = async (): Promise<number> => {
      const logs = await Promise.all(
        services.map(({ folder }) => readFile(join(folder, 'logs', 'combined.log'), 'utf8')),
      );
      return logs.join('').split('"Delivery not verified"').length - 1;
    };

    describe('that is trusted', () => {
      beforeAll(async () => sendTo(await balance(services.map(({ url }) => url))));
      afterAll(hangUp);

      it('refuses no real delivery, answers the flood with 429, and blames nobody else for it', async () => {
        const { forged, taken } = await floodAndSendReal();

        expect(Object.keys(taken)).toEqual(['202']);
        expect(taken[202]).toBeGreaterThan(20);
        expect(Object.keys(forged)).toEqual(['400', '429']);
        expect(forged[429]).toBeGreaterThan(FORGERIES / 2);
        await eventually(
          async () => ((await logLines()) === forged[400] ? true : undefined),
          10_000,
          () => `not each of ${forged[400]} refusals is in the log, or more`,
        );
        // A failure of Stripe's own is told as such: the entry that the stranger forged was not believed.
        await problemOf(await stripe.send({ ...real(), body: '{}' }), 400);
      });
    });

    describe('that another one stands in front of, which is not', () => {
      // Another one stands in front, so that each request seems to come from there.
      beforeAll(async () => sendTo(await balance([await balance(services.map(({ url }) => url))])));
      afterAll(hangUp);

      it('refuses no real delivery either where everybody seems to come from the load balancer', async () => {
        const { forged, taken } = await floodAndSendReal();

        expect(Object.keys(taken)).toEqual(['202']);
        expect(taken[202]).toBeGreaterThan(20);
        expect(forged[429]).toBeGreaterThan(FORGERIES / 2);
        expect((await stripe.send(real())).status).toBe(202);
      });
    });

    if (queue === 'redis') {
      describe('when Redis is away', () => {
        beforeAll(async () => sendTo(await balance(services.map(({ url }) => url))));
        afterAll(hangUp);

        it('refuses no real delivery when Redis goes in the middle of it, and none when it hangs', async () => {
          const { forged, taken } = await floodAndSendReal(async (count) => {
            if (count === FORGERIES / 4) await redis?.down();
            if (count === FORGERIES / 2) await redis?.up();
            if (count === (FORGERIES * 3) / 4) redis?.blackHole();
          });
          redis?.heal();

          expect(Object.keys(taken)).toEqual(['202']);
          expect(taken[202]).toBeGreaterThan(20);
          expect((forged[400] ?? 0) + (forged[429] ?? 0)).toBe(FORGERIES);
        });
      });
    }
  },
);

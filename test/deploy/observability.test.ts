import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { readRules } from '../support/alerting-rules.js';
import { openBackends, type TestBackends } from '../support/backends.js';
import { overlap, queriesOf, readDashboard } from '../support/dashboard.js';
import { githubDelivery, sampleBody, send } from '../support/deliveries.js';
import { eventually } from '../support/eventually.js';
import { selectorsOf, type Selector } from '../support/expressions.js';
import { TestPrometheus } from '../support/prometheus.js';
import { readMetricTables, Scrape } from '../support/scrape.js';
import { TestService } from '../support/service.js';

/** Labels that Prometheus itself gives to what it scrapes, and the one of a histogram's buckets. */
const ADDED_LABELS = ['job', 'instance', 'le'];

/** What a label may say is closed for these, and stands in docs/metrics.md. */
const CLOSED_LABELS = ['outcome', 'reason', 'status', 'state', 'source', 'cause', 'code'];

const rules = readRules();
const recorded = rules.flatMap(({ record = [] }) => record);
const dashboard = readDashboard();

describe('what the rules and the dashboard ask for', () => {
  const [template] = dashboard.templating.list;
  const asked = [...rules.map(({ expr }) => expr), ...queriesOf(dashboard), template?.query.query ?? ''];
  const selectors = asked.flatMap(selectorsOf);
  let backends: TestBackends;
  let service: TestService;
  let other: TestService;

  beforeAll(async () => {
    backends = await openBackends('redis');
    service = await TestService.start({ env: backends.env });
    other = await TestService.start({ env: { ...backends.env, ...service.env, APP_ROLE: 'worker' } });
    const delivery = await githubDelivery(service, 'push', sampleBody('github', 'push'));
    const { id } = (await (await send(service, delivery)).json()) as { id: string };
    await service.settled(id);
  });

  afterAll(async () => {
    await Promise.all([service.stop(), other.stop()]);
    await backends.close();
  });

  it('is in a real scrape, or recorded by a rule', async () => {
    const { metrics } = await Scrape.of(service.url);
    const names = new Set(
      metrics.flatMap(({ name, type }) =>
        type === 'histogram' ? ['_bucket', '_sum', '_count'].map((part) => name + part) : [name],
      ),
    );
    const missing = selectors
      .map(({ metric }) => metric)
      .filter((metric) => !names.has(metric) && !recorded.includes(metric));
    expect(missing).toEqual([]);
    expect(selectors.length).toBeGreaterThan(150);
  });

  it('has labels that there are, with values that there can be', async () => {
    const tables = await readMetricTables();
    const page = readFileSync('docs/metrics.md', 'utf8');
    const words = new Set([...page.matchAll(/`(\w+)`/g)].map(([, word]) => word));
    const labelsOf = ({ metric }: Selector) =>
      tables.find(({ name }) => name === metric.replace(/_(bucket|sum|count)$/, '') || name === metric)
        ?.labels;
    for (const selector of selectors.filter(({ metric }) => !recorded.includes(metric))) {
      for (const { label, value } of selector.matchers) {
        const known = [...(labelsOf(selector) ?? []), ...ADDED_LABELS];
        expect([selector.metric, known]).toEqual([selector.metric, expect.arrayContaining([label])]);
        if (!CLOSED_LABELS.includes(label) || (label === 'code' && /\d/.test(value))) continue;
        for (const word of value.split('|').filter((text) => /^\w+$/.test(text))) {
          expect([label, word, words.has(word) || page.includes(word)]).toEqual([label, word, true]);
        }
      }
    }
  });

  it('is answered by a Prometheus that scrapes two processes with the committed configuration', async () => {
    const prometheus = await TestPrometheus.start([service.url, other.url]);
    try {
      await eventually(
        async () => {
          const targets = await prometheus.targets();
          expect(targets.filter(({ lastError }) => lastError !== '')).toEqual([]);
          return targets.filter(({ health }) => health === 'up').length === 2 ? true : undefined;
        },
        30_000,
        () => 'not both processes are scraped',
        200,
      );
      const evaluated = await eventually(
        async () => {
          const now = await prometheus.rules();
          return now.some(({ health }) => health === 'unknown') ? undefined : now;
        },
        60_000,
        () => 'not all rules are evaluated',
        200,
      );
      expect(evaluated.filter(({ health }) => health !== 'ok')).toEqual([]);
      expect(evaluated).toHaveLength(rules.length);
      for (const query of queriesOf(dashboard)) await prometheus.query(query);
      expect(await prometheus.query('count(up{job="integration-service"} == 1)')).toMatchObject([
        { value: [expect.any(Number), '2'] },
      ]);
      expect(await prometheus.query('ALERTS{alertstate="firing"}')).toEqual([]);
    } finally {
      await prometheus.stop();
    }
  }, 120_000);
});

describe('the dashboard', () => {
  const { panels } = dashboard;

  it('has panels that say what they show, in which unit, from the provisioned source', () => {
    const { datasources } = parse(
      readFileSync('deploy/grafana/provisioning/datasources/prometheus.yml', 'utf8'),
    ) as { datasources: { uid: string }[] };
    const uids = datasources.map(({ uid }) => uid);
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    for (const { type, title, ...panel } of panels) {
      expect(title).not.toBe('');
      if (type === 'row') continue;
      expect([title, panel.description]).toEqual([title, expect.stringMatching(/\.$/)]);
      expect([title, panel.fieldConfig?.defaults.unit]).toEqual([title, expect.stringMatching(/\S/)]);
      expect([title, uids]).toEqual([title, expect.arrayContaining([panel.datasource?.uid])]);
    }
  });

  it('has a row for each part of the service, and no panel over another', () => {
    const rows = panels.filter(({ type }) => type === 'row').map(({ title }) => title);
    expect(rows).toEqual(['Overview', 'Per provider', 'Queue', 'Workers', 'Saturation']);
    for (const [index, { title, gridPos }] of panels.entries()) {
      expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
      const under = panels.slice(index + 1).filter((other) => overlap(gridPos, other.gridPos));
      expect([title, under.map((other) => other.title)]).toEqual([title, []]);
    }
  });
});

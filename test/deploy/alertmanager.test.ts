import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { readAlerts, type Alert } from '../support/alerting-rules.js';
import { eventually } from '../support/eventually.js';
import { findFreePort } from '../support/free-port.js';
import { InstalledServer, runInstalled } from '../support/installed-program.js';
import { makeFolder, removeFolder } from '../support/postgres.js';

const FILE = 'deploy/alertmanager/alertmanager.yml';

interface Told {
  readonly labels: Readonly<Record<string, string>>;
  readonly status: { readonly state: string };
}

describe('the configuration of Alertmanager', () => {
  it('is valid, and has no key in it', async () => {
    expect(await runInstalled('amtool', ['check-config', FILE])).toEqual({
      code: 0,
      output: expect.stringContaining('SUCCESS') as string,
    });
    const { receivers } = parse(readFileSync(FILE, 'utf8')) as { receivers: object[] };
    const settings = JSON.stringify(receivers).match(/"\w*(key|token|secret|password|api_url)\w*":/gi);
    expect(settings).not.toHaveLength(0);
    for (const setting of settings ?? []) expect(setting).toMatch(/_file":$/);
  });

  it.each(readAlerts())('tells $alert to those whom its severity is for', async ({ alert, labels }) => {
    const { severity = '' } = labels;
    const route = ['config', 'routes', 'test', `--config.file=${FILE}`];
    const { code, output } = await runInstalled('amtool', [
      ...route,
      `alertname=${alert}`,
      `severity=${severity}`,
    ]);
    expect(code).toBe(0);
    expect(output.trim().split('\n')).toContain(severity);
  });

  it('silences by names that there are', () => {
    const known = readAlerts().map(({ alert }) => alert);
    const { inhibit_rules: rules } = parse(readFileSync(FILE, 'utf8')) as {
      inhibit_rules: { source_matchers: string[]; target_matchers: string[] }[];
    };
    const patterns = rules
      .flatMap((rule) => [...rule.source_matchers, ...rule.target_matchers])
      .flatMap((matcher) => /^alertname =~? "?([^"]+)"?$/.exec(matcher)?.[1]?.split('|') ?? []);
    for (const pattern of patterns) {
      expect([pattern, known.some((name) => new RegExp(`^${pattern}$`).test(name))]).toEqual([pattern, true]);
    }
  });
});

describe('an Alertmanager that runs', () => {
  let folder: string;
  let server: InstalledServer;
  let url: string;

  beforeAll(async () => {
    folder = makeFolder('alertmanager');
    const port = await findFreePort();
    url = `http://127.0.0.1:${port}`;
    server = InstalledServer.start('alertmanager', [
      `--config.file=${FILE}`,
      `--storage.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--cluster.listen-address=',
    ]);
  });

  afterAll(async () => {
    await server.stop();
    removeFolder(folder);
  });

  async function raise(...alerts: Readonly<Record<string, string>>[]): Promise<void> {
    await eventually(
      async () => {
        server.mustRun();
        const reply = await fetch(`${url}/api/v2/alerts`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(alerts.map((labels) => ({ labels }))),
        }).catch(() => undefined);
        return reply?.ok === true ? true : undefined;
      },
      20_000,
      () => `Alertmanager takes no alerts:\n${server.output}`,
    );
  }

  /** Those that nobody is told of, and those that somebody is. */
  async function told(): Promise<{ silent: string[]; loud: string[] }> {
    const alerts = (await (await fetch(`${url}/api/v2/alerts`)).json()) as Told[];
    const names = (state: string) =>
      alerts
        .filter(({ status }) => status.state === state)
        .map(({ labels }) => labels['alertname'] ?? '')
        .sort();
    return { silent: names('suppressed'), loud: names('active') };
  }

  const labelsOf = ({ alert, labels }: Alert) => ({
    alertname: alert,
    ...labels,
    provider: 'stripe',
    circuit: 'http:shop:443',
    instance: '10.0.0.1:3001',
    folder: 'logs',
    source: 'queue',
  });

  it('tells of causes, and not of what follows from them', async () => {
    await raise(...readAlerts().map(labelsOf));
    await raise({
      ...labelsOf(readAlerts().find(({ alert }) => alert === 'DiskNearlyFull')!),
      folder: 'data',
    });
    const { silent, loud } = await eventually(
      async () => {
        const now = await told();
        // It is looked at what silences an alert when its group is told of for the first time.
        return now.silent.length > 0 && now.silent.length + now.loud.length > readAlerts().length
          ? now
          : undefined;
      },
      20_000,
      () => 'not all alerts are judged',
      200,
    );
    expect(loud).toEqual([
      'CircuitHoldsRuns',
      // Whatever it failed of: somebody has to look after each of those runs.
      'CompensationFailed',
      'DatabaseDown',
      'DiskFull',
      // Another disk than the one that is full.
      'DiskNearlyFull',
      'ServiceDown',
    ]);
    expect(silent).toHaveLength(readAlerts().length + 1 - loud.length);
  });
});

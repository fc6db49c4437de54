import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { eventually } from './eventually.js';
import { findFreePort } from './free-port.js';
import { InstalledServer } from './installed-program.js';
import { makeFolder, removeFolder } from './postgres.js';

interface ScrapeJob {
  job_name: string;
  dns_sd_configs?: unknown;
  static_configs?: { targets: string[] }[];
}

interface Configuration {
  global: Record<string, string>;
  alerting?: unknown;
  scrape_configs: ScrapeJob[];
}

export interface ScrapeTarget {
  readonly health: string;
  readonly lastError: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface EvaluatedRule {
  readonly name: string;
  readonly health: string;
  readonly lastError?: string;
}

/** A Prometheus with the committed configuration and rules, whose targets and pace are ours. */
export class TestPrometheus {
  private constructor(
    private readonly url: string,
    private readonly server: InstalledServer,
    private readonly folder: string,
  ) {}

  /** @param services URLs of what the job `integration-service` scrapes */
  static async start(services: readonly string[]): Promise<TestPrometheus> {
    const folder = makeFolder('prometheus');
    cpSync('deploy/prometheus', folder, { recursive: true });
    const file = join(folder, 'prometheus.yml');
    const configuration = parse(readFileSync(file, 'utf8')) as Configuration;
    writeFileSync(file, stringify(adapt(configuration, services)));
    const port = await findFreePort();
    const server = InstalledServer.start('prometheus', [
      `--config.file=${file}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ]);
    const prometheus = new TestPrometheus(`http://127.0.0.1:${port}`, server, folder);
    await eventually(
      async () => {
        server.mustRun();
        const reply = await fetch(`${prometheus.url}/-/ready`).catch(() => undefined);
        return reply?.ok === true ? true : undefined;
      },
      30_000,
      () => `Prometheus is not ready:\n${server.output}`,
    );
    return prometheus;
  }

  async targets(): Promise<readonly ScrapeTarget[]> {
    return (await this.ask<{ activeTargets: ScrapeTarget[] }>('targets')).activeTargets;
  }

  async rules(): Promise<readonly EvaluatedRule[]> {
    const { groups } = await this.ask<{ groups: { rules: EvaluatedRule[] }[] }>('rules');
    return groups.flatMap(({ rules }) => rules);
  }

  /** @throws with what Prometheus says about it, if it is no query */
  async query(expression: string): Promise<readonly { metric: Record<string, string> }[]> {
    const { result } = await this.ask<{ result: { metric: Record<string, string> }[] }>(
      `query?query=${encodeURIComponent(expression)}`,
    );
    return result;
  }

  async stop(): Promise<void> {
    await this.server.stop();
    removeFolder(this.folder);
  }

  private async ask<Data>(path: string): Promise<Data> {
    const reply = await fetch(`${this.url}/api/v1/${path}`);
    const { data, error } = (await reply.json()) as { data: Data; error?: string };
    if (error !== undefined) throw new Error(`${path}: ${error}`);
    return data;
  }
}

function adapt({ alerting: _nobody, ...rest }: Configuration, services: readonly string[]): Configuration {
  const { global, scrape_configs: jobs } = rest;
  return {
    ...rest,
    global: { ...global, scrape_interval: '1s', evaluation_interval: '1s' },
    scrape_configs: jobs
      .filter(({ job_name: name }) => name === 'integration-service')
      .map(({ dns_sd_configs: _names, ...job }) => ({
        ...job,
        static_configs: [{ targets: services.map((url) => new URL(url).host) }],
      })),
  };
}

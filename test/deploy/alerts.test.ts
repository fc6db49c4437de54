import { readFileSync } from 'node:fs';
import { CASES, filesOf, readAlertCases, readAlerts, RULES } from '../support/alerting-rules.js';
import { runInstalled } from '../support/installed-program.js';

const PASSED = { code: 0, output: expect.stringContaining('SUCCESS') as string };

const alerts = readAlerts();
const names = alerts.map(({ alert }) => alert);

describe('the rules of Prometheus', () => {
  it('are valid, and so is the configuration that names them', async () => {
    expect(await runInstalled('promtool', ['check', 'config', 'deploy/prometheus/prometheus.yml'])).toEqual(
      PASSED,
    );
    expect(await runInstalled('promtool', ['check', 'rules', ...filesOf(RULES)])).toEqual(PASSED);
  });

  it('fire when they are to, and only then', async () => {
    const verdict = await runInstalled('promtool', ['test', 'rules', ...filesOf(CASES)]);
    expect(verdict).toEqual(PASSED);
    expect(verdict.output).not.toContain('FAILED');
  }, 300_000);

  it('have a case each in which they fire, and one in which they do not', () => {
    const cases = readAlertCases();
    const covered = (fires: boolean) =>
      new Set(cases.filter((test) => test.exp_alerts.length > 0 === fires).map((test) => test.alertname));
    expect([...covered(true)].sort()).toEqual([...names].sort());
    expect([...covered(false)].sort()).toEqual([...names].sort());
  });
});

describe('the runbook', () => {
  const sections = readSections();

  it('has a section for every alert, and none for anything else', () => {
    expect(new Set(names).size).toBe(names.length);
    expect([...sections.keys()].sort()).toEqual([...names].sort());
    for (const { alert, annotations } of alerts) {
      expect(annotations['runbook_url']).toBe(`docs/runbook.md#${alert.toLowerCase()}`);
    }
  });

  it.each(alerts)('says of $alert what it means and what to do', ({ alert, labels }) => {
    const section = sections.get(alert) ?? '';
    expect(section).toMatch(new RegExp(`^\\s*${labels['severity'] ?? ''} · `));
    const parts = [...section.matchAll(/^- \*\*(\w+)\*\*: \S/gm)].map(([, part]) => part);
    expect(parts).toEqual(['Means', 'Noticed', 'Look', 'Do', 'Calm']);
  });

  it('leads to places that there are', () => {
    const page = readFileSync('docs/runbook.md', 'utf8');
    for (const [, file, anchor] of page.matchAll(/\]\(([\w./-]*)#([\w-]+)\)/g)) {
      const target = readFileSync(`docs/${file === '' || file === undefined ? 'runbook.md' : file}`, 'utf8');
      const anchors = [...target.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) => anchorOf(title));
      expect(anchors).toContain(anchor);
    }
  });
});

/** The text of every section, by its heading. */
function readSections(): Map<string, string> {
  const [, ...sections] = readFileSync('docs/runbook.md', 'utf8').split(/^## /m);
  return new Map(
    sections.map((section): [string, string] => {
      const end = section.indexOf('\n');
      return [section.slice(0, end), section.slice(end)];
    }),
  );
}

/** As pages are given anchors where Markdown is shown. */
function anchorOf(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^\w\s-]/g, '')
    .replace(/\s/g, '-');
}

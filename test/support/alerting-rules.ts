import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';

export const RULES = 'deploy/prometheus/rules';
export const CASES = 'deploy/prometheus/tests';

export interface Rule {
  readonly record?: string;
  readonly alert?: string;
  readonly expr: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

export type Alert = Rule & Required<Pick<Rule, 'alert' | 'labels' | 'annotations'>>;

/** What `promtool test rules` is told to expect of an alert at a time. */
export interface AlertCase {
  readonly alertname: string;
  readonly exp_alerts: readonly unknown[];
}

/** Paths of all files of a folder. */
export function filesOf(folder: string): string[] {
  return readdirSync(folder).map((name) => `${folder}/${name}`);
}

export function readRules(): Rule[] {
  return filesOf(RULES).flatMap((file) => {
    const { groups } = parse(readFileSync(file, 'utf8')) as { groups: { rules: Rule[] }[] };
    return groups.flatMap(({ rules }) => rules);
  });
}

export function readAlerts(): Alert[] {
  return readRules().filter((rule): rule is Alert => rule.alert !== undefined);
}

export function readAlertCases(): AlertCase[] {
  return filesOf(CASES).flatMap((file) => {
    const { tests } = parse(readFileSync(file, 'utf8')) as { tests: { alert_rule_test: AlertCase[] }[] };
    return tests.flatMap((test) => test.alert_rule_test);
  });
}

import { readFileSync } from 'node:fs';

interface Place {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

export interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly gridPos: Place;
  readonly datasource?: { readonly uid: string };
  readonly fieldConfig?: { readonly defaults: { readonly unit?: string } };
  readonly targets?: readonly { readonly expr: string }[];
}

export interface Dashboard {
  readonly panels: readonly Panel[];
  readonly annotations: { readonly list: readonly { readonly expr: string }[] };
  readonly templating: { readonly list: readonly { readonly query: { readonly query: string } }[] };
}

export function readDashboard(): Dashboard {
  return JSON.parse(readFileSync('deploy/grafana/dashboards/integration-service.json', 'utf8')) as Dashboard;
}

/** All that it asks Prometheus, as if every provider were chosen. */
export function queriesOf({ panels, annotations }: Dashboard): string[] {
  const asked = [...panels.flatMap(({ targets = [] }) => targets), ...annotations.list];
  return asked.map(({ expr }) => expr.replaceAll('$provider', '.*'));
}

export function overlap(one: Place, other: Place): boolean {
  const apart =
    one.x + one.w <= other.x ||
    other.x + other.w <= one.x ||
    one.y + one.h <= other.y ||
    other.y + other.h <= one.y;
  return !apart;
}

import type { Traffic } from '../arena/traffic.js';

/** The request lane needs the database and nothing else. */
export function demandNoRefusals(traffic: Traffic): void {
  const refused = traffic.refusals;
  if (refused.length === 0) return;
  const statuses = [...new Set(refused.map(({ status }) => status))].join(', ');
  throw new Error(`${refused.length} deliveries were not acknowledged at once (${statuses})`);
}

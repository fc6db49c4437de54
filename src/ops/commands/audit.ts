import type { AuditView } from '../audit.dto.js';
import { readArguments, runCommand, say, UsageError } from './command.js';
import { OpsApi } from './ops-api.js';

const USAGE = `Makes every run anew from its audit trail and compares. Exit code 1 if one differs.

  npm run audit

  --page <n>         runs in one question, 1000 by default, 5000 at most
  --url <address>    of the service, by default http://localhost:PORT
`;

const OPTIONS = {
  page: { type: 'string', default: '1000' },
  url: { type: 'string' },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/** Runs between two lines of progress. */
const PROGRESS = 50_000;

async function audit(args: string[]): Promise<number> {
  const { values, positionals } = readArguments(args, OPTIONS, USAGE);
  if (values.help) return say(USAGE);
  if (positionals.length > 0 || !/^\d{1,4}$/.test(values.page)) throw new UsageError(USAGE);
  const api = new OpsApi(values.url);
  let [checked, faults] = [0, 0];
  for (let cursor: string | null = ''; cursor !== null;) {
    const from: string = cursor === '' ? '' : `&cursor=${cursor}`;
    const page: AuditView = await api.get<AuditView>(`/audit?limit=${values.page}${from}`);
    for (const { runId, eventId, fault } of page.mismatches)
      say(`✗ run ${runId} of event ${eventId}: ${fault}`);
    if (Math.floor((checked + page.checked) / PROGRESS) > Math.floor(checked / PROGRESS)) {
      say(`${checked + page.checked} runs checked`);
    }
    checked += page.checked;
    faults += page.mismatches.length;
    cursor = page.nextCursor;
  }
  say(`${checked} runs checked, ${faults} differ from their audit trail`);
  return faults === 0 ? 0 : 1;
}

await runCommand(audit);

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** How often each e-mail of a service without SMTP was written, by its idempotency key. */
export function countMails(serviceFolder: string): Map<string, number> {
  const folder = join(serviceFolder, '.data', 'mail');
  const counts = new Map<string, number>();
  if (!existsSync(folder)) return counts;
  for (const name of readdirSync(folder).filter((entry) => entry.endsWith('.eml'))) {
    const key = /^X-Idempotency-Key: (\S+)/m.exec(readFileSync(join(folder, name), 'utf8'))?.[1] ?? name;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

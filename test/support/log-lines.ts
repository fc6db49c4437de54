import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A line of a service's log, in the Elastic Common Schema. */
export type LogLine = Record<string, unknown> & {
  readonly message: string;
  /** What is not in the schema. */
  readonly integration: Readonly<Record<string, unknown>>;
};

/** What a service has logged so far. */
export async function readLog(
  { folder }: { readonly folder: string },
  file: 'combined.log' | 'error.log' = 'combined.log',
): Promise<LogLine[]> {
  const text = await readFile(join(folder, 'logs', file), 'utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => ({ integration: {}, ...(JSON.parse(line) as Omit<LogLine, 'integration'>) }) as LogLine);
}

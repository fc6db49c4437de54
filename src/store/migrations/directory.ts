import { resolve } from 'node:path';

/** The migrations of this build; from `src` as from `dist`. */
export const MIGRATIONS = resolve(import.meta.dirname, '..', '..', '..', 'prisma', 'migrations');

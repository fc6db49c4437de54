import { parseArgs, type ParseArgsConfig } from 'node:util';
import { explainFault } from '../../platform/config/index.js';

/** Whoever typed the command is told how to; exit code 2. */
export class UsageError extends Error {}

/**
 * Runs a command and ends the process with its exit code.
 *
 * @param main gets what was typed, and gives the exit code
 */
export async function runCommand(main: (args: string[]) => Promise<number>): Promise<void> {
  try {
    process.exitCode = await main(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${explainFault(error)}\n`);
    process.exitCode = error instanceof UsageError ? 2 : 1;
  }
}

type ParseArgsOptionsConfig = NonNullable<ParseArgsConfig['options']>;

type Parsed<Options extends ParseArgsOptionsConfig> = ReturnType<
  typeof parseArgs<{ args: string[]; allowPositionals: true; options: Options }>
>;

/** @throws {UsageError} with the usage, for what it does not know */
export function readArguments<const Options extends ParseArgsOptionsConfig>(
  args: string[],
  options: Options,
  usage: string,
): Parsed<Options> {
  try {
    return parseArgs({ args, allowPositionals: true, options });
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n\n${usage}`);
  }
}

/** Prints a line; 0, the exit code of what went well. */
export function say(text: string): number {
  process.stdout.write(`${text}\n`);
  return 0;
}

import { CommandError, stopCommands } from './command.mjs';
import { say } from './step.mjs';

const EXIT_CODES = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 };

/**
 * Runs a launcher. Until it is done a signal ends the running command first, then what `cleanUp` stops, then us;
 * afterwards signals belong to whoever comes next. A failure ends with its sentence and its exit code.
 * @template T
 * @param {() => Promise<T>} work
 * @param {() => Promise<void>} [cleanUp] called in every case, once
 * @returns {Promise<T>}
 */
export async function launch(work, cleanUp = async () => {}) {
  let stopping;
  const stop = (signal) => {
    if (!stopping) say(`\n✗ Stopped by ${signal}.`);
    const ended = stopCommands(signal);
    stopping ??= ended.then(cleanUp).finally(() => process.exit(EXIT_CODES[signal]));
  };
  for (const signal of Object.keys(EXIT_CODES)) process.on(signal, stop);
  try {
    return await work();
  } catch (error) {
    if (stopping) await stopping;
    process.exitCode = report(error);
    await cleanUp();
    process.exit();
  } finally {
    for (const signal of Object.keys(EXIT_CODES)) process.off(signal, stop);
  }
}

/** @returns {number} the exit code */
function report(error) {
  if (!(error instanceof CommandError)) {
    say(`✗ ${error.stack}`);
    return 1;
  }
  if (error.output) say(`\n${error.output}\n`);
  say(`✗ ${error.message}.`);
  return error.exitCode;
}

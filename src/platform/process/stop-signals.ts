/** Milliseconds within which a second signal is the first one's echo. */
const ECHO_MS = 500;

/** What a shell expects of a process that was interrupted. */
const INTERRUPTED = 130;

/**
 * Calls `stop` on the first SIGINT or SIGTERM; another one ends the process at once. But Ctrl-C comes twice: the
 * terminal sends it to everyone in the foreground, and npm passes its own on.
 */
export function onStopSignal(stop: (signal: NodeJS.Signals) => void): void {
  let stoppedAt: number | undefined;
  const handle = (signal: NodeJS.Signals): void => {
    if (stoppedAt === undefined) {
      stoppedAt = performance.now();
      stop(signal);
    } else if (performance.now() - stoppedAt > ECHO_MS) process.exit(INTERRUPTED);
  };
  process.on('SIGINT', handle);
  process.on('SIGTERM', handle);
}

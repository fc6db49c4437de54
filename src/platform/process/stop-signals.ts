/** Milliseconds within which another signal is the echo of the one before. */
const ECHO_MS = 500;

/** What a shell expects of a process that was interrupted. */
const INTERRUPTED = 130;

/**
 * Calls `stop` on the first SIGINT or SIGTERM; another one ends the process at once, unless it could be made to hurry.
 * But Ctrl-C comes twice: the terminal sends it to everyone in the foreground, and npm passes its own on.
 *
 * @param hurry tells whether there was anything that it has cut short
 */
export function onStopSignal(
  stop: (signal: NodeJS.Signals) => void,
  hurry: () => boolean = () => false,
): void {
  let heardAt: number | undefined;
  const handle = (signal: NodeJS.Signals): void => {
    const isFirst = heardAt === undefined;
    if (heardAt !== undefined && performance.now() - heardAt <= ECHO_MS) return;
    heardAt = performance.now();
    if (isFirst) stop(signal);
    else if (!hurry()) process.exit(INTERRUPTED);
  };
  process.on('SIGINT', handle);
  process.on('SIGTERM', handle);
}

const screen = process.stderr;

/**
 * Names a step, shows that time passes and how long it took. All on stderr: stdout belongs to the program itself.
 * @template T
 * @param {string} name
 * @param {() => Promise<T> | T} work
 * @returns {Promise<T>}
 */
export async function step(name, work) {
  const start = Date.now();
  const elapsed = () => duration(Date.now() - start);
  screen.write(`• ${name} …`);
  const clock = screen.isTTY
    ? setInterval(() => screen.write(`\r• ${name} … ${elapsed()}`), 1_000)
    : setInterval(() => screen.write(` ${elapsed()} …`), 15_000);
  try {
    const result = await work();
    screen.write(`${screen.isTTY ? `\r• ${name} …` : ''} ${elapsed()}\n`);
    return result;
  } catch (error) {
    screen.write(`${screen.isTTY ? `\r• ${name} …` : ''} failed after ${elapsed()}\n`);
    throw error;
  } finally {
    clearInterval(clock);
  }
}

export function say(line) {
  screen.write(`${line}\n`);
}

function duration(milliseconds) {
  if (milliseconds < 9_950) return `${(milliseconds / 1_000).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / 1_000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

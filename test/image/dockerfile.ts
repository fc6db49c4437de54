export interface Instruction {
  readonly word: string;
  readonly rest: string;
}

export interface Stage {
  readonly name: string | undefined;
  readonly instructions: readonly Instruction[];
}

/** The stages of a Dockerfile, with lines that go on joined and comments left out. */
export function parseDockerfile(text: string): Stage[] {
  const lines = text
    .split('\n')
    .filter((line) => !/^\s*(#|$)/.test(line))
    .join('\n')
    .replace(/\\\n/g, ' ')
    .split('\n');
  const stages: { name: string | undefined; instructions: Instruction[] }[] = [];
  for (const line of lines) {
    const [, word = '', rest = ''] = /^(\w+)\s+(.*)$/.exec(line) ?? [];
    if (word === 'FROM') stages.push({ name: / AS (\w+)$/.exec(rest)?.[1], instructions: [] });
    else stages.at(-1)?.instructions.push({ word, rest });
  }
  return stages;
}

/** Whether `.dockerignore` lets a path of the context through: the last line that fits decides. */
export function readDockerignore(text: string): (path: string) => boolean {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return (path) => {
    let passes = true;
    for (const line of lines) {
      const pattern = line.replace(/^!/, '');
      if (pattern !== '*' && pattern.includes('*')) throw new Error(`Not understood: ${line}`);
      const fits = pattern === '*' || path === pattern || path.startsWith(`${pattern}/`);
      if (fits) passes = line.startsWith('!');
    }
    return passes;
  };
}

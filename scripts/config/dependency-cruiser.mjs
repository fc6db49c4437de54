import { COMPOSITION, DIVIDED, LIBRARY_BANS, LIBRARY_FENCES, MAY_IMPORT } from './import-rules.mjs';

const FOLDERS = Object.keys(MAY_IMPORT);
const TEST_FILES = '\\.(spec|fixture)\\.ts$';

const folder = (names) => `^src/(${names.join('|')})/`;

/** A folder that others enter by its `index.ts` only. */
const UNIT = `((?:${DIVIDED.join('|')})/[^/]+|[^/]+)`;
const DOOR = `^src/(?:(?:${DIVIDED.join('|')})/[^/]+|(?!(?:${DIVIDED.join('|')})/)[^/]+)/index\\.ts$`;

/** A folder of `src`, or a file beside the folders. */
const place = (name) => `^src/${COMPOSITION.includes(name) ? `${escaped(name)}\\.ts$` : `${name}/`}`;

/** Type packages count as the library that they describe. */
const library = (name) => `(^|/)node_modules/(@types/)?${name.split('*').map(escaped).join('[^/]+')}(/|$)`;

function escaped(text) {
  return text.replaceAll('.', '\\.');
}

const importTable = Object.entries(MAY_IMPORT)
  .filter(([, others]) => !others.includes('*'))
  .map(([name, others]) => ({
    name: `imports-of-${name}`,
    comment: `Of the other folders, ${name} may import ${others.join(', ') || 'none'}.`,
    from: { path: folder([name]) },
    to: { path: '^src/', pathNot: folder([name, ...others]) },
  }));

const unlisted = {
  name: 'not-in-the-table',
  comment: 'A new folder of src needs its row in scripts/config/import-rules.mjs.',
  from: { path: '^src/', pathNot: [folder(FOLDERS), ...COMPOSITION.map(place)] },
  to: { path: '^src/' },
};

const doors = [
  { path: `^src/${UNIT}/`, pathNot: ['^src/$1/', DOOR] },
  { path: '^src/[^/]+$', pathNot: [DOOR] },
].map(({ path, pathNot }) => ({
  name: 'only-by-the-door',
  comment: 'Another folder is entered by its index.ts, never past it.',
  from: { path },
  to: { path: '^src/.+/', pathNot },
}));

const fences = LIBRARY_FENCES.map(({ name, libraries, places }) => ({
  name,
  comment: `${libraries.join(', ')}: only in ${places.join(', ')}.`,
  from: { path: '^src/', pathNot: places.map(place) },
  to: { path: libraries.map(library) },
}));

const bans = LIBRARY_BANS.map(({ name, libraries, places }) => ({
  name,
  comment: `${libraries.join(', ')}: never in ${places.join(', ')}.`,
  from: { path: places.map(place) },
  to: { path: libraries.map(library) },
}));

const hygiene = [
  {
    name: 'no-cycles',
    comment: 'What imports itself by a detour has no order in which it can be read.',
    from: { path: '^src/', pathNot: '^src/store/generated/' },
    to: { circular: true },
  },
  {
    name: 'no-test-code-in-the-service',
    comment: 'Specs and fixtures are not built.',
    from: { path: '^src/', pathNot: TEST_FILES },
    to: { path: TEST_FILES },
  },
  {
    name: 'no-development-packages-in-the-service',
    comment: 'They are not there in production. Their types may be used.',
    from: { path: '^src/', pathNot: TEST_FILES },
    to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'only-declared-packages',
    comment: 'package.json must name what is imported: what others bring along may go with them.',
    from: { path: '^src/' },
    to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
  },
  {
    name: 'only-what-exists',
    comment: 'What cannot be found cannot be checked either.',
    from: { path: '^src/' },
    to: { couldNotResolve: true },
  },
];

const rules = [...importTable, unlisted, ...doors, ...fences, ...bans, ...hygiene];

export default {
  forbidden: rules.map((rule) => ({ severity: 'error', ...rule })),
  options: {
    doNotFollow: { path: 'node_modules' },
    // Imports of types bind one folder to another just as much.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      mainFields: ['module', 'main', 'types', 'typings'],
    },
  },
};

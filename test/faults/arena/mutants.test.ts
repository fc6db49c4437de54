import { changedSource, mutants } from './mutants.js';

describe('every mutant', () => {
  // To try them all takes minutes; that the source has moved on from one is seen at once.
  it.each(mutants.map(({ name, changes }) => [name, changes] as const))(
    '%s: fits the source',
    (_name, changes) => {
      for (const change of changes) expect(changedSource(change)).toContain(change.by);
    },
  );
});

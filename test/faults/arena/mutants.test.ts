import { TestService } from '../../support/service.js';
import { buildMutant, changedSource, mutants } from './mutants.js';

describe('every mutant', () => {
  // To try them all takes minutes; that the source has moved on from one is seen at once.
  it.each(mutants.map(({ name, changes }) => [name, changes] as const))(
    '%s: fits the source',
    (_name, changes) => {
      for (const change of changes) expect(changedSource(change)).toContain(change.by);
    },
  );

  it('starts, so that it is found by what it does', async () => {
    const [mutant] = mutants;
    if (mutant === undefined) throw new Error('There is none');
    const service = await TestService.start({ main: buildMutant(mutant) });
    expect((await fetch(`${service.url}/health/ready`)).status).toBe(200);
    expect(await service.stop()).toBe(0);
  });
});

import { defineWorkflow, type Action } from './workflow.js';

const note: Action<string> = { name: 'note', effect: 'repeatable' };
const step = (name: string) => ({ name, action: note, input: () => 'text' });
const on = { provider: 'stripe', type: 'charge.refunded' };

describe('defineWorkflow', () => {
  it('gives the workflow back as it was written', () => {
    const written = { name: 'refund', version: 3, on, steps: [step('one'), step('two')] as const };
    expect(defineWorkflow(written)).toEqual(written);
  });

  it('refuses a workflow without steps', () => {
    expect(() => defineWorkflow({ name: 'refund', version: 1, on, steps: [] })).toThrow(
      new TypeError('Workflow refund has no steps'),
    );
  });

  it('refuses two steps of one name: their effects would have one key', () => {
    const steps = [step('keep'), step('send'), step('keep')] as const;
    expect(() => defineWorkflow({ name: 'refund', version: 1, on, steps })).toThrow(
      new TypeError('Workflow refund has two steps named keep'),
    );
  });
});

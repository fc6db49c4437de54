import { QUEUE_BACKENDS } from '../../support/backends.js';
import type { FaultRow } from '../arena/fault-row.js';
import { dieAtEach, type PlaceOfDeath } from './orders.js';

/** Around every write of a compensation, and around the end of it all. */
const PLACES = [
  { at: 'store/StepStore.begin', when: 'after', about: 'charge:compensation' },
  { at: 'store/StepStore.finish', when: 'before', about: 'reserve:compensation' },
  { at: 'store/StepStore.begin', when: 'before', about: 'charge:compensation' },
  { at: 'store/StepStore.finish', when: 'before', about: 'charge:compensation' },
  { at: 'store/StepStore.finish', when: 'after', about: 'charge:compensation' },
  { at: 'store/StepStore.begin', when: 'before', about: 'reserve:compensation' },
  { at: 'store/StepStore.begin', when: 'after', about: 'reserve:compensation' },
  { at: 'store/StepStore.finish', when: 'after', about: 'reserve:compensation' },
  { at: 'store/RunStore.settle', when: 'before', about: 'compensated' },
  { at: 'store/RunStore.settle', when: 'after', about: 'compensated' },
] as const satisfies readonly PlaceOfDeath[];

export const deathWhileUndoing: FaultRow = {
  number: 26,
  title: 'Worker dies in every step of a compensation',
  backends: QUEUE_BACKENDS,
  shortForm: ['redis'],
  recovery: { of: 'from the last death to the end of all that was in hand', limitMs: 60_000 },
  deadlineMs: 300_000,
  expectation: { deadLetters: ({ status, code }) => status === 'compensated' && code === 'input_invalid' },
  run: (arena) =>
    dieAtEach(arena, 'fails', PLACES.slice(0, arena.scale(2, PLACES.length)), [
      'reserve',
      'charge',
      'refund',
      'release',
    ]),
};

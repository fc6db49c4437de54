import { QUEUE_BACKENDS } from '../../support/backends.js';
import type { FaultRow } from '../arena/fault-row.js';
import { dieAtEach, type PlaceOfDeath } from './orders.js';

/** Around every write of a saga on its way forwards, and around its end. */
const PLACES = [
  { at: 'store/StepStore.begin', when: 'after', about: 'charge' },
  { at: 'store/StepStore.finish', when: 'before', about: 'ship' },
  { at: 'store/StepStore.begin', when: 'before', about: 'reserve' },
  { at: 'store/StepStore.begin', when: 'after', about: 'reserve' },
  { at: 'store/StepStore.finish', when: 'before', about: 'reserve' },
  { at: 'store/StepStore.finish', when: 'after', about: 'reserve' },
  { at: 'store/StepStore.begin', when: 'before', about: 'charge' },
  { at: 'store/StepStore.finish', when: 'before', about: 'charge' },
  { at: 'store/StepStore.finish', when: 'after', about: 'charge' },
  { at: 'store/StepStore.begin', when: 'before', about: 'ship' },
  { at: 'store/StepStore.begin', when: 'after', about: 'ship' },
  { at: 'store/StepStore.finish', when: 'after', about: 'ship' },
  { at: 'store/RunStore.settle', when: 'before', about: 'completed' },
  { at: 'store/RunStore.settle', when: 'after', about: 'completed' },
] as const satisfies readonly PlaceOfDeath[];

export const deathInSaga: FaultRow = {
  number: 30,
  title: 'Worker dies in every step of a saga',
  backends: QUEUE_BACKENDS,
  shortForm: [],
  recovery: { of: 'from the last death to the end of all that was in hand', limitMs: 60_000 },
  deadlineMs: 300_000,
  // Whatever was begun is known by its key, so nothing is left to a person.
  expectation: { deadLetters: () => false },
  run: (arena) =>
    dieAtEach(arena, 'ships', PLACES.slice(0, arena.scale(2, PLACES.length)), ['reserve', 'charge', 'ship']),
};

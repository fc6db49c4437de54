import { Injectable } from '@nestjs/common';
import { ActionError, type Action } from '../../model/index.js';
import { StepStore, type EntityState } from '../../store/index.js';
import type { Performer, StepContext } from '../action.js';

/** The newest state of a thing that the provider tells about. */
export type PersistInput = Pick<EntityState, 'kind' | 'key' | 'data'> & {
  /** When it was so; the time of receipt if the provider does not tell. */
  readonly occurredAt?: Date | null;
  /** Settles a tie of times: the higher rank is the later state. 0 by default. */
  readonly rank?: number;
};

export interface PersistOutput {
  readonly entity: string;
}

/** Keeps the state in `entities`, in one commit with the step. An older event never overwrites a newer one. */
export const persist: Action<PersistInput, PersistOutput> = { name: 'persist', effect: 'transactional' };

@Injectable()
export class PersistPerformer implements Performer<PersistInput, PersistOutput> {
  readonly action = persist;

  constructor(private readonly steps: StepStore) {}

  async perform(input: PersistInput, { event, lease, entry }: StepContext): Promise<PersistOutput> {
    const { kind, key, data, occurredAt, rank = 0 } = input;
    // Typed as a string, but it comes out of a payload.
    if (typeof (key as unknown) !== 'string' || key === '') {
      throw new ActionError('input_invalid', `The event names no ${kind} to persist`);
    }
    const output = { entity: `${event.provider}/${kind}/${key}` };
    const kept = await this.steps.keepEntity(
      lease,
      entry,
      {
        provider: event.provider,
        kind,
        key,
        data,
        occurredAt: occurredAt ?? event.occurredAt ?? event.receivedAt,
        rank,
        eventId: event.id,
      },
      output,
    );
    return kept as PersistOutput;
  }
}

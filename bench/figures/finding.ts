/** A figure that the service is to reach. */
export interface Goal {
  readonly is: 'at least' | 'at most';
  readonly value: number;
  /** Stands behind the number: ` ms`, ` × baseline`. */
  readonly unit: string;
}

/** What was found out about a goal. */
export interface Finding {
  readonly scenario: string;
  readonly what: string;
  readonly goal: Goal;
  /** NaN if it could not be measured. */
  readonly result: number;
  readonly note?: string | undefined;
}

export type Verdict = 'reached' | 'missed' | 'unknown';

export function judge({ goal, result }: Pick<Finding, 'goal' | 'result'>): Verdict {
  if (Number.isNaN(result)) return 'unknown';
  switch (goal.is) {
    case 'at least':
      return result >= goal.value ? 'reached' : 'missed';
    case 'at most':
      return result <= goal.value ? 'reached' : 'missed';
  }
}

export const atLeast = (value: number, unit: string): Goal => ({ is: 'at least', value, unit });
export const atMost = (value: number, unit: string): Goal => ({ is: 'at most', value, unit });

import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'winston';
import { LOGGER } from '../platform/logging/index.js';
import { countPayloadWarning, countSkippedPayload } from '../platform/metrics/index.js';

/** That payloads of a type do not fit the schema that is kept of them, and why. */
export interface PayloadWarning {
  readonly provider: string;
  readonly type: string;
  readonly reason: string;
}

export interface CountedWarning extends PayloadWarning {
  readonly count: number;
}

/** Kinds of warnings that are told apart; types and reasons may come out of payloads. */
const MOST_KINDS = 500;

const OTHERS: PayloadWarning = { provider: '*', type: '*', reason: 'other warnings' };

/**
 * Counts warnings since the start of this process, for whoever shows them. The first of a kind is logged, the 10th,
 * the 100th and so on: never a line for each event.
 */
@Injectable()
export class PayloadWarnings {
  private readonly kinds = new Map<string, { warning: PayloadWarning; count: number }>();
  private skipped = 0;

  constructor(@Inject(LOGGER) private readonly logger: Logger) {}

  note(warning: PayloadWarning): void {
    countPayloadWarning(warning.provider, warning.type);
    const kind = this.kindOf(warning);
    kind.count++;
    if (isPowerOfTen(kind.count)) {
      this.logger.warn('Payload unlike its schema', { ...kind.warning, count: kind.count });
    }
  }

  /** A payload was not checked, for it was too large or too much was waiting. */
  noteSkipped(): void {
    countSkippedPayload();
    this.skipped++;
  }

  get counts(): readonly CountedWarning[] {
    return [...this.kinds.values()].map(({ warning, count }) => ({ ...warning, count }));
  }

  get skippedCount(): number {
    return this.skipped;
  }

  private kindOf(warning: PayloadWarning): { warning: PayloadWarning; count: number } {
    const key = JSON.stringify([warning.provider, warning.type, warning.reason]);
    const known = this.kinds.get(key);
    if (known !== undefined) return known;
    if (this.kinds.size >= MOST_KINDS && warning !== OTHERS) return this.kindOf(OTHERS);
    const kind = { warning, count: 0 };
    this.kinds.set(key, kind);
    return kind;
  }
}

function isPowerOfTen(count: number): boolean {
  return /^10*$/.test(String(count));
}

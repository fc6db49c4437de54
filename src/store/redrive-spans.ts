import { showSpan } from '../platform/tracing/index.js';
import type { Verdict } from './redrive.sql.js';

/** A dead letter that was judged, as the statement tells. */
export interface JudgedRow {
  readonly runId: string;
  readonly verdict: Verdict;
  readonly newRunId: string | null;
  /** Of the trace that begins with the redrive, if it was redriven. */
  readonly traceparent: string;
  readonly earlierTraceparent: string | null;
}

/** Shows each redrive as the beginning of its trace, with a link to the one that ended in the dead letter. */
export function showRedrives(rows: readonly JudgedRow[], actor: string | null): void {
  for (const { runId, newRunId, verdict, traceparent, earlierTraceparent } of rows) {
    if (verdict !== 'redriven' && verdict !== 'reopened') continue;
    showSpan('redrive', {
      identity: traceparent,
      sampled: true,
      links: earlierTraceparent === null ? [] : [earlierTraceparent],
      attributes: { 'run.id': newRunId ?? runId, 'redrive.actor': actor ?? 'provider' },
    });
  }
}

import { isUtf8 } from 'node:buffer';
import type { DeliveryHeaders, Provider, RejectedRequest } from '../model/index.js';
import { explainFinding, explainSign, type Diagnosis } from '../ingest/index.js';
import type { ListedRejectedRequest } from '../store/index.js';
import type { DiagnosisView, RejectedRequestSummary, RejectedRequestView } from './rejected-request.dto.js';

/** Headers in which some providers send the secret itself instead of a signature. */
const CREDENTIAL = /token|secret|authorization|cookie|password|api-?key/;

/** As a plain object, not an instance: others spread it. */
export function toRejectedSummary(
  request: ListedRejectedRequest,
): Pick<RejectedRequestSummary, keyof RejectedRequestSummary> {
  const { id, provider, receivedAt, source, url, reason, faults, bodySha256, bodyBytes } = request;
  const { times, lastReceivedAt, state, eventIds, settledAt, settledBy } = request;
  return {
    id,
    provider,
    receivedAt,
    source,
    url,
    reason,
    faults,
    bodySha256,
    bodyBytes,
    times,
    lastReceivedAt,
    state,
    eventIds,
    settledAt,
    settledBy,
  };
}

export function toRejectedView(
  request: RejectedRequest,
  diagnosis: DiagnosisView | null,
): RejectedRequestView {
  const { headers, body } = request;
  return {
    ...toRejectedSummary(request),
    headers: shown(headers),
    body: body !== null && isUtf8(body) ? body.toString('utf8') : null,
    diagnosis,
  };
}

export function toDiagnosisView({ findings, signs, checked }: Diagnosis, provider: Provider): DiagnosisView {
  return {
    findings: findings.map((finding) => ({ cause: finding.cause, ...explainFinding(finding, provider) })),
    signs: signs.map(explainSign),
    checked,
  };
}

function shown(headers: DeliveryHeaders): Record<string, readonly string[]> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, values = []]) => [
      name,
      CREDENTIAL.test(name) ? values.map(() => '(not shown)') : values,
    ]),
  );
}

import type { Provider } from '../../model/index.js';
import type { BodyChange, Finding, SenderFlaw, Sign } from './diagnosis.js';

/** What the matter is and what to do, in words for whoever is on call. */
export interface Explanation {
  readonly says: string;
  readonly next: string;
}

/** Never with a secret in it. */
export function explainFinding(finding: Finding, provider: Provider): Explanation {
  switch (finding.cause) {
    case 'verifies_now':
      return { says: 'With the settings of now it verifies.', next: 'Release it.' };
    case 'not_an_event':
      return {
        says: `It is signed, but it is not what ${provider.name} is known to send: ${faultsOf(finding.faults)}.`,
        next: `Compare it with ${provider.documentation}, mend how ${provider.name} is read, and release it.`,
      };
    case 'replayed':
      return {
        says: 'Its signature is right, but what makes it genuine was used before, for another delivery.',
        next: 'Look whether that one has become an event. If so, discard this one; if its sender may honestly send the same again, release it with REPLAY_GUARD=mark.',
      };
    case 'no_secret_set':
      return {
        says: `${finding.setting} is not set, so nothing of this kind can be verified.`,
        next: `Set ${finding.setting}, start the service again, and release it.`,
      };
    case 'secret_not_kept':
      return {
        says: `${provider.name} sends the secret itself, in ${finding.headers.join(', ')}, which is never kept: it cannot be verified again.`,
        next: `Compare what is set (${provider.settings.map(({ name }) => name).join(', ')}) with what ${provider.name} has, and have the event ${delivered(provider)}.`,
      };
    case 'secret_flawed':
      return {
        says: `${finding.setting} has ${
          finding.flaw === 'quoted' ? 'quotes around it that are' : 'white space inside that is'
        } not part of the secret.`,
        next: `Take that out of ${finding.setting}, start the service again, and release it.`,
      };
    case 'sender_secret_flawed':
      return {
        says: `The secret at its sender has ${SENDER_FLAWS[finding.flaw]}, which ${finding.setting} cannot have.`,
        next: `Set the secret at ${provider.name} anew, without it, and have the event ${delivered(provider)}.`,
      };
    case 'body_reencoded':
      return {
        says: `Its body was re-encoded on the way: it verifies ${BODY_CHANGES[finding.change]}.`,
        next: `Make the proxy or gateway in front of the service pass bodies on byte by byte, and have the event ${delivered(provider)}.`,
      };
    case 'clock_off':
      return explainClock(finding.offMs, provider);
    case 'setting_differs':
      return {
        says: `It verifies with ${finding.setting}=${finding.value}, which the service is not set to.`,
        next: `If it should take such requests, set ${finding.setting}=${finding.value}, start it again, and release it. If not, mend the address at ${provider.name}, and discard it.`,
      };
    case 'known_secret':
      return {
        says: `It is not signed with what ${finding.setting} holds, but with the secret that DOCTOR_SECRETS calls ${finding.name}.`,
        next: `If its sender may still sign with that, add it to ${finding.setting} for as long, start the service again, and release it. If not, give the sender the secret of now, and discard it.`,
      };
    case 'address_differs':
      return {
        says: `It was signed for ${withoutQuery(finding.signedUrl)}.`,
        next: 'Set PUBLIC_URL to the address that its sender knows, start the service again, and release it.',
      };
    case 'other_provider':
      return {
        says: `It is a request of ${finding.provider}, sent to the address of ${provider.name}.`,
        next: `Mend the address at ${finding.provider}: it ends with /webhooks/${finding.provider}. Then have the event delivered again, and discard this one.`,
      };
  }
}

export function explainSign(sign: Sign): string {
  switch (sign.sign) {
    case 'headers_missing':
      return `It lacks ${sign.headers.join(', ')}: it is not from the provider, or something in between has taken that away.`;
    case 'headers_doubled':
      return `It has ${sign.headers.join(', ')} more than once: something in between has added to it.`;
    case 'headers_of_other':
      return `It has headers that ${sign.provider} signs with: it may belong to /webhooks/${sign.provider}.`;
    case 'mode_claimed':
      return `It says that it is of the ${sign.mode} mode, which has a secret of its own: is what is set (${sign.settings.join(', ')}) that of the ${sign.mode} mode?`;
    case 'verifier_away':
      return `It cannot be verified now: ${sign.reason}.`;
  }
}

const SENDER_FLAWS: Record<SenderFlaw, string> = {
  line_end_behind: 'a line end behind it',
  space_behind: 'a space behind it',
  space_before: 'a space before it',
};

const BODY_CHANGES: Record<BodyChange, string> = {
  compact: 'after it is serialised again without white space',
  indented_2: 'after it is serialised again with 2 spaces of indentation',
  indented_4: 'after it is serialised again with 4 spaces of indentation',
  spaced: 'after it is serialised again with a space behind commas and colons',
  unicode_escaped: 'after it is serialised again with everything beyond ASCII as \\uXXXX',
  slashes_escaped: 'after it is serialised again with slashes as \\/',
  line_feeds: 'with line ends of LF instead of CRLF',
  carriage_returns: 'with line ends of CRLF instead of LF',
  mark_removed: 'without the byte order mark that was put before it',
  line_end_removed: 'without the line end behind it',
  line_end_added: 'with a line end behind it',
  decoded_once_more: 'after UTF-8 that was encoded twice is decoded once',
};

function explainClock(offMs: number, provider: Provider): Explanation {
  const off = duration(Math.abs(offMs));
  return offMs > 0
    ? {
        says: `Its signature is right, but ${off} older than the request: the clock of this machine is ${off} fast, or the request was held up or sent again by somebody on its way.`,
        next: `Compare the clock with an NTP server, and have the event ${delivered(provider)}.`,
      }
    : {
        says: `Its signature is right, but ${off} ahead of the request: the clock of this machine is ${off} slow, or that of the sender fast.`,
        next: `Compare the clock with an NTP server, and have the event ${delivered(provider)}.`,
      };
}

function duration(ms: number): string {
  const units = [
    [86_400_000, 'day'],
    [3_600_000, 'hour'],
    [60_000, 'minute'],
    [1_000, 'second'],
  ] as const;
  // "7 minutes", not "0 hours"; and 90 minutes rather than 2 hours.
  const [size, name] = units.find(([unit]) => ms >= 2 * unit) ?? [1_000, 'second'];
  const count = Math.round(ms / size);
  return `${count} ${name}${count === 1 ? '' : 's'}`;
}

/** How an event comes again of which the original bytes, or a signature that can verify, never came. */
function delivered({ name, retries }: Provider): string {
  return retries.schedule === null
    ? `delivered again by hand at ${name}, which does not try again by itself`
    : `delivered again (${name} tries ${retries.schedule})`;
}

function faultsOf(faults: Extract<Finding, { cause: 'not_an_event' }>['faults']): string {
  return faults.map(({ path, message }) => `${path === '' ? 'the body' : path} ${message}`).join('; ');
}

function withoutQuery(url: string): string {
  return url.replace(/\?.*$/, '');
}

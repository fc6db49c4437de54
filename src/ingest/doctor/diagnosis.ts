import type { EnvelopeFault } from '../../model/index.js';

/** What was done to a body on its way, told by what has to be done to it so that it verifies. */
export type BodyChange =
  | 'compact'
  | 'indented_2'
  | 'indented_4'
  | 'spaced'
  | 'unicode_escaped'
  | 'slashes_escaped'
  | 'line_feeds'
  | 'carriage_returns'
  | 'mark_removed'
  | 'line_end_removed'
  | 'line_end_added'
  | 'decoded_once_more';

/** What is in or around a secret that is not meant to be. */
export type SecretFlaw = 'white_space_inside' | 'quoted';

/** What the sender's secret has around it, which a setting cannot hold. */
export type SenderFlaw = 'line_end_behind' | 'space_behind' | 'space_before';

/** What is the matter, shown by a variation under which the request verifies. */
export type Finding =
  /** It would be accepted now. */
  | { cause: 'verifies_now' }
  /** It is signed; what it says is not what the provider's envelope demands. */
  | { cause: 'not_an_event'; faults: readonly EnvelopeFault[] }
  /** It is signed, and what makes it genuine was used before, for another delivery. */
  | { cause: 'replayed' }
  | { cause: 'no_secret_set'; setting: string }
  /** Its provider sends the secret itself in these headers, which are never kept: nothing is left to verify by. */
  | { cause: 'secret_not_kept'; headers: readonly string[] }
  | { cause: 'secret_flawed'; setting: string; flaw: SecretFlaw }
  | { cause: 'sender_secret_flawed'; setting: string; flaw: SenderFlaw }
  | { cause: 'body_reencoded'; change: BodyChange }
  /** `offMs`: by so many milliseconds it was signed before it came; negative if after. */
  | { cause: 'clock_off'; offMs: number }
  /** With this value of a setting, such as the other mode's, it verifies. */
  | { cause: 'setting_differs'; setting: string; value: string }
  /** It matches a secret of `DOCTOR_SECRETS`. */
  | { cause: 'known_secret'; name: string; setting: string }
  | { cause: 'address_differs'; signedUrl: string }
  | { cause: 'other_provider'; provider: string };

/** What a request shows by itself. It proves nothing, but may tell where to look. */
export type Sign =
  | { sign: 'headers_missing'; headers: readonly string[] }
  | { sign: 'headers_doubled'; headers: readonly string[] }
  /** It has headers that another provider signs with. */
  | { sign: 'headers_of_other'; provider: string }
  /** It says that it is of this mode of its provider. */
  | { sign: 'mode_claimed'; mode: string; settings: readonly string[] }
  /** What verification needs is away now. */
  | { sign: 'verifier_away'; reason: string };

export interface Diagnosis {
  /** Empty if nothing that was tried makes the request verify. */
  readonly findings: readonly Finding[];
  readonly signs: readonly Sign[];
  /** What was tried, in words. */
  readonly checked: readonly string[];
}

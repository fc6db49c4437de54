import { createHmac } from 'node:crypto';
import { NOON, deliveryOf, offline, readFrom } from '../settings.fixture.js';
import { slack } from './index.js';

/** The example of Slack's page about verifying requests. */
const EXAMPLE = {
  secret: '8f742231b10e8888abcd99yyyzzz85a5',
  seconds: 1531420618,
  signature: 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
  body:
    'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V' +
    '&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=' +
    '&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN' +
    '&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c',
};

const NOW = NOON / 1000;
const BODY = '{"event_id":"Ev1","note":"grüße 😀\\r\\n"}';
const verified = { outcome: 'verified', secretLabel: '1' };
const refused = (reason: string) => ({ outcome: 'refused', reason });

function verifier(secrets = 'one') {
  return slack.verifier(readFrom({ SLACK_SIGNING_SECRET: secrets }), offline);
}

function verify(
  signature: string | readonly string[],
  time: string | readonly string[] = String(NOW),
  secrets?: string,
) {
  const headers = { 'x-slack-signature': signature, 'x-slack-request-timestamp': time };
  return verifier(secrets).verify(deliveryOf(headers, Buffer.from(BODY)));
}

function v0(time: string | number = NOW, key = 'one', version = 'v0') {
  return `v0=${createHmac('sha256', key).update(`${version}:${time}:${BODY}`).digest('hex')}`;
}

describe("Slack's signature", () => {
  it("agrees with the example in Slack's documentation", () => {
    const headers = {
      'x-slack-signature': EXAMPLE.signature,
      'x-slack-request-timestamp': String(EXAMPLE.seconds),
    };
    const delivery = deliveryOf(headers, Buffer.from(EXAMPLE.body), { receivedAt: EXAMPLE.seconds * 1000 });
    expect(verifier(EXAMPLE.secret).verify(delivery)).toEqual(verified);
  });

  it('may come from any of several secrets', () => {
    expect(verify(v0(NOW, 'new'), String(NOW), ' new , old ')).toEqual(verified);
    expect(verify(v0(NOW, 'old'), String(NOW), ' new , old ')).toEqual({ ...verified, secretLabel: '2' });
    expect(verify(v0(NOW, 'other'), String(NOW), ' new , old ')).toEqual(refused('signature_mismatch'));
  });

  it.each<[string, string | readonly string[], string | readonly string[], string]>([
    ['no signature', [], String(NOW), 'signature_missing'],
    ['no time', v0(), [], 'signature_missing'],
    ['two signatures', [v0(), v0()], String(NOW), 'signature_doubled'],
    ['two times', v0(), [String(NOW), String(NOW)], 'signature_doubled'],
    ['two signatures that a proxy joined', `${v0()}, ${v0()}`, String(NOW), 'signature_malformed'],
    ['no version', v0().slice(3), String(NOW), 'signature_malformed'],
    ['another version', v0().replace('v0', 'v1'), String(NOW), 'signature_malformed'],
    ['upper-case hex', v0().toUpperCase().replace('V', 'v'), String(NOW), 'signature_malformed'],
    ['half a signature', v0().slice(0, 35), String(NOW), 'signature_malformed'],
    ['a time that is no number', v0('soon'), 'soon', 'signature_malformed'],
    ['digits and more', v0(`${NOW}abc`), `${NOW}abc`, 'signature_malformed'],
    ['milliseconds', v0(NOON), String(NOON), 'signature_malformed'],
    ['the signature of another time', v0(NOW - 1), String(NOW), 'signature_mismatch'],
    ['another version signed', v0(NOW, 'one', 'v1'), String(NOW), 'signature_mismatch'],
    ['another signature', `v0=${'0'.repeat(64)}`, String(NOW), 'signature_mismatch'],
  ])('is refused: %s', (_, signature, time, reason) => {
    expect(verify(signature, time)).toEqual(refused(reason));
  });

  it.each([
    [-300, verified],
    [-301, refused('timestamp_stale')],
    [300, verified],
    [301, refused('timestamp_stale')],
  ])('may be %d seconds from when it came, or not', (seconds, verification) => {
    expect(verify(v0(NOW + seconds), String(NOW + seconds))).toEqual(verification);
  });

  it('needs a secret that is more than blanks and commas', () => {
    const unconfigured = { outcome: 'unconfigured', setting: 'SLACK_SIGNING_SECRET' };
    expect(verify(v0(NOW, ''), String(NOW), '')).toEqual(unconfigured);
    expect(verify(v0(NOW, ''), String(NOW), ' , ')).toEqual(unconfigured);
  });
});

import { createPrivateKey, generateKeyPairSync, randomUUID, type KeyObject } from 'node:crypto';
import type { Provider, Verifier, VerifierTools } from '../model/index.js';
import { paypal } from './index.js';
import { certifiedHeaders } from './paypal/certified.fixture.js';
import { TOLERANCE } from './paypal/own-signature.js';
import { issue } from './schemes/certificates.fixture.js';
import { NOON, offline, readFrom, signerOf, type Signer } from './settings.fixture.js';

/** A verifier, with those whom it trusts and somebody whom it doesn't. */
export interface Keyring {
  readonly name: string;
  readonly provider: Provider;
  readonly verifier: Verifier;
  /** Milliseconds; nothing where no time is signed. */
  readonly tolerance: number | undefined;
  /** By the label of their secret. */
  readonly trusted: readonly { readonly label: string; readonly sign: Signer['sign'] }[];
  readonly stranger: Signer['sign'];
}

/** Three secrets at once, as while one of them is rotated. */
export function keyringOf(provider: Provider): Keyring {
  const trusted = ['new', 'usual', 'old'].map((owner) => signerOf(provider, owner));
  const names = Object.keys(trusted[0]!.settings);
  const together = Object.fromEntries(
    names.map((name): [string, string] => [name, trusted.map(({ settings }) => settings[name]).join(',')]),
  );
  return {
    name: provider.name,
    provider,
    verifier: provider.verifier(readFrom(together), offline),
    tolerance: provider.tolerance,
    trusted: trusted.map(({ sign }, index) => ({ label: String(index + 1), sign })),
    stranger: signerOf(provider, 'nobody').sign,
  };
}

const WEBHOOK_ID = '8PT597110X687430LKGECATA';
const CERTIFICATE_URL = 'https://api.paypal.com/v1/notifications/certs/CERT-360caa42-fca2a594-1d93a270';

/** PayPal's own scheme; what `paypal.sign` signs is that of a relay. */
export function certifiedPaypal(): Keyring {
  const root = issue({ name: 'Root', ca: true });
  const leaf = issue({ name: 'messageverificationcerts.paypal.com', issuer: root });
  const tools: VerifierTools = {
    now: () => NOON,
    trustedRoots: [root.pem],
    fetch: (url) =>
      Promise.resolve(
        url === CERTIFICATE_URL ? new Response(leaf.pem) : new Response('Not found', { status: 404 }),
      ),
  };
  return {
    name: 'paypal by certificate',
    provider: paypal,
    verifier: paypal.verifier(readFrom({ PAYPAL_WEBHOOK_ID: WEBHOOK_ID }), tools),
    tolerance: TOLERANCE,
    trusted: [{ label: 'certificate', sign: signAs(createPrivateKey(leaf.privateKey)) }],
    stranger: signAs(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey),
  };
}

function signAs(key: KeyObject): Signer['sign'] {
  return ({ body }, now) => {
    const time = new Date(now).toISOString();
    const message = { transmissionId: randomUUID(), time, webhookId: WEBHOOK_ID, body };
    return { headers: certifiedHeaders({ ...message, certificateUrl: CERTIFICATE_URL }, key), body };
  };
}

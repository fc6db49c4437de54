import { X509Certificate } from 'node:crypto';

/** Why a certificate is not believed. */
export type ChainFlaw = 'unreadable' | 'wrong_name' | 'unsuitable_key' | 'outside_validity' | 'untrusted';

export type ChainJudgement =
  /** `validUntil`: when the first certificate of the chain expires, in milliseconds since the epoch. */
  { outcome: 'trusted'; leaf: X509Certificate; validUntil: number } | { outcome: 'refused'; flaw: ChainFlaw };

/** PEM blocks; the class without `-` keeps the search linear whatever the text is. */
const PEM = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;

/** Certificates of a bundle and of a chain. Real ones have three or four. */
const BUNDLE_LIMIT = 8;

/** Bits. */
const SMALLEST_RSA_KEY = 2048;

/** The certificates of a PEM text in their order. `X509Certificate` by itself reads only the first. */
export function readCertificates(pem: string): X509Certificate[] {
  return (pem.match(PEM) ?? []).map((block) => new X509Certificate(block));
}

/**
 * Judges a bundle whose first certificate is the signer's and whose others may help to reach a trusted root.
 * If the bundle has only the leaf, its issuer must be among the roots: intermediates are never fetched.
 *
 * Node has no path builder, so this is one. It checks names, key identifiers and usage (`checkIssued`),
 * signatures, dates and the CA flag; it knows neither revocation nor the path-length and name constraints,
 * which Node does not show. Use it for bundles that come from the signer's own host over TLS.
 *
 * @param name the host name that the leaf must bear, exactly: no wildcard stands for it
 * @param now milliseconds since the epoch
 */
export function judgeChain(
  pem: string,
  name: string,
  roots: readonly X509Certificate[],
  now: number,
): ChainJudgement {
  try {
    const [leaf, ...others] = readCertificates(pem).slice(0, BUNDLE_LIMIT);
    if (leaf === undefined) return flawed('unreadable');
    if (!bearsName(leaf, name)) return flawed('wrong_name');
    if (!isValidAt(leaf, now)) return flawed('outside_validity');
    if (!hasStrongRsaKey(leaf)) return flawed('unsuitable_key');
    const path = pathToRoot(leaf, others, roots, now);
    return path === undefined
      ? flawed('untrusted')
      : { outcome: 'trusted', leaf, validUntil: Math.min(...path.map(notAfter)) };
  } catch {
    // OpenSSL could not make sense of a certificate.
    return flawed('unreadable');
  }
}

/** The certificates from the subject to a root that issued the last of them; tries every way there. */
function pathToRoot(
  subject: X509Certificate,
  candidates: readonly X509Certificate[],
  roots: readonly X509Certificate[],
  now: number,
): readonly X509Certificate[] | undefined {
  const root = roots.find((candidate) => hasIssued(candidate, subject, now));
  if (root !== undefined) return [subject, root];
  for (const candidate of candidates) {
    if (!hasIssued(candidate, subject, now)) continue;
    const rest = candidates.filter((other) => other !== candidate);
    const path = pathToRoot(candidate, rest, roots, now);
    if (path !== undefined) return [subject, ...path];
  }
  return undefined;
}

/** `checkIssued` compares what is written in both; only `verify` proves that the issuer's key signed. */
function hasIssued(issuer: X509Certificate, subject: X509Certificate, now: number): boolean {
  return (
    issuer.ca && subject.checkIssued(issuer) && isValidAt(issuer, now) && subject.verify(issuer.publicKey)
  );
}

function bearsName(leaf: X509Certificate, name: string): boolean {
  return leaf.checkHost(name, { wildcards: false, partialWildcards: false }) !== undefined;
}

function hasStrongRsaKey({ publicKey }: X509Certificate): boolean {
  const bits = publicKey.asymmetricKeyDetails?.modulusLength ?? 0;
  return publicKey.asymmetricKeyType === 'rsa' && bits >= SMALLEST_RSA_KEY;
}

function isValidAt(certificate: X509Certificate, now: number): boolean {
  return Date.parse(certificate.validFrom) <= now && now <= notAfter(certificate);
}

function notAfter(certificate: X509Certificate): number {
  return Date.parse(certificate.validTo);
}

function flawed(flaw: ChainFlaw): ChainJudgement {
  return { outcome: 'refused', flaw };
}

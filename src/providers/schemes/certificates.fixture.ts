import { generateKeyPairSync, randomBytes } from 'node:crypto';
import forge from 'node-forge';

/** A certificate of the specs' own making, with its key. */
export interface Issued {
  readonly pem: string;
  readonly privateKey: string;
  readonly name: string;
}

export interface IssueOptions {
  /** Common name, and unless it is an authority the only alternative name too. */
  readonly name: string;
  /** Itself if left out. */
  readonly issuer?: Issued;
  readonly ca?: boolean;
  readonly from?: Date;
  readonly until?: Date;
  readonly bits?: number;
  /** The key of another certificate instead of a fresh one. */
  readonly key?: Issued;
}

/** Valid throughout 2026 unless told otherwise. */
export function issue(options: IssueOptions): Issued {
  const { name, ca = false, from = new Date('2026-01-01T00:00:00Z') } = options;
  const { until = new Date('2026-12-31T00:00:00Z') } = options;
  const keys = options.key ?? freshKey(options.bits ?? 2048);
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = forge.pki.rsa.setPublicKey(...publicParts(keys.privateKey));
  // Positive, and without a zero byte in front, which DER forbids where it isn't needed.
  certificate.serialNumber = `01${randomBytes(8).toString('hex')}`;
  certificate.validity.notBefore = from;
  certificate.validity.notAfter = until;
  certificate.setSubject(subject(name));
  certificate.setIssuer(subject(options.issuer?.name ?? name));
  certificate.setExtensions([
    { name: 'basicConstraints', cA: ca, critical: true },
    ca
      ? { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true }
      : { name: 'subjectAltName', altNames: [{ type: 2, value: name }] },
  ]);
  const signer = forge.pki.privateKeyFromPem((options.issuer ?? keys).privateKey);
  certificate.sign(signer, forge.md.sha256.create());
  return { pem: forge.pki.certificateToPem(certificate), privateKey: keys.privateKey, name };
}

/** By OpenSSL: forge's own generator takes seconds. */
function freshKey(bits: number): { privateKey: string } {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: bits });
  return { privateKey: privateKey.export({ type: 'pkcs1', format: 'pem' }) as string };
}

function publicParts(privateKey: string): [forge.jsbn.BigInteger, forge.jsbn.BigInteger] {
  const { n, e } = forge.pki.privateKeyFromPem(privateKey);
  return [n, e];
}

function subject(name: string): forge.pki.CertificateField[] {
  return [
    { name: 'organizationName', value: 'Specs' },
    { name: 'commonName', value: name },
  ];
}

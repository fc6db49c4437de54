import { integer, knownSecrets } from '../../model/index.js';

/** What becomes of requests that were refused. */
export const quarantineSettings = {
  quarantineRequests: integer({
    name: 'QUARANTINE_REQUESTS',
    description:
      'Refused requests that are held, to be released once a secret or a schema is mended; 0 holds none.',
    fallback: '1000',
    min: 0,
    max: 100_000,
  }),
  quarantineMegabytes: integer({
    name: 'QUARANTINE_MEGABYTES',
    description: 'Megabytes of their bodies. A body of more than an eighth of it is not held.',
    fallback: '64',
    min: 1,
    max: 10_000,
  }),
  quarantineDays: integer({
    name: 'QUARANTINE_DAYS',
    description: 'Days for which they are held.',
    fallback: '7',
    min: 1,
    max: 365,
  }),
  doctorSecrets: knownSecrets({
    name: 'DOCTOR_SECRETS',
    description:
      'Secrets that nothing is accepted with, by which the doctor recognises who signed a refused request:\nstripe=whsec_... for a retired one, stripe:test=whsec_... for one with a name of yours; separated by commas.',
  }),
};

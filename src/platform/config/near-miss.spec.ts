import { findNearMisses } from './near-miss.js';
import { settings } from './settings.js';

const known = [
  ...Object.values(settings).map(({ name }) => name),
  'STRIPE_WEBHOOK_SECRET',
  'GITHUB_WEBHOOK_SECRET',
  'PAYPAL_WEBHOOK_ID',
  'PAYPAL_ENV',
  'PAYPAL_WEBHOOK_SECRET',
];

describe('a name that is nearly one of ours', () => {
  it.each([
    ['STRIPE_WEBHOOK_SECRETS', 'STRIPE_WEBHOOK_SECRET'],
    ['STRIPE_WEBHOK_SECRET', 'STRIPE_WEBHOOK_SECRET'],
    ['STRIPE_WEBHOOKSECRET', 'STRIPE_WEBHOOK_SECRET'],
    ['SRTIPE_WEBHOOK_SECRTE', 'STRIPE_WEBHOOK_SECRET'],
    ['stripe_webhook_secret', 'STRIPE_WEBHOOK_SECRET'],
    ['GITHUB_WEBHOOK_SECERT', 'GITHUB_WEBHOOK_SECRET'],
    ['DATABSE_URL', 'DATABASE_URL'],
    ['DATABASE_URI', 'DATABASE_URL'],
    ['REDIS_ULR', 'REDIS_URL'],
    ['OPS_TOKENS', 'OPS_TOKEN'],
    ['OPS-TOKEN', 'OPS_TOKEN'],
    ['MAX_ATTEMPT', 'MAX_ATTEMPTS'],
    ['port', 'PORT'],
  ])('%s is told with %s, which was meant', (given, meant) => {
    expect(findNearMisses([given], known)).toEqual([`${given} is not a setting; did you mean ${meant}?`]);
  });

  it.each([
    'NPM_TOKEN',
    'GITLAB_WEBHOOK_SECRET',
    'HOME',
    'HOSTNAME',
    'HOSTS',
    'POST',
    'PORTS',
    'REDIS_SERVICE_HOST',
    'REDIS_PASSWORD',
    'NODE_OPTIONS',
    'NODE_EXTRA_CA_CERTS',
    'DATABASE_PASSWORD',
    'LOG',
    'LOGNAME',
    'MAIL',
    'PATH',
    '',
  ])("%j is another program's", (name) => {
    expect(findNearMisses([name], known)).toEqual([]);
  });

  it('is none of ours', () => {
    expect(findNearMisses(known, known)).toEqual([]);
  });

  it('is told for every such name', () => {
    expect(findNearMisses(['LOG_LEVL', 'HOME', 'APP_ROL'], known)).toHaveLength(2);
  });
});

import type { Definition } from '../definition.js';
import { gitlabToken } from './gitlab-token.js';
import { hubspot } from './hubspot.js';
import { intercom } from './intercom.js';
import { square } from './square.js';
import { twilio } from './twilio.js';

/** Providers whose rules are data alone. A new one is a file beside this one and a line here. */
export const presetDefinitions: readonly { readonly name: string; readonly definition: Definition }[] = [
  { name: 'square', definition: square },
  { name: 'twilio', definition: twilio },
  { name: 'intercom', definition: intercom },
  { name: 'hubspot', definition: hubspot },
  { name: 'gitlab-token', definition: gitlabToken },
];

import type { EventPattern, Provider } from '../../model/index.js';
import { FIVE_MINUTES } from '../schemes/freshness.js';
import { discordChallenge, readDiscordEnvelope } from './envelope.js';
import type { DiscordEventType, DiscordPayload } from './event-types.js';
import { samples } from './samples.js';
import { envelopeSchema } from './schema.js';
import { discordStandIn, discordVerifier, publicKey, SIGNATURE_HEADERS } from './scheme.js';

export type {
  DiscordAuthorization,
  DiscordDeauthorization,
  DiscordEntitlement,
  DiscordEventType,
  DiscordPayload,
  DiscordUser,
} from './event-types.js';

/** Webhook events of Discord: what its applications are told over HTTP. Interactions are something else. */
export const discord: Provider & {
  /** Which events a workflow is for. */
  event<Type extends DiscordEventType>(type: Type): EventPattern<DiscordPayload<Type>>;
} = {
  name: 'discord',
  documentation: 'https://docs.discord.com/developers/events/webhook-events',
  settings: [publicKey],
  keptHeaders: ['content-type', 'user-agent', ...SIGNATURE_HEADERS],
  signatureHeaders: SIGNATURE_HEADERS,
  retries: { timeoutSeconds: 3, schedule: 'several times within ten minutes, ever more rarely' },
  replies: { accepted: 204, refused: 401 },
  bodyLimit: 1024 * 1024,
  verifier: (read) => discordVerifier(read(publicKey)),
  tolerance: FIVE_MINUTES,
  challenge: discordChallenge,
  envelopeSchema,
  readEnvelope: readDiscordEnvelope,
  samples,
  sign: () => undefined,
  standIn: discordStandIn,
  event: (type) => ({ provider: 'discord', type }),
};

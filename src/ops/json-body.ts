import { Injectable, ValidationPipe, type ArgumentMetadata } from '@nestjs/common';
import { parseJson } from '../ingest/index.js';
import { Problem } from '../platform/http/index.js';
import { validatorPackage } from './field-rules.js';

const STRICT = { transform: true, whitelist: true, forbidNonWhitelisted: true, validatorPackage };

/** Checks the parameters of a query: names and values. */
export const queryOf = (): ValidationPipe => new ValidationPipe(STRICT);

/**
 * Parses a body and checks its names and values. Bodies come as bytes, since webhooks need them so; none is as good
 * as an empty object.
 */
@Injectable()
export class JsonBody extends ValidationPipe {
  constructor() {
    super(STRICT);
  }

  /** @throws {Problem} 400 */
  override async transform(body: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    const parsed =
      Buffer.isBuffer(body) && body.length > 0 ? parseJson(body) : { ok: true as const, value: {} };
    if (!parsed.ok) throw new Problem(400, 'Bad Request', { detail: parsed.message });
    if (parsed.value === null || typeof parsed.value !== 'object' || Array.isArray(parsed.value)) {
      throw new Problem(400, 'Bad Request', { detail: 'Send a JSON object' });
    }
    return (await super.transform(parsed.value, metadata)) as unknown;
  }
}

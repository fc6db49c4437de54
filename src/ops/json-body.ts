import { ValidationPipe, type ArgumentMetadata, type PipeTransform } from '@nestjs/common';
import { parseJson } from '../ingest/index.js';
import { Problem } from '../platform/http/index.js';
import { loadRules } from './field-rules.js';

const STRICT = { transform: true, whitelist: true, forbidNonWhitelisted: true };

let opened: Promise<ValidationPipe> | undefined;

async function openValidation(): Promise<ValidationPipe> {
  await loadRules();
  return new ValidationPipe(STRICT);
}

/** Checks names and values by the rules of a class. */
class Validation implements PipeTransform {
  async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    const validation = await (opened ??= openValidation());
    return (await validation.transform(value, metadata)) as unknown;
  }
}

/** Checks the parameters of a query: names and values. */
export const queryOf = (): PipeTransform => new Validation();

/**
 * Parses a body and checks its names and values. Bodies come as bytes, since webhooks need them so; none is as good
 * as an empty object.
 */
export class JsonBody extends Validation {
  /** @throws {Problem} 400 */
  override async transform(body: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    const parsed =
      Buffer.isBuffer(body) && body.length > 0 ? parseJson(body) : { ok: true as const, value: {} };
    if (!parsed.ok) throw new Problem(400, 'Bad Request', { detail: parsed.message });
    if (parsed.value === null || typeof parsed.value !== 'object' || Array.isArray(parsed.value)) {
      throw new Problem(400, 'Bad Request', { detail: 'Send a JSON object' });
    }
    return super.transform(parsed.value, metadata);
  }
}

import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import type { JsonSchema, Provider, SchemaPart } from '../model/index.js';

/** Characters of a reason. */
const REASON_LIMIT = 200;

/** Checks payloads by their providers' schemas. Each is loaded and compiled when it is first needed, which takes time. */
export class PayloadChecker {
  /** By provider and type, as far as there is a schema. */
  private readonly validators = new Map<string, ValidateFunction>();
  /** Names under which documents are known to the compiler. */
  private readonly documents = new Map<JsonSchema, string>();

  // The schemas are others', with keywords of their own, and their formats were never meant to be checked.
  private readonly compiler = new Ajv2020({
    strict: false,
    validateFormats: false,
    validateSchema: false,
    ownProperties: true,
    logger: false,
  });

  constructor(private readonly providers: readonly Provider[]) {}

  /** @returns the first thing that does not fit; undefined if all does, or there is no schema */
  check(provider: string, type: string, body: Buffer): string | undefined {
    const validate = this.validatorOf(provider, type);
    if (validate === undefined || validate(JSON.parse(body.toString('utf8')))) return undefined;
    // Of alternatives that were tried in vain, that comes last which says so.
    const error = validate.errors?.at(-1);
    return error === undefined ? undefined : reasonOf(error);
  }

  private validatorOf(provider: string, type: string): ValidateFunction | undefined {
    const key = `${provider} ${type}`;
    const known = this.validators.get(key);
    if (known !== undefined) return known;
    const part = this.providers.find(({ name }) => name === provider)?.payloadSchema?.(type);
    if (part === undefined) return undefined;
    const validate = this.compile(part);
    this.validators.set(key, validate);
    return validate;
  }

  private compile({ document, pointer }: SchemaPart): ValidateFunction {
    const id = this.documents.get(document) ?? `document:${this.documents.size}`;
    if (!this.documents.has(document)) {
      this.documents.set(document, id);
      this.compiler.addSchema(document, id);
    }
    const validate = this.compiler.getSchema(`${id}#${pointer}`);
    if (validate === undefined) throw new Error(`The document has no schema at ${pointer}`);
    return validate;
  }
}

/** Without values, and the same for every element of a list: it is counted. */
function reasonOf({ instancePath, message }: ErrorObject): string {
  const path = instancePath.replace(/\/\d+(?=\/|$)/g, '/*');
  return `${path} ${message ?? 'does not fit'}`.trim().slice(0, REASON_LIMIT);
}

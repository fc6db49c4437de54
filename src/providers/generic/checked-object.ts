/** What a text must look like, and the sentence that says so. */
export interface TextShape {
  readonly pattern: RegExp;
  readonly message: string;
}

/**
 * An object of a JSON file that people write, read field by field. Every fault is noted by its JSON pointer, and
 * none with the value: a secret may stand in the wrong place. What a faulty field gives is not to be used.
 */
export class CheckedObject {
  private constructor(
    private readonly values: Readonly<Record<string, unknown>>,
    private readonly path: string,
    private readonly faults: string[],
  ) {}

  /**
   * @param fields all that may stand in it; anything else is a fault, for it would be as good as not said
   * @returns `undefined` if it is no object, which is a fault
   */
  static open(
    value: unknown,
    path: string,
    fields: readonly string[],
    faults: string[],
  ): CheckedObject | undefined {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      faults.push(`${path} must be an object`);
      return undefined;
    }
    for (const name of Object.keys(value).filter((key) => !fields.includes(key))) {
      faults.push(`${path}/${name} is not known; there are ${fields.join(', ')}`);
    }
    return new CheckedObject(value as Record<string, unknown>, path, faults);
  }

  fault(name: string, message: string): void {
    this.faults.push(`${this.path}/${name} ${message}`);
  }

  has(name: string): boolean {
    return this.value(name) !== undefined;
  }

  value(name: string): unknown {
    return Object.hasOwn(this.values, name) ? this.values[name] : undefined;
  }

  /** An object in it; `undefined` if there is none, or what is there is none. */
  section(name: string, fields: readonly string[]): CheckedObject | undefined {
    const value = this.value(name);
    if (value === undefined) return undefined;
    return CheckedObject.open(value, `${this.path}/${name}`, fields, this.faults);
  }

  /** @param fallback if it may be absent */
  text(name: string, shape: TextShape, fallback?: string): string {
    const given = this.value(name) ?? fallback;
    if (typeof given === 'string' && (given === fallback || shape.pattern.test(given))) return given;
    this.demand(name, shape.message);
    return '';
  }

  choice<const C extends string>(name: string, choices: readonly C[], fallback?: C): C | undefined {
    const given = this.value(name) ?? fallback;
    const chosen = choices.find((candidate) => candidate === given);
    if (chosen === undefined) this.demand(name, `must be one of ${choices.join(', ')}`);
    return chosen;
  }

  integer(name: string, { min, max }: { min: number; max: number }): number | undefined {
    const value = this.value(name);
    if (value === undefined) return undefined;
    if (Number.isInteger(value) && (value as number) >= min && (value as number) <= max)
      return value as number;
    this.fault(name, `must be a whole number from ${min} to ${max}`);
    return undefined;
  }

  flag(name: string): boolean {
    const value = this.value(name) ?? false;
    if (typeof value !== 'boolean') this.fault(name, 'must be true or false');
    return value === true;
  }

  /** A fault of a field that must be there. */
  demand(name: string, message: string): void {
    this.fault(name, this.has(name) ? message : `is missing: it ${message}`);
  }
}

import type { SignedParts } from '../schemes/hmac.js';

const PLACEHOLDERS = ['url', 'timestamp', 'id', 'body', 'sortedForm'] as const;

export type Placeholder = (typeof PLACEHOLDERS)[number];

/** What is signed: texts and what takes the place of a name in braces. */
export type SignedTemplate = readonly ({ readonly text: string } | { readonly placeholder: Placeholder })[];

export type TemplateReading = { ok: true; template: SignedTemplate } | { ok: false; fault: string };

/** Reads a template such as `{timestamp}.{body}`. */
export function parseTemplate(text: string): TemplateReading {
  const template: SignedTemplate[number][] = [];
  for (const [piece, name, literal] of text.matchAll(/\{([^{}]*)\}|([^{}]+)|[{}]/g)) {
    const placeholder = PLACEHOLDERS.find((candidate) => candidate === name);
    if (literal !== undefined) template.push({ text: piece });
    else if (placeholder !== undefined) template.push({ placeholder });
    else return { ok: false, fault: `has ${name === undefined ? 'a brace alone' : piece}; ${known()}` };
  }
  const bodies = template.filter(isBody).length;
  return bodies === 1
    ? { ok: true, template }
    : { ok: false, fault: 'must have {body} or {sortedForm}, once: else the body is not signed, or twice' };
}

function known(): string {
  return `there are ${PLACEHOLDERS.map((name) => `{${name}}`).join(', ')}`;
}

function isBody(part: SignedTemplate[number]): boolean {
  return 'placeholder' in part && (part.placeholder === 'body' || part.placeholder === 'sortedForm');
}

export function hasPlaceholder(template: SignedTemplate, placeholder: Placeholder): boolean {
  return template.some((part) => 'placeholder' in part && part.placeholder === placeholder);
}

export function fillTemplate(
  template: SignedTemplate,
  values: Readonly<Record<Placeholder, string | Buffer>>,
): SignedParts {
  return template.map((part) => ('text' in part ? part.text : values[part.placeholder]));
}

import winston from 'winston';
import { OWN } from './elastic-common-schema.js';
import { escapeForTerminal } from './escape-for-terminal.js';

/** The same in every line, or said in another way. */
const LEFT_OUT = /^(?:message|level|@timestamp|ecs\.version|log\.level|service\..+|event\.dataset)$/;

/** `error` between the two sequences that colour it. */
const PADDED_LEVEL = 15;

/** A line of the log as a person reads it on a terminal: time, level, what happened, and the fields after it. */
export function readable(): winston.Logform.Format {
  const { combine, colorize, printf } = winston.format;
  return combine(colorize(), printf(toLine));
}

function toLine({ level, message, [OWN]: own, ...fields }: winston.Logform.TransformableInfo): string {
  const shown = Object.entries({ ...(own as Record<string, unknown> | undefined), ...fields });
  return [
    String(fields['@timestamp']).slice('2026-01-01T'.length, -1),
    level.padEnd(PADDED_LEVEL),
    escapeForTerminal(String(message)),
    ...shown.filter(([name]) => !LEFT_OUT.test(name)).map(([name, value]) => `${name}=${inOneLine(value)}`),
  ].join(' ');
}

/** Bare where nothing in it could be mistaken. */
function inOneLine(value: unknown): string {
  if (typeof value === 'string' && /^[\w.:/@+-]+$/.test(value)) return value;
  return escapeForTerminal(JSON.stringify(value));
}

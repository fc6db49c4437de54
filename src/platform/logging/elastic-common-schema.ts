import { ecsFormat } from '@elastic/ecs-winston-format';
import { LEVEL, MESSAGE } from 'triple-beam';
import winston from 'winston';
import { escapeForTerminal } from './escape-for-terminal.js';

/** What every line says of who wrote it. */
export interface LoggedService {
  readonly name: string;
  readonly environment: string;
  /** Tells apart the processes of one service. */
  readonly node: string;
}

/** Where everything stands that the schema has no place for: under a name of ours it meets no field of another type. */
export const OWN = 'integration';

/** The places of those that the schema knows (https://www.elastic.co/guide/en/ecs/current/ecs-field-reference.html). */
const PLACES: ReadonlyMap<string, string> = new Map([
  ['message', 'message'],
  ['correlationId', 'http.request.id'],
  ['traceId', 'trace.id'],
  ['source', 'source.ip'],
  ['context', 'log.logger'],
]);

const NANOSECONDS_PER_MILLISECOND = 1e6;

/** A line as Elastic's stack takes it, without any parsing of its own. */
export function elasticCommonSchema({ name, environment, node }: LoggedService): winston.Logform.Format {
  return winston.format.combine(
    place(),
    ecsFormat({
      serviceName: name,
      serviceEnvironment: environment,
      serviceNodeName: node,
      convertErr: false,
      apmIntegration: false,
    }),
    forTerminals(),
  );
}

/** Files are looked at on a terminal, too. */
const forTerminals = winston.format((info) =>
  Object.assign(info, { [MESSAGE]: escapeForTerminal(String(info[MESSAGE])) }),
);

const place = winston.format(({ level, ...fields }) => {
  const placed: Record<string, unknown> = {};
  const own: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    const known = PLACES.get(name);
    if (known !== undefined) placed[known] = value;
    else if (name === 'error') placed['error'] = errorFields(value, level);
    else if (name === 'durationMs') placed['event.duration'] = Number(value) * NANOSECONDS_PER_MILLISECOND;
    else own[name] = value;
  }
  return {
    level,
    message: '',
    ...placed,
    ...(Object.keys(own).length > 0 && { [OWN]: own }),
    [LEVEL]: level,
  };
});

/** A stack shows where our fault is; of what others cause it would tell nothing. */
function errorFields(error: unknown, level: string): Record<string, unknown> {
  if (!(error instanceof Error)) return { message: String(error) };
  const { name, message, stack } = error;
  return { type: name, message, ...(level === 'error' && { stack_trace: stack }) };
}

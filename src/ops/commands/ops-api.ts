import { loadConfig } from '../../load-config.js';
import type { Config } from '../../platform/config/index.js';
import { say } from './command.js';

/** Where the service listens. @param url what was typed instead */
export function addressOf(config: Config, url?: string): string {
  return (url ?? `http://localhost:${config.port}`).replace(/\/$/, '');
}

/** @throws a sentence for whoever typed the command, if nobody answers */
export async function reach(url: string, request: RequestInit): Promise<Response> {
  try {
    return await fetch(url, request);
  } catch (error) {
    const cause = (error as Error).cause;
    const why = cause instanceof Error ? cause.message : String(error);
    throw new Error(`No answer from ${url}: ${why}. Is it running? Try npm start.`, { cause: error });
  }
}

const WRONG_TOKEN =
  'the OPS_TOKEN of the environment, or of the .env in this folder, is not that of the service';

/** The operations API of a running service, for commands. What it refuses is thrown as its sentence. */
export class OpsApi {
  private readonly base: string;
  private readonly token: string;

  /** @param url of the service; by default the one of this folder */
  constructor(url?: string) {
    const { config } = loadConfig(say);
    this.base = `${addressOf(config, url)}/api/v1`;
    this.token = config.opsToken;
  }

  async get<Reply>(path: string): Promise<Reply> {
    return this.ask<Reply>(path, { method: 'GET' });
  }

  async post<Reply>(path: string, body: unknown = {}): Promise<Reply> {
    return this.ask<Reply>(path, { method: 'POST', body: JSON.stringify(body) });
  }

  private async ask<Reply>(path: string, request: RequestInit): Promise<Reply> {
    const headers = { authorization: `Bearer ${this.token}`, 'content-type': 'application/json' };
    const reply = await reach(this.base + path, { ...request, headers });
    const text = await reply.text();
    if (reply.status === 401) throw new Error(`401 Unauthorized: ${WRONG_TOKEN}`);
    if (!reply.ok) throw new Error(explainProblem(reply.status, text));
    return JSON.parse(text) as Reply;
  }
}

/** What a problem+json (RFC 9457) says, in one line. */
function explainProblem(status: number, text: string): string {
  try {
    const { title, detail, errors } = JSON.parse(text) as {
      title: string;
      detail?: string;
      errors?: { message: string }[];
    };
    const more = [detail, ...(errors ?? []).map(({ message }) => message)].filter(
      (part) => part !== undefined,
    );
    return [`${status} ${title}`, ...more].join(': ');
  } catch {
    return `${status}: ${text.slice(0, 200)}`;
  }
}

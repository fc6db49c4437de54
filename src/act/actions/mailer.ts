import { randomUUID } from 'node:crypto';
import { mkdir, open, rename } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type * as Nodemailer from 'nodemailer';
import type { SendMailOptions } from 'nodemailer';
import { ActionError } from '../../model/index.js';

/** Where there is no mail server, nodemailer is loaded with the first message. */
const load = createRequire(import.meta.url);
const loadNodemailer = (): typeof Nodemailer => load('nodemailer') as typeof Nodemailer;

/** Token under which the {@link Mailer} is injected. */
export const MAILER = Symbol('MAILER');

/** Hands messages over. */
export interface Mailer {
  /** Name of the circuit of the server, `smtp:<host>:<port>`; undefined where there is no server. */
  readonly circuit: string | undefined;
  /**
   * @returns the message id
   * @throws {ActionError} `target_refused` and `target_unavailable` if the message was certainly not
   *   taken, `outcome_unknown` if it may have been
   */
  send(message: SendMailOptions): Promise<string>;
  close(): void;
}

/** Milliseconds that an SMTP server may stay silent. */
const SMTP_TIMEOUT_MS = 10_000;

/** A message that shows the stream of its text, once a connection asks for it. */
type ObservedMessage = SendMailOptions & { readonly observe: (text: Readable) => void };

/** Sends by SMTP over a few kept connections. */
export function createSmtpMailer(url: string, from: string): Mailer {
  const transport = loadNodemailer().createTransport(
    {
      url,
      pool: true,
      connectionTimeout: SMTP_TIMEOUT_MS,
      greetingTimeout: SMTP_TIMEOUT_MS,
      socketTimeout: SMTP_TIMEOUT_MS,
    },
    { from },
  );
  transport.use('stream', ({ data, message }, done) => {
    const createReadStream = message.createReadStream.bind(message);
    message.createReadStream = (options) => {
      const text = createReadStream(options);
      (data as ObservedMessage).observe(text);
      return text;
    };
    done();
  });
  return {
    circuit: circuitOf(url),
    async send(message) {
      let text: Readable | undefined;
      const observed: ObservedMessage = { ...message, observe: (stream) => (text = stream) };
      try {
        return (await transport.sendMail(observed)).messageId;
      } catch (error) {
        // The text is not read before the server has said that it waits for it.
        throw toActionError(error, text?.readableDidRead ?? false);
      }
    },
    close: () => transport.close(),
  };
}

/** Ports of submission without one in the URL, as nodemailer takes them: 587, and 465 for TLS from the start. */
function circuitOf(url: string): string {
  const { protocol, hostname, port } = new URL(url);
  return `smtp:${hostname}:${port || (protocol === 'smtps:' ? '465' : '587')}`;
}

/**
 * A reply of the server says for certain that the message was not taken: 4yz for now, 5yz for good
 * (RFC 5321, section 4.2.1). Without one it is certain only as long as nothing of the message was under way.
 */
function toActionError(error: unknown, underWay: boolean): ActionError {
  const { code, responseCode, message } = error as Error & { code?: string; responseCode?: number };
  const options = { cause: error };
  if (responseCode !== undefined) {
    return new ActionError(responseCode >= 500 ? 'target_refused' : 'target_unavailable', message, options);
  }
  if (underWay) return new ActionError('outcome_unknown', message, options);
  if (code === 'EENVELOPE' || code === 'EMESSAGE') return new ActionError('input_invalid', message, options);
  return new ActionError('target_unavailable', message, options);
}

/** Writes messages as `.eml` files, which mail programs open: for development without an SMTP server. */
export function createFolderMailer(folder: string, from: string): Mailer {
  const createTransport = () =>
    loadNodemailer().createTransport({ streamTransport: true, buffer: true }, { from });
  let transport: ReturnType<typeof createTransport> | undefined;
  return {
    circuit: undefined,
    async send(message) {
      transport ??= createTransport();
      const { messageId, message: text } = await transport.sendMail(message);
      await mkdir(folder, { recursive: true });
      const name = `${new Date().toISOString().replaceAll(':', '-')}-${randomUUID()}.eml`;
      await writeDurably(folder, name, text as Buffer);
      return messageId;
    },
    close: () => transport?.close(),
  };
}

/** Under its final name the file is whole, even after a crash. */
async function writeDurably(folder: string, name: string, content: Buffer): Promise<void> {
  const unfinished = join(folder, `.${name}.part`);
  const file = await open(unfinished, 'wx');
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(unfinished, join(folder, name));
}

import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { SendMailOptions } from 'nodemailer';
import { ActionError, type Action } from '../../model/index.js';
import type { Performer, StepContext } from '../action.js';
import { MAILER, type Mailer } from './mailer.js';

export interface EmailInput {
  /** Without a recipient nothing is sent: many events name none, and that is no failure. */
  readonly to: string | null | undefined;
  readonly subject: string;
  readonly text: string;
}

export type EmailOutput = { readonly messageId: string } | { readonly skipped: 'no recipient' };

/** Sends an e-mail. SMTP cannot tell a repetition, so an unknown outcome is left to a person. */
export const email: Action<EmailInput, EmailOutput> = { name: 'email', effect: 'external' };

@Injectable()
export class EmailPerformer implements Performer<EmailInput, EmailOutput>, OnApplicationShutdown {
  readonly action = email;

  constructor(@Inject(MAILER) private readonly mailer: Mailer) {}

  async perform({ to, subject, text }: EmailInput, { entry, event }: StepContext): Promise<EmailOutput> {
    if (!hasRecipient(to)) return { skipped: 'no recipient' };
    if (typeof (to as unknown) !== 'string' || !/^[^\s@<>,;]+@[^\s@<>,;]+$/.test(to)) {
      throw new ActionError('input_invalid', 'The recipient is not an e-mail address');
    }
    const message: SendMailOptions = {
      to,
      subject,
      text,
      headers: { 'X-Event-Id': event.id, 'X-Idempotency-Key': entry.idempotencyKey },
    };
    return { messageId: await this.mailer.send(message) };
  }

  circuit({ to }: EmailInput): string | undefined {
    return hasRecipient(to) ? this.mailer.circuit : undefined;
  }

  onApplicationShutdown(): void {
    this.mailer.close();
  }
}

function hasRecipient(to: EmailInput['to']): to is string {
  return to !== null && to !== undefined && to !== '';
}

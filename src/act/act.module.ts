import { Module } from '@nestjs/common';
import { join } from 'node:path';
import { CONFIG, type Config } from '../platform/config/index.js';
import { StoreModule } from '../store/index.js';
import { PERFORMERS, type Performer } from './action.js';
import { EmailPerformer } from './actions/email.action.js';
import { HttpPerformer } from './actions/http.action.js';
import { LogPerformer } from './actions/log.action.js';
import { createFolderMailer, createSmtpMailer, MAILER } from './actions/mailer.js';
import { PersistPerformer } from './actions/persist.action.js';
import { TaskExecutor } from './task-executor.js';

/** Every action's performer; a new action is one file and one line here. */
const performers = [LogPerformer, PersistPerformer, EmailPerformer, HttpPerformer];

@Module({
  imports: [StoreModule],
  providers: [
    {
      provide: MAILER,
      inject: [CONFIG],
      useFactory: ({ smtpUrl, mailFrom, dataDir }: Config) =>
        smtpUrl === ''
          ? createFolderMailer(join(dataDir, 'mail'), mailFrom)
          : createSmtpMailer(smtpUrl, mailFrom),
    },
    ...performers,
    {
      provide: PERFORMERS,
      inject: performers,
      useFactory: (...all: Performer<unknown, unknown>[]) => all,
    },
    TaskExecutor,
  ],
  exports: [TaskExecutor],
})
export class ActModule {}

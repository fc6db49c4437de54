import { choice, text } from '../../model/index.js';

/** What is logged, where and how. */
export const loggingSettings = {
  logDir: text({
    name: 'LOG_DIR',
    description: 'Folder of combined.log and error.log, which rotate at 100 MB; five of each are kept.',
    fallback: 'logs',
  }),
  logLevel: choice({
    name: 'LOG_LEVEL',
    description: 'error, warn, info or debug. PUT /api/v1/log-level changes it for a while.',
    fallback: 'info',
    choices: ['error', 'warn', 'info', 'debug'],
  }),
  logFormat: choice({
    name: 'LOG_FORMAT',
    description:
      'Lines on the console: json (Elastic Common Schema, as in the files), readable, or auto, which is readable on a\nterminal and json elsewhere.',
    fallback: 'auto',
    choices: ['auto', 'json', 'readable'],
  }),
};

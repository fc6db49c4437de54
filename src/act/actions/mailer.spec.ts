import { EmailPerformer } from './email.action.js';
import { createFolderMailer, createSmtpMailer } from './mailer.js';

describe('the circuit of a mailer', () => {
  it.each([
    ['smtp://mail.example.org', 'smtp:mail.example.org:587'],
    ['smtps://mail.example.org', 'smtp:mail.example.org:465'],
    ['SMTP://user:pa%40ss@mail.example.org:2525/?pool=true', 'smtp:mail.example.org:2525'],
    ['smtp://[::1]:25', 'smtp:[::1]:25'],
  ])('over %s is %s', (url, circuit) => {
    const mailer = createSmtpMailer(url, 'a@example.org');
    expect(mailer.circuit).toBe(circuit);
    mailer.close();
  });

  it('is needed only where there is somebody to write to', () => {
    const performer = new EmailPerformer(createSmtpMailer('smtp://mail.example.org', 'a@example.org'));
    const letter = { subject: 'Receipt', text: 'Thank you' };
    expect(performer.circuit({ ...letter, to: 'b@example.org' })).toBe('smtp:mail.example.org:587');
    for (const to of ['', null, undefined]) expect(performer.circuit({ ...letter, to })).toBeUndefined();
    performer.onApplicationShutdown();
  });

  it('into a folder is none', () => {
    expect(createFolderMailer('mail', 'a@example.org').circuit).toBeUndefined();
  });
});

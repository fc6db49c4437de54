import { jobId, jobNumber, queueName } from './run-job.js';

describe('queue names and job ids', () => {
  const RUN = '01a4b3c2-0000-7000-8000-000000000001';

  it('are one for each provider, each run and each dispatch', () => {
    expect(new Set(['stripe', 'paypal', 'github'].map(queueName)).size).toBe(3);
    expect(new Set([jobId(RUN, 1), jobId(RUN, 11), jobId(`${RUN}0`, 1)]).size).toBe(3);
  });

  it('tell which job of its run a job is', () => {
    expect([jobId(RUN, 1), jobId(RUN, 12)].map(jobNumber)).toEqual([1, 12]);
    expect(['', 'by hand', `${RUN}-`].map(jobNumber)).toEqual([0, 0, 0]);
  });

  it('have no colon, which BullMQ takes for its own', () => {
    expect(queueName('stripe') + jobId(RUN, 1)).not.toContain(':');
  });
});

export interface ProblemBody {
  readonly status: number;
  readonly title: string;
  readonly correlationId: string;
  readonly detail?: string;
  readonly reason?: string;
  readonly errors?: readonly { readonly path?: string; readonly message: string }[];
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The body of a refusal, after checking what every refusal has in common. */
export async function problemOf(reply: Response, status: number): Promise<ProblemBody> {
  const text = await reply.text();
  expect({ status: reply.status, text }).toEqual({ status, text });
  expect(reply.headers.get('content-type')).toMatch(/^application\/problem\+json(;|$)/);
  const body = JSON.parse(text) as ProblemBody;
  const correlationId = reply.headers.get('x-correlation-id');
  expect(correlationId).toMatch(UUID);
  expect(body).toMatchObject({ type: 'about:blank', status, correlationId });
  expect(body.title).not.toBe('');
  // Nobody is told about our insides.
  expect(text).not.toMatch(/node_modules|\.js:|\.ts:|FST_|SELECT|INSERT/);
  return body;
}

/** A refusal after which the sender is to try again. */
export async function retryLater(reply: Response): Promise<ProblemBody> {
  const problem = await problemOf(reply, 503);
  expect(Number(reply.headers.get('retry-after'))).toBeGreaterThan(0);
  return problem;
}

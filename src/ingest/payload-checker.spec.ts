import examples from '@octokit/webhooks-examples/api.github.com/index.json' with { type: 'json' };
import { readFileSync } from 'node:fs';
import type { JsonSchema } from '../model/index.js';
import { providers } from '../providers/index.js';
import { PayloadChecker } from './payload-checker.js';

const versionOf = (name: string) =>
  (JSON.parse(readFileSync(`node_modules/${name}/package.json`, 'utf8')) as { version: string }).version;

describe("GitHub's payloads", () => {
  const checker = new PayloadChecker(providers);
  const check = (type: string, payload: unknown) =>
    checker.check('github', type, Buffer.from(JSON.stringify(payload)));

  /** An example that fits. */
  const star = examples
    .find(({ name }) => name === 'star')
    ?.examples.find((example) => check('star.deleted', example) === undefined) as Record<string, unknown>;

  it('are typed by the version that they are checked by', () => {
    expect(versionOf('@octokit/webhooks-schemas')).toBe(versionOf('@octokit/webhooks-types'));
  });

  it.each(['push', 'ping', 'pull_request'])('of the kind %s fit, but for those of old', (wanted) => {
    const payloads = examples.find(({ name }) => name === wanted)?.examples ?? [];
    const reasons = payloads.map((payload) => {
      const action = (payload as { action?: string }).action;
      return check(action === undefined ? wanted : `${wanted}.${action}`, payload);
    });
    expect(reasons).toContain(undefined);
    // GitHub has added fields since these were taken.
    for (const reason of reasons) expect(reason ?? 'must have required').toContain('must have required');
  });

  it('may have fields that nobody knew of', () => {
    expect(
      check('star.deleted', { ...star, news: [{ a: 1 }], repository: star['repository'] }),
    ).toBeUndefined();
  });

  it('that lack a field, or have another type, are named by path, without a value', () => {
    const repository = star['repository'] as Record<string, unknown>;
    expect(check('star.deleted', { ...star, repository: { ...repository, full_name: 7 } })).toBe(
      '/repository/full_name must be string',
    );
    const { sender: _sender, ...anonymous } = star;
    expect(check('star.deleted', anonymous)).toBe("must have required property 'sender'");
  });

  it('are not checked where there is no schema', () => {
    expect(check('star.exploded', {})).toBeUndefined();
    expect(check('constructor', {})).toBeUndefined();
    expect(checker.check('stripe', 'charge.refunded', Buffer.from('{}'))).toBeUndefined();
    expect(checker.check('nobody', 'push', Buffer.from('{}'))).toBeUndefined();
  });

  it('of a type whose actions are whatever their sender chose have one schema', () => {
    expect(check('repository_dispatch.anything', {})).toMatch(/^must have required property/);
  });
});

describe('a checker', () => {
  const [stripe] = providers;
  const document: JsonSchema = {
    $defs: { list: { type: 'array', items: { type: 'object', properties: { id: { type: 'string' } } } } },
  };
  const checker = new PayloadChecker([
    { ...stripe!, payloadSchema: (type) => ({ document, pointer: `/$defs/${type}` }) },
  ]);

  it('tells what is wrong with an element without saying with which', () => {
    const body = (index: number) =>
      Buffer.from(JSON.stringify([...Array<object>(index).fill({}), { id: 7 }]));
    expect(checker.check('stripe', 'list', body(3))).toBe('/*/id must be string');
    expect(checker.check('stripe', 'list', body(0))).toBe('/*/id must be string');
  });

  it('says so when its document has no such schema', () => {
    expect(() => checker.check('stripe', 'other', Buffer.from('{}'))).toThrow();
  });
});

import type { lookup, LookupAddress } from 'node:dns';
import { lookupPublic, PrivateAddressError } from './public-connector.js';

/** A name server whose answers are given, one after the other. */
function answering(...answers: (readonly string[] | Error)[]): typeof lookup {
  const resolve = (
    _hostname: string,
    _options: unknown,
    callback: (error: Error | null, addresses: LookupAddress[]) => void,
  ): void => {
    const answer = answers.shift() ?? new Error('asked too often');
    if (answer instanceof Error) callback(answer, []);
    else
      callback(
        null,
        answer.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      );
  };
  return resolve as typeof lookup;
}

const ask = (resolve: typeof lookup, all: boolean): Promise<unknown[]> =>
  new Promise((done) => lookupPublic(resolve)('shop.example.org', { all }, (...result) => done(result)));

describe('a name', () => {
  it('resolves to its public addresses', async () => {
    const answer = ['10.0.0.1', '8.8.8.8', '::1', '2606:4700::1111'];
    expect(await ask(answering(answer), true)).toEqual([
      null,
      [
        { address: '8.8.8.8', family: 4 },
        { address: '2606:4700::1111', family: 6 },
      ],
    ]);
    expect(await ask(answering(answer), false)).toEqual([null, '8.8.8.8', 4]);
  });

  it.each([true, false])('with private addresses only is refused (all: %j)', async (all) => {
    const [error] = await ask(answering(['10.0.0.1', '::ffff:127.0.0.1']), all);
    expect(error).toEqual(new PrivateAddressError('shop.example.org', ['10.0.0.1', '::ffff:127.0.0.1']));
    expect(String(error)).toContain('shop.example.org (10.0.0.1, ::ffff:127.0.0.1) is not a public address');
  });

  it('is judged anew for every connection', async () => {
    const rebinding = answering(['8.8.8.8'], ['127.0.0.1']);
    expect(await ask(rebinding, false)).toEqual([null, '8.8.8.8', 4]);
    expect(await ask(rebinding, false)).toEqual([expect.any(PrivateAddressError), []]);
  });

  it('that is not known is so', async () => {
    const unknown = new Error('getaddrinfo ENOTFOUND');
    expect(await ask(answering(unknown), true)).toEqual([unknown, []]);
  });
});

import { readHeaderTexts } from './header-texts.js';

const WANTED = {
  topic: { name: 'X-Shop-Topic', pattern: /^[a-z/]{1,20}$/, content: 'a topic such as "orders/paid"' },
  id: { name: 'X-Shop-Id', pattern: /^\d{1,20}$/, content: 'the id of the delivery' },
};

const read = (headers: Record<string, string[]>) => readHeaderTexts(headers, WANTED);

describe('readHeaderTexts', () => {
  it('gives the texts by the parts that they are', () => {
    expect(read({ 'x-shop-topic': ['orders/paid'], 'x-shop-id': ['7'] })).toEqual({
      outcome: 'read',
      texts: { topic: 'orders/paid', id: '7' },
    });
  });

  it('names every header that is missing, doubled or wrong, and not what it says', () => {
    const topic = { path: 'X-Shop-Topic', message: 'must be sent once, with a topic such as "orders/paid"' };
    const id = { path: 'X-Shop-Id', message: 'is missing: must be sent once, with the id of the delivery' };
    expect(read({ 'x-shop-topic': ['SECRET'] })).toEqual({ outcome: 'invalid', faults: [topic, id] });
    expect(read({ 'x-shop-topic': ['a', 'a'], 'x-shop-id': ['7'] })).toMatchObject({
      faults: [{ path: 'X-Shop-Topic' }],
    });
  });
});

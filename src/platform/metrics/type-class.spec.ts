import { typeClass } from './type-class.js';

describe('the class of a type', () => {
  it.each([
    ['payment_intent.succeeded', 'payment_intent'],
    ['customer.subscription.updated', 'customer'],
    ['PAYMENT.CAPTURE.COMPLETED', 'PAYMENT'],
    ['orders/create', 'orders'],
    ['push', 'push'],
    ['', 'other'],
    ['.hidden', 'other'],
    ['with space', 'other'],
    ['7', 'other'],
    ['x'.repeat(41), 'other'],
  ])('%s is %s', (type, expected) => {
    expect(typeClass('of-names', type)).toBe(expected);
  });

  it('has few values, for each provider by itself', () => {
    const classes = (provider: string) =>
      new Set(Array.from({ length: 10_000 }, (_, index) => typeClass(provider, `t${index}.done`)));
    expect(classes('flooded').size).toBe(101);
    expect(typeClass('flooded', 't5.done')).toBe('t5');
    expect(typeClass('flooded', 'late.done')).toBe('other');
    expect(typeClass('calm', 'late.done')).toBe('late');
  });
});

import { formatTraceparent, newTraceparent, parseTraceparent } from './traceparent.js';

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN_ID = '00f067aa0ba902b7';

describe('a traceparent', () => {
  it.each([
    ['00', false],
    ['01', true],
    ['03', true],
    ['fe', false],
  ])('with the flags %s is read', (flags, sampled) => {
    expect(parseTraceparent(`00-${TRACE_ID}-${SPAN_ID}-${flags}`)).toEqual({
      traceId: TRACE_ID,
      spanId: SPAN_ID,
      sampled,
    });
  });

  it.each([
    '',
    `01-${TRACE_ID}-${SPAN_ID}-01`,
    `00-${TRACE_ID.toUpperCase()}-${SPAN_ID}-01`,
    `00-${'0'.repeat(32)}-${SPAN_ID}-01`,
    `00-${TRACE_ID}-${'0'.repeat(16)}-01`,
    `00-${TRACE_ID}-${SPAN_ID}-01-more`,
    `00-${TRACE_ID}-${SPAN_ID}-01, 00-${TRACE_ID}-${SPAN_ID}-01`,
    `00-${TRACE_ID}-${SPAN_ID}`,
  ])('is not %j', (text) => {
    expect(parseTraceparent(text)).toBeUndefined();
  });

  it('is written as it is read', () => {
    const text = `00-${TRACE_ID}-${SPAN_ID}-01`;
    expect(formatTraceparent({ traceId: TRACE_ID, spanId: SPAN_ID, sampled: true })).toBe(text);
  });

  it('that is new begins a trace of its own, which is not sampled', () => {
    const [one, other] = [newTraceparent(), newTraceparent()].map(parseTraceparent);
    expect(one?.sampled).toBe(false);
    expect(one?.traceId).not.toBe(other?.traceId);
  });
});

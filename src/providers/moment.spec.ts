import { momentFromIso, momentFromIsoInUtc, momentFromMillis, momentFromSeconds } from './moment.js';

describe('momentFromIso', () => {
  it.each([
    ['2026-03-01T12:00:00Z', '2026-03-01T12:00:00.000Z'],
    ['2026-03-01T12:00:00.123456Z', '2026-03-01T12:00:00.123Z'],
    ['2026-03-01T12:00:00+02:00', '2026-03-01T10:00:00.000Z'],
    ['9999-12-31T23:59:59Z', '9999-12-31T23:59:59.000Z'],
  ])('reads %s', (text, iso) => {
    expect(momentFromIso(text)?.toISOString()).toBe(iso);
  });

  it.each([
    undefined,
    null,
    1772366400,
    '',
    'now',
    '2026-03-01',
    '2026-03-01T12:00:00',
    '2026-13-01T12:00:00Z',
    '2026-03-01T25:00:00Z',
    ' 2026-03-01T12:00:00Z',
    '2026-03-01T12:00:00Z\n',
    '1969-12-31T23:59:59Z',
    '9999-12-31T23:59:59-12:00',
    '+012026-03-01T12:00:00Z',
  ])('refuses %j', (value) => {
    expect(momentFromIso(value)).toBeNull();
  });
});

describe('momentFromIsoInUtc', () => {
  it.each([
    ['2024-10-18T14:42:53.064834', '2024-10-18T14:42:53.064Z'],
    ['2024-10-18T14:42:53+02:00', '2024-10-18T12:42:53.000Z'],
  ])('reads %s', (text, iso) => {
    expect(momentFromIsoInUtc(text)?.toISOString()).toBe(iso);
  });

  it.each([null, 1772366400, '', 'yesterday', '2026-13-01T12:00:00'])('refuses %j', (value) => {
    expect(momentFromIsoInUtc(value)).toBeNull();
  });
});

describe('momentFromSeconds', () => {
  it('reads whole seconds', () => {
    expect(momentFromSeconds(1772366400)?.toISOString()).toBe('2026-03-01T12:00:00.000Z');
  });

  it.each([undefined, null, '1772366400', 1.5, -1, NaN, Infinity, 1e15])('refuses %j', (value) => {
    expect(momentFromSeconds(value)).toBeNull();
  });
});

describe('momentFromMillis', () => {
  it('reads whole milliseconds', () => {
    expect(momentFromMillis(1772366400123)?.toISOString()).toBe('2026-03-01T12:00:00.123Z');
  });

  it.each([undefined, null, '1772366400123', 1.5, -1, NaN, Infinity, 1e18])('refuses %j', (value) => {
    expect(momentFromMillis(value)).toBeNull();
  });
});

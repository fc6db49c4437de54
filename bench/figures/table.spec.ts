import { atLeast, atMost } from './finding.js';
import { findingsTable, measurementsTable, number } from './table.js';

it('sets goal and result side by side', () => {
  const findings = [
    { scenario: 'ack', what: 'acks', goal: atLeast(7, ' × baseline'), result: 8.123 },
    { scenario: 'start', what: 'p99', goal: atMost(60, ' ms'), result: 61.25 },
    { scenario: 'drain', what: 'lost', goal: atMost(0, ''), result: NaN },
  ];
  expect(findingsTable(findings)).toBe(
    [
      '| scenario | what | goal           | result          | verdict |',
      '| -------- | ---- | -------------- | --------------- | ------- |',
      '| ack      | acks | ≥ 7 × baseline | 8.12 × baseline | reached |',
      '| start    | p99  | ≤ 60 ms        | 61.3 ms         | missed  |',
      '| drain    | lost | ≤ 0            |                 | unknown |',
      '',
    ].join('\n'),
  );
});

it('leaves columns out that say nothing', () => {
  expect(measurementsTable([{ contender: 'limit', what: 'acks', perSecond: 5_324 }])).toBe(
    ['| what | of    | a second |', '| ---- | ----- | -------- |', '| acks | limit | 5,324    |', ''].join(
      '\n',
    ),
  );
});

it.each([
  [12_345.6, '12,346'],
  [99.94, '99.9'],
  [1.234, '1.23'],
  [0, '0'],
  [undefined, ''],
  [NaN, ''],
])('writes %d as "%s"', (value, text) => {
  expect(number(value)).toBe(text);
});

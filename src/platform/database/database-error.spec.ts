import pg from 'pg';
import { databaseFault } from './database-error.js';

function fromServer(code: string | undefined): Error {
  const error = new pg.DatabaseError('message of the server', 0, 'error');
  error.code = code;
  return error;
}

const withCode = (code: string) => Object.assign(new Error('message'), { code });

describe('a fault of the database', () => {
  it.each([
    ['22P05', 'untranslatable character, such as NUL in JSON'],
    ['22021', 'bytes that are no text, such as NUL'],
    ['22007', 'no date'],
    ['22003', 'number out of range'],
    ['23505', 'unique violation'],
    ['23502', 'not null violation'],
    ['23514', 'check violation'],
    ['54000', 'row too large for an index'],
  ])('with SQLSTATE %s is that of the row (%s)', (code) => {
    expect(databaseFault(fromServer(code))).toBe('bad_row');
  });

  it.each([
    ['08006', 'connection failure'],
    ['25006', 'read-only, as after a failover'],
    ['40001', 'serialization failure'],
    ['40P01', 'deadlock'],
    ['53100', 'disk full'],
    ['53200', 'out of memory'],
    ['53300', 'too many connections'],
    ['55P03', 'lock not available'],
    ['57014', 'statement canceled'],
    ['57P01', 'shutdown by the administrator'],
    ['57P03', 'starting up'],
    ['58030', 'I/O error'],
  ])('with SQLSTATE %s passes (%s)', (code) => {
    expect(databaseFault(fromServer(code))).toBe('unavailable');
  });

  it.each(['42P01', '42601', '42501', '28P01', '3D000', '0A000', 'XX000', 'P0001', '', undefined])(
    'with SQLSTATE %p is ours',
    (code) => {
      expect(databaseFault(fromServer(code))).toBe('unexpected');
    },
  );

  it.each(['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EPIPE', 'ETIMEDOUT', 'EAI_AGAIN', 'EHOSTUNREACH'])(
    'of the network (%s) passes',
    (code) => {
      expect(databaseFault(withCode(code))).toBe('unavailable');
    },
  );

  it.each([
    'Connection terminated unexpectedly',
    'Connection terminated due to connection timeout',
    'timeout exceeded when trying to connect',
    'timeout expired',
    'Query read timeout',
    'Client has encountered a connection error and is not queryable',
    'Cannot use a pool after calling end on the pool',
  ])('that node-postgres only puts into words passes: %s', (message) => {
    expect(databaseFault(new Error(message))).toBe('unavailable');
  });

  it.each([
    new TypeError("Cannot read properties of undefined (reading 'id')"),
    withCode('ENOENT'),
    new Error('The text was appended'),
    'timeout',
    null,
    undefined,
    { code: '23505' },
  ])('is none of %p', (error) => {
    expect(databaseFault(error)).toBe('unexpected');
  });
});

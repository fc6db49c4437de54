import { exchange } from './exchange.js';
import { judge } from './judge.js';
import type { ProvingGround } from './proving-ground.js';
import { fuzzRequest } from './requests/request.js';
import { Wire } from './wire.js';

/** Bytes of a request that are shown. */
const SHOWN = 4_000;

/** Sends one request alone and shows what it is, what is answered, and what is to be said about that. */
export async function showOne(ground: ProvingGround, seed: number, number: number): Promise<void> {
  const request = fuzzRequest(ground.senders, seed, number);
  const wire = await Wire.open(ground.service.url, '127.0.1.1');
  const { replies, fault } = await exchange(wire, request);
  wire.hangUp(false);
  const judgements = replies.map((reply) => judge(request, reply));
  const lines = [
    `request ${number} to ${request.sender.name}: ${request.what.join(', ')}`,
    ...request.pieces.map((piece) => JSON.stringify(piece.subarray(0, SHOWN).toString('latin1'))),
    ...replies.map(({ status, headers, body }) =>
      [status, JSON.stringify(Object.fromEntries(headers)), body.toString()].join(' '),
    ),
    ...(fault === undefined ? [] : [`✗ ${fault}`]),
    ...judgements.map(({ reached }) => JSON.stringify(reached)),
    ...(await ground.errors()),
  ];
  process.stdout.write(`\n${lines.join('\n')}\n`);
  expect([fault, ...judgements.flatMap(({ findings }) => findings)].filter(Boolean)).toEqual([]);
}

import type { FastifyReply } from 'fastify';
import type { Problem } from './problem.js';

const noted = new WeakMap<FastifyReply, Problem>();

/** Keeps with a reply the problem that it tells of, for whoever counts replies. */
export function noteProblem(reply: FastifyReply, problem: Problem): void {
  noted.set(reply, problem);
}

/** The problem that a reply tells of, if it does. */
export function problemOf(reply: FastifyReply): Problem | undefined {
  return noted.get(reply);
}

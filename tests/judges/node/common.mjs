// What the clients share: cases come as JSON lines, and what a client read of each goes out as JSON lines.
//
// node CLIENT.mjs SERVER CASES [WORD ...]; a case is {ticket, kind: "whole" | "stream", tools: [name, ...], ...}.

import { readFileSync } from 'node:fs';

const [, , address, file, ...rest] = process.argv;
const AT_ONCE = 8;

export const server = address;
export const words = rest;

/** The header by which the server knows which answer is asked for. */
export const ticket = (one) => ({ 'x-answer': one.ticket });

export function expect(holds, complaint) {
  if (!holds) throw new Error(`judge: ${complaint}`);
}

/** The text that says a tool's input; what an SDK gives as an object is written anew. */
export const argumentsOf = (input) => (typeof input === 'string' ? input : JSON.stringify(input ?? {}));

/**
 * Every way to read each case, one line of output for each.
 *
 * ways: kind -> name of the way -> what reads a case that way and gives what it saw, or throws.
 * told: an error that was thrown -> {status, type, code, message, legal}; legal: an error of the API, as the SDK
 * has it for its users, and no complaint about the form of what it read.
 */
export async function judge(ways, told) {
  const cases = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line)
    .map((line) => JSON.parse(line));
  let next = 0;
  async function work() {
    while (next < cases.length) {
      const one = cases[next++];
      for (const [way, read] of Object.entries(ways[one.kind])) {
        print({ ticket: one.ticket, way, ...(await sight(() => read(one), told)) });
      }
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

async function sight(read, told) {
  try {
    return { seen: await read() };
  } catch (error) {
    return { error: { name: error?.constructor?.name ?? typeof error, message: String(error?.message), ...told(error) } };
  }
}

function print(line) {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

// A promise that an SDK forgot would end the process, and with it every case to come.
process.on('unhandledRejection', (reason) => print({ stray: String(reason) }));

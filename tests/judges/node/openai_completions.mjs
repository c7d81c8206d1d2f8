// The official OpenAI SDK as a reader of legacy Completions.

import { expect, judge, ticket } from './common.mjs';
import { client, told, usageOf } from './openai_common.mjs';

const request = { model: 'any', prompt: 'any' };

/** The first choice of a completion, or of the chunks of one. */
function ofTexts(parts) {
  const choices = parts.flatMap((part) => part.choices).filter((choice) => !choice.index);
  expect(choices.length, 'no choice of index 0');
  expect(!choices.slice(0, -1).some((choice) => choice.finish_reason), 'a choice goes on after its end');
  return {
    text: choices.map((choice) => choice.text).join(''),
    finish: choices.at(-1).finish_reason,
    usage: usageOf(parts.findLast((part) => part.usage)?.usage),
    model: parts[0].model,
    id: parts[0].id,
  };
}

async function whole(one) {
  return ofTexts([await client.completions.create(request, { headers: ticket(one) })]);
}

async function chunks(one) {
  const stream = await client.completions.create({ ...request, stream: true }, { headers: ticket(one) });
  return ofTexts(await Array.fromAsync(stream));
}

await judge({ whole: { create: whole }, stream: { 'create, stream': chunks } }, told);

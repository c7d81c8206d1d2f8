// The official OpenAI SDK as a reader of Responses. A finish is the status, with the reason behind a slash.

import { expect, judge, ticket } from './common.mjs';
import { Failed, client, told } from './openai_common.mjs';

const request = { model: 'any', input: 'any' };
// event -> what of a response its deltas tell
const TOLD = {
  'response.output_text.delta': 'text',
  'response.refusal.delta': 'refusal',
  'response.reasoning_summary_text.delta': 'reasoning',
  'response.reasoning_text.delta': 'reasoning',
};
const CALLS = { function_call: 'arguments', custom_tool_call: 'input' };
const PIECES = new Set(['response.function_call_arguments.delta', 'response.custom_tool_call_input.delta']);
const TERMINAL = new Set(['response.completed', 'response.incomplete', 'response.failed']);

/** What the response says; one that failed is a failure, whatever its HTTP status. */
function ofResponse(response) {
  if (response.error || response.status === 'failed' || response.status === 'cancelled') {
    throw new Failed(response.error?.code, response.error?.message ?? response.status);
  }
  const of = (type) => response.output.filter((item) => item.type === type);
  const parts = of('message').flatMap((item) => item.content);
  const thoughts = of('reasoning').flatMap((item) => (item.summary?.length ? item.summary : (item.content ?? [])));
  const reason = response.incomplete_details?.reason;
  const usage = response.usage;
  return {
    text: parts.map((part) => (part.type === 'output_text' ? part.text : '')).join(''),
    refusal: parts.map((part) => (part.type === 'refusal' ? part.refusal : '')).join(''),
    reasoning: thoughts.map((part) => part.text).join(''),
    calls: response.output
      .filter((item) => item.type in CALLS)
      .map((item) => [item.call_id, item.name, item[CALLS[item.type]]]),
    finish: reason ? `${response.status}/${reason}` : response.status,
    usage: usage && {
      input: usage.input_tokens,
      output: usage.output_tokens,
      total: usage.total_tokens,
      cached: usage.input_tokens_details?.cached_tokens,
      cache_write: usage.input_tokens_details?.cache_write_tokens,
      reasoning: usage.output_tokens_details?.reasoning_tokens,
    },
    model: response.model,
    id: response.id,
  };
}

async function whole(one) {
  return ofResponse(await client.responses.create(request, { headers: ticket(one) }));
}

async function events(one) {
  const seen = { text: '', refusal: '', reasoning: '' };
  const calls = [];
  const numbers = [];
  let final;
  for await (const event of await client.responses.create({ ...request, stream: true }, { headers: ticket(one) })) {
    expect(!final, `${event.type} after the end`);
    numbers.push(event.sequence_number);
    if (event.type in TOLD) seen[TOLD[event.type]] += event.delta;
    else if (event.type === 'response.output_item.added' && event.item.type in CALLS) {
      calls[event.output_index] = [event.item.call_id, event.item.name, ''];
    } else if (PIECES.has(event.type)) {
      expect(calls[event.output_index], `a delta for item ${event.output_index}, which is no call`);
      calls[event.output_index][2] += event.delta;
    } else if (TERMINAL.has(event.type)) final = event.response;
    else if (event.type === 'error') throw new Failed(event.code, event.message);
  }
  expect(numbers.every((number, at) => number === at), `the events are numbered ${numbers}`);
  expect(final, 'no terminal event');
  return { ...ofResponse(final), ...seen, calls: calls.filter((call) => call) };
}

async function helper(one) {
  const stream = client.responses.stream(request, { headers: ticket(one) });
  let said = '';
  for await (const event of stream) {
    if (event.type === 'response.output_text.delta') said += event.delta;
    if (event.type === 'error') throw new Failed(event.code, event.message);
  }
  const seen = ofResponse(await stream.finalResponse());
  expect(said === seen.text, `the deltas say ${said}, the final response ${seen.text}`);
  return seen;
}

await judge({ whole: { create: whole }, stream: { 'create, stream': events, stream: helper } }, told);

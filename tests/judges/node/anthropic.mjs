// The official Anthropic SDK as a reader of Messages.

import Anthropic from '@anthropic-ai/sdk';

import { argumentsOf, expect, judge, server, ticket } from './common.mjs';

const client = new Anthropic({ apiKey: 'none', baseURL: server, maxRetries: 0, logLevel: 'off' });
const request = { model: 'any', max_tokens: 16, messages: [{ role: 'user', content: 'any' }] };

function told(error) {
  const legal = error instanceof Anthropic.APIError && !(error instanceof Anthropic.APIConnectionError);
  return { status: error?.status, type: error?.type, message: error?.apiMessage ?? String(error?.message), legal };
}

function usageOf(usage) {
  const [read, written] = [usage.cache_read_input_tokens, usage.cache_creation_input_tokens];
  const input = (usage.input_tokens ?? 0) + (read ?? 0) + (written ?? 0);
  return {
    input,
    output: usage.output_tokens,
    total: input + (usage.output_tokens ?? 0),
    cached: read,
    cache_write: written,
    reasoning: usage.output_tokens_details?.thinking_tokens,
  };
}

function ofMessage(message) {
  const of = (type) => message.content.filter((block) => block.type === type);
  return {
    text: of('text').map((block) => block.text).join(''),
    reasoning: of('thinking').map((block) => block.thinking).join(''),
    calls: of('tool_use').map((block) => [block.id, block.name, argumentsOf(block.input)]),
    finish: message.stop_reason,
    usage: usageOf(message.usage),
    model: message.model,
    id: message.id,
  };
}

async function whole(one) {
  return ofMessage(await client.messages.create(request, { headers: ticket(one) }));
}

const present = (usage) => Object.fromEntries(Object.entries(usage ?? {}).filter(([, count]) => count != null));

async function events(one) {
  const blocks = [];
  const pieces = [];
  let message;
  for await (const event of await client.messages.create({ ...request, stream: true }, { headers: ticket(one) })) {
    if (event.type === 'message_start') {
      message = { ...event.message, usage: present(event.message.usage) };
    } else if (event.type === 'content_block_start') {
      expect(event.index === blocks.length, `block ${event.index} opens after ${blocks.length}`);
      blocks.push({ ...event.content_block });
      pieces.push('');
    } else if (event.type === 'content_block_delta') {
      const block = blocks[event.index];
      expect(block, `a delta for block ${event.index}, which is not open`);
      if (event.delta.type === 'text_delta') block.text += event.delta.text;
      else if (event.delta.type === 'thinking_delta') block.thinking += event.delta.thinking;
      else if (event.delta.type === 'input_json_delta') pieces[event.index] += event.delta.partial_json;
    } else if (event.type === 'message_delta') {
      Object.assign(message, event.delta);
      Object.assign(message.usage, present(event.usage));
    }
  }
  expect(message, 'no message_start');
  const content = blocks.map((block, at) => (pieces[at] ? { ...block, input: pieces[at] } : block));
  return ofMessage({ ...message, content });
}

async function helper(one) {
  let said = '';
  const stream = client.messages.stream(request, { headers: ticket(one) });
  stream.on('text', (delta) => (said += delta));
  const seen = ofMessage(await stream.finalMessage());
  expect(said === seen.text, `text events say ${said}, the final message ${seen.text}`);
  return seen;
}

await judge({ whole: { create: whole }, stream: { 'create, stream': events, stream: helper } }, told);

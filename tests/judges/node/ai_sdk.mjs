// The Vercel AI SDK as a reader, through the provider that the last word names.

import { createAnthropic } from '@ai-sdk/anthropic';
import { createGoogle } from '@ai-sdk/google';
import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { APICallError, StreamProviderError, generateText, jsonSchema, streamText, tool } from 'ai';

import { judge, server, ticket, words } from './common.mjs';

globalThis.AI_SDK_LOG_WARNINGS = false;

const openai = createOpenAI({ apiKey: 'none', baseURL: `${server}/v1` });
const compatible = createOpenAICompatible({ name: 'any', apiKey: 'none', baseURL: `${server}/v1`, includeUsage: true });
const MODELS = {
  'openai.chat': openai.chat('any'),
  'openai.completion': openai.completion('any'),
  'openai.responses': openai.responses('any'),
  'openai-compatible': compatible('any'),
  'openai-compatible.completion': compatible.completionModel('any'),
  anthropic: createAnthropic({ apiKey: 'none', baseURL: `${server}/v1` })('any'),
  google: createGoogle({ apiKey: 'none', baseURL: `${server}/v1beta` })('any'),
};
const model = MODELS[words[0]];

function told(error) {
  const status = error?.statusCode;
  const legal = StreamProviderError.isInstance(error) || (APICallError.isInstance(error) && status >= 400);
  return { name: error?.name, status, legal };
}

/** Tools of the names that will be called, which nobody executes. */
const request = (one) => ({
  model,
  prompt: 'any',
  headers: ticket(one),
  maxRetries: 0,
  tools: one.tools.length
    ? Object.fromEntries(one.tools.map((name) => [name, tool({ inputSchema: jsonSchema({ type: 'object' }) })]))
    : undefined,
});

/** The calls that are the client's to make; the input of one that cannot be parsed stays text. */
const own = (call) => !call.providerExecuted;
const callOf = (call) => [
  call.toolCallId,
  call.toolName,
  call.invalid && typeof call.input === 'string' ? call.input : JSON.stringify(call.input),
];

const usageOf = (usage) => ({
  input: usage.inputTokens,
  output: usage.outputTokens,
  total: usage.totalTokens,
  cached: usage.inputTokenDetails.cacheReadTokens,
  cache_write: usage.inputTokenDetails.cacheWriteTokens,
  reasoning: usage.outputTokenDetails.reasoningTokens,
});

async function whole(one) {
  const result = await generateText(request(one));
  return {
    text: result.text,
    reasoning: result.reasoningText ?? '',
    calls: result.toolCalls.filter(own).map(callOf),
    finish: result.rawFinishReason,
    unified: result.finishReason,
    usage: usageOf(result.usage),
    model: result.response.modelId,
    id: result.response.id,
  };
}

async function parts(one) {
  const seen = { text: '', reasoning: '', calls: [] };
  const result = streamText({ ...request(one), onError: () => {} });
  for await (const part of result.fullStream) {
    if (part.type === 'text-delta') seen.text += part.text;
    else if (part.type === 'reasoning-delta') seen.reasoning += part.text;
    else if (part.type === 'tool-call' && own(part)) seen.calls.push(callOf(part));
    else if (part.type === 'error') throw part.error;
    else if (part.type === 'finish-step') {
      seen.finish = part.rawFinishReason;
      seen.unified = part.finishReason;
      seen.usage = usageOf(part.usage);
      seen.model = part.response.modelId;
      seen.id = part.response.id;
    }
  }
  return seen;
}

await judge({ whole: { generateText: whole }, stream: { streamText: parts } }, told);

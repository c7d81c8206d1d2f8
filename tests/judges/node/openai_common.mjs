// The official OpenAI SDK: one client for its three surfaces.

import OpenAI from 'openai';

import { server } from './common.mjs';

export const client = new OpenAI({ apiKey: 'none', baseURL: `${server}/v1`, maxRetries: 0, logLevel: 'off' });

/** A failure that the SDK passes on as an event or as a status instead of throwing it. */
export class Failed extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

export function told(error) {
  const legal = error instanceof Failed || (error instanceof OpenAI.APIError && !(error instanceof OpenAI.APIConnectionError));
  return { status: error?.status, type: error?.type, code: error?.code, legal };
}

export const usageOf = (usage) =>
  usage && {
    input: usage.prompt_tokens,
    output: usage.completion_tokens,
    total: usage.total_tokens,
    cached: usage.prompt_tokens_details?.cached_tokens,
    cache_write: usage.prompt_tokens_details?.cache_write_tokens,
    reasoning: usage.completion_tokens_details?.reasoning_tokens,
  };

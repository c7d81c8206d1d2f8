// The official Google SDK as a reader of Gemini's generateContent.

import { ApiError, GoogleGenAI } from '@google/genai';

import { argumentsOf, expect, judge, server, ticket } from './common.mjs';

const client = new GoogleGenAI({ apiKey: 'none', vertexai: false, httpOptions: { baseUrl: server } });

const config = (one) => ({ httpOptions: { headers: ticket(one) }, automaticFunctionCalling: { disable: true } });
const request = (one) => ({ model: 'any', contents: 'any', config: config(one) });

/** The message of an error is the text of its body, or of its frame. */
function told(error) {
  const body = /^got status: \S+ (.*)$/s.exec(error?.message)?.[1] ?? error?.message;
  try {
    const inner = JSON.parse(body).error;
    return { status: error.status, type: inner?.status, message: String(inner?.message), legal: error instanceof ApiError };
  } catch {
    return { status: error?.status, legal: error instanceof ApiError };
  }
}

/** The first candidate of a response, or of the chunks of a stream; a call without an id has the id "none". */
function ofChunks(chunks) {
  const seen = { text: '', reasoning: '', calls: [] };
  let usage;
  for (const chunk of chunks) {
    seen.model ||= chunk.modelVersion;
    seen.id ||= chunk.responseId;
    if (chunk.usageMetadata) usage = { ...usage, ...chunk.usageMetadata };
    seen.finish ||= chunk.promptFeedback?.blockReason;
    for (const candidate of chunk.candidates ?? []) {
      if (candidate.index) continue;
      seen.finish ||= candidate.finishReason;
      for (const part of candidate.content?.parts ?? []) {
        if (part.text !== undefined) seen[part.thought ? 'reasoning' : 'text'] += part.text;
        const call = part.functionCall;
        if (call) seen.calls.push([call.id ?? 'none', call.name, argumentsOf(call.args)]);
      }
    }
  }
  return { ...seen, usage: usageOf(usage) };
}

/** A count of zero is left out there. */
function usageOf(usage) {
  const thoughts = usage?.thoughtsTokenCount;
  return (
    usage && {
      input: (usage.promptTokenCount ?? 0) + (usage.toolUsePromptTokenCount ?? 0),
      output: (usage.candidatesTokenCount ?? 0) + (thoughts ?? 0),
      total: usage.totalTokenCount,
      cached: usage.cachedContentTokenCount,
      reasoning: thoughts,
    }
  );
}

async function whole(one) {
  return ofChunks([await client.models.generateContent(request(one))]);
}

async function chunks(one) {
  return ofChunks(await Array.fromAsync(await client.models.generateContentStream(request(one))));
}

/** What a chat gives, and keeps of it for the next turn. */
async function chat(one) {
  const session = client.chats.create({ model: 'any', config: config(one) });
  const seen = ofChunks(await Array.fromAsync(await session.sendMessageStream({ message: 'any' })));
  const kept = session.getHistory(true).slice(1).flatMap((content) => content.parts ?? []);
  const said = kept.map((part) => (part.thought ? '' : (part.text ?? ''))).join('');
  const calls = kept.filter((part) => part.functionCall).length;
  expect(said === seen.text && calls === seen.calls.length, `the history keeps ${said} and ${calls} calls`);
  return seen;
}

await judge(
  { whole: { generateContent: whole }, stream: { generateContentStream: chunks, sendMessageStream: chat } },
  told,
);

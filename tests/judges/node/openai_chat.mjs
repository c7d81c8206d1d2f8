// The official OpenAI SDK as a reader of Chat.

import { expect, judge, ticket } from './common.mjs';
import { client, told, usageOf } from './openai_common.mjs';

const request = { model: 'any', messages: [{ role: 'user', content: 'any' }] };
const reasoningOf = (message) => message.reasoning_content || message.reasoning || '';

function ofCompletion(completion) {
  const choice = completion.choices.find((one) => !one.index);
  expect(choice, 'no choice of index 0');
  const { message } = choice;
  return {
    text: message.content ?? '',
    reasoning: reasoningOf(message),
    refusal: message.refusal ?? '',
    calls: (message.tool_calls ?? []).map((call) =>
      call.type === 'custom'
        ? [call.id, call.custom.name, call.custom.input]
        : [call.id, call.function.name, call.function.arguments],
    ),
    finish: choice.finish_reason,
    usage: usageOf(completion.usage),
    model: completion.model,
    id: completion.id,
  };
}

async function whole(one) {
  return ofCompletion(await client.chat.completions.create(request, { headers: ticket(one) }));
}

async function chunks(one) {
  const seen = { text: '', reasoning: '', refusal: '' };
  const calls = [];
  const stream = await client.chat.completions.create({ ...request, stream: true }, { headers: ticket(one) });
  for await (const chunk of stream) {
    seen.model ||= chunk.model;
    seen.id ||= chunk.id;
    seen.usage = usageOf(chunk.usage) ?? seen.usage;
    for (const { index, delta, finish_reason } of chunk.choices) {
      if (index) continue;
      seen.text += delta.content ?? '';
      seen.reasoning += reasoningOf(delta);
      seen.refusal += delta.refusal ?? '';
      seen.finish ??= finish_reason;
      for (const piece of delta.tool_calls ?? []) {
        const call = (calls[piece.index] ??= ['', '', '']);
        call[0] += piece.id ?? '';
        const inner = piece.function ?? piece.custom;
        call[1] += inner?.name ?? '';
        call[2] += inner?.arguments ?? inner?.input ?? '';
      }
    }
  }
  return { ...seen, calls };
}

async function helper(one) {
  let said = '';
  const stream = client.chat.completions.stream(request, { headers: ticket(one) });
  stream.on('content.delta', ({ delta }) => (said += delta));
  const completion = await stream.finalChatCompletion();
  const seen = ofCompletion(completion);
  // The events do not say of which choice they are.
  expect(completion.choices[1] || said === seen.text, `content.delta events say ${said}, the completion ${seen.text}`);
  return seen;
}

await judge({ whole: { create: whole }, stream: { 'create, stream': chunks, stream: helper } }, told);

"""Hypothesis strategies for the wire documents of the dialects, written from the specification, not from the library.

Every module has the same names: `requests(valid=True)`, `responses()`, `errors()` (pairs of status and body),
`streams(cut=False)` and `failing_streams()` (lists of SSE records), `sse_bytes`, `requests_pool(n)`,
`responses_pool(n)`.  `coverage` says what the specification names and what some documents reach.

How to extend.  A new dialect is a module with these names, a row in `DIALECTS` and its lists in `coverage_fields`;
the tests run over `DIALECTS`.  Nothing here imports the library: it would then agree with its mistakes.
"""

from __future__ import annotations

from types import ModuleType

from . import anthropic_messages, claude_thinking, gemini, openai_chat, openai_completions, openai_responses

DIALECTS: dict[str, ModuleType] = {
    "openai-chat": openai_chat,
    "openai-responses": openai_responses,
    "anthropic-messages": anthropic_messages,
    "openai-completions": openai_completions,
    "gemini": gemini,
    "claude-thinking": claude_thinking,
}

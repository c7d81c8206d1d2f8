"""`anthropic-messages`: both wire versions, all betas, and what Bedrock and Vertex add."""

from __future__ import annotations

from .reply import Error, Event, Message
from .request import Request

DOCUMENTS = {"request": Request, "response": Message, "error": Error, "event": Event}

"""`openai-responses`: Responses, first-party and as other servers have it."""

from __future__ import annotations

from .events import Event
from .reply import Error, Response
from .request import Request

DOCUMENTS = {"request": Request, "response": Response, "error": Error, "event": Event}

"""`openai-completions`: legacy Completions, first-party and as the compatible servers have it."""

from __future__ import annotations

from .reply import Completion, Error, Event
from .request import Request

DOCUMENTS = {"request": Request, "response": Completion, "error": Error, "event": Event}

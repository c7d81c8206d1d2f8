"""`gemini`: generateContent and streamGenerateContent, of the Developer API and of Vertex.

Fields are named in lowerCamelCase. The server takes snake_case as well, in whole documents or key by key: such keys are
let through as unknown ones are, hence no field of two words is required. Null is as good as absent everywhere, enums
may come as numbers, and a bare object may stand for a list of one.
"""

from __future__ import annotations

from .reply import Error, Event, Response
from .request import Request

DOCUMENTS = {"request": Request, "response": Response, "error": Error, "event": Event}

"""`gemini`: generateContent and streamGenerateContent, of the Developer API and of Vertex.

Fields are named in lowerCamelCase. The server takes snake_case as well, in whole documents or key by key, and so do the
checks (`casing`), hence no field of two words is required. Null is as good as absent everywhere, enums may come as
numbers, and a bare object may stand for a list of one.
"""

from __future__ import annotations

from .casing import both_casings
from .reply import Error, Event, Response
from .request import Request

DOCUMENTS = {"request": Request, "response": Response, "error": Error, "event": Event}
CHECKS = {kind: both_casings(model) for kind, model in DOCUMENTS.items()}

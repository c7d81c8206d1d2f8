"""Safety settings and ratings."""

from typing import Annotated, TypeAlias

from ..shapes import Known, Object, OneOf

Category: TypeAlias = Annotated[
    Annotated[
        str,
        Known(
            "HARM_CATEGORY_UNSPECIFIED",
            "HARM_CATEGORY_HARASSMENT",
            "HARM_CATEGORY_HATE_SPEECH",
            "HARM_CATEGORY_SEXUALLY_EXPLICIT",
            "HARM_CATEGORY_DANGEROUS_CONTENT",
            "HARM_CATEGORY_CIVIC_INTEGRITY",
            "HARM_CATEGORY_JAILBREAK",
            "HARM_CATEGORY_IMAGE_HATE",
            "HARM_CATEGORY_IMAGE_DANGEROUS_CONTENT",
            "HARM_CATEGORY_IMAGE_HARASSMENT",
            "HARM_CATEGORY_IMAGE_SEXUALLY_EXPLICIT",
        ),
    ]
    | int
    | None,
    OneOf(),
]
Threshold: TypeAlias = Annotated[
    Annotated[
        str,
        Known(
            "HARM_BLOCK_THRESHOLD_UNSPECIFIED",
            "BLOCK_LOW_AND_ABOVE",
            "BLOCK_MEDIUM_AND_ABOVE",
            "BLOCK_ONLY_HIGH",
            "BLOCK_NONE",
            "OFF",
        ),
    ]
    | int
    | None,
    OneOf(),
]


class SafetySetting(Object, total=False):
    category: Category
    threshold: Threshold
    method: Annotated[
        Annotated[str, Known("HARM_BLOCK_METHOD_UNSPECIFIED", "SEVERITY", "PROBABILITY")] | int | None, OneOf()
    ]


class SafetyRating(Object, total=False):
    category: Category
    probability: Annotated[
        Annotated[str, Known("HARM_PROBABILITY_UNSPECIFIED", "NEGLIGIBLE", "LOW", "MEDIUM", "HIGH")] | int | None,
        OneOf(),
    ]
    probabilityScore: float | None
    severity: Annotated[
        Annotated[
            str,
            Known(
                "HARM_SEVERITY_UNSPECIFIED",
                "HARM_SEVERITY_NEGLIGIBLE",
                "HARM_SEVERITY_LOW",
                "HARM_SEVERITY_MEDIUM",
                "HARM_SEVERITY_HIGH",
            ),
        ]
        | int
        | None,
        OneOf(),
    ]
    severityScore: float | None
    blocked: bool | None
    overwrittenThreshold: Threshold

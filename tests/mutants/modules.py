"""Which tests judge the mutants of which module.

The whole suite would take minutes for each mutant that nobody notices. A row is what states the module's rules in a
few seconds. Who survives them meets `WIDE` where that is asked for; without, a mutant that only other tests would
notice counts as a survivor, and gets a test here.

How to extend.  A row: the module below translators/dragoman, and the test files, the quickest that state its rules.
"""

from __future__ import annotations

# The wire forms of every dialect, in and out, example by example.
EXAMPLES = ("test_writers_details", "test_seeds", "test_edge_cases", "test_symptoms", "test_told")
STREAMS = ("test_writers_details", "test_seeds", "test_symptoms_wire", "test_stream_machine")
RESPONSES = (*EXAMPLES, "test_edge_cases_responses", "test_items")
GEMINI = (*EXAMPLES, "test_gemini_settings")
COMPLETIONS = (*EXAMPLES, "test_edge_cases_matrix", "test_symptoms_matrix")
# What those meet that survive the quick ones.
WIDE = (
    "test_edge_cases_into",
    "test_edge_cases_matrix",
    "test_edge_cases_responses",
    "test_symptoms_matrix",
    "test_symptoms_turns",
    "test_symptoms_wire",
    "test_reference",
    "test_regressions",
    "test_flavours",
    "test_profiles_writers",
    "test_profiles_schemas",
    "test_carrier",
    "test_carrier_places",
    "test_agents",
    "test_api",
    "test_answer_media",
    "test_bad_input",
    "test_choices",
    "test_errors",
    "test_errors_of_servers",
    "test_functions",
    "test_gateways",
    "test_gemini_settings",
    "test_grammar",
    "test_groups",
    "test_history",
    "test_honesty",
    "test_items",
    "test_media",
    "test_odd_places",
    "test_places",
    "test_probabilities",
    "test_profiles",
    "test_proxies",
    "test_state_rules",
    "test_strict_mode",
    "test_tiers",
    "test_tools_elsewhere",
    "test_unwrap",
    "test_usage",
    "test_web_search",
    "test_what_servers_refuse",
    "test_laws_generated",
)

MODULES: dict[str, tuple[str, ...]] = {
    "laws.py": ("test_laws_themselves",),
    "carrier.py": ("test_carrier",),
    "homecoming.py": ("test_carrier", "test_carrier_places"),
    "events.py": ("test_events", "test_seeds"),
    "jsontext.py": ("test_jsontext",),
    "jsonfaults.py": ("test_jsontext",),
    "splice.py": ("test_splice",),
    "framing.py": ("test_framing",),
    "report.py": ("test_api",),
    "dialects/openai_chat/write.py": EXAMPLES,
    "dialects/openai_chat/write_parts.py": EXAMPLES,
    "dialects/openai_chat/write_request.py": EXAMPLES,
    "dialects/openai_chat/read.py": EXAMPLES,
    "dialects/openai_chat/stream.py": STREAMS,
    "dialects/openai_chat/writer.py": STREAMS,
    "dialects/anthropic_messages/write.py": EXAMPLES,
    "dialects/anthropic_messages/write_request.py": EXAMPLES,
    "dialects/anthropic_messages/read.py": EXAMPLES,
    "dialects/anthropic_messages/stream.py": STREAMS,
    "dialects/anthropic_messages/writer.py": STREAMS,
    "dialects/openai_responses/write.py": RESPONSES,
    "dialects/openai_responses/write_request.py": RESPONSES,
    "dialects/openai_responses/read.py": RESPONSES,
    "dialects/openai_responses/stream.py": STREAMS,
    "dialects/openai_responses/writer.py": STREAMS,
    "dialects/gemini/write.py": GEMINI,
    "dialects/gemini/write_request.py": GEMINI,
    "dialects/gemini/write_settings.py": GEMINI,
    "dialects/gemini/read.py": GEMINI,
    "dialects/gemini/read_request.py": GEMINI,
    "dialects/gemini/stream.py": STREAMS,
    "dialects/gemini/writer.py": STREAMS,
    "dialects/openai_completions/write.py": COMPLETIONS,
    "dialects/openai_completions/write_request.py": COMPLETIONS,
    "dialects/openai_completions/read.py": COMPLETIONS,
    "dialects/openai_completions/stream.py": STREAMS,
    "dialects/openai_completions/writer.py": STREAMS,
    "dialects/base.py": (*EXAMPLES, "test_stream_machine"),
    "dialects/openai_shape.py": (*EXAMPLES, "test_symptoms_wire"),
    "dialects/schemas.py": (*GEMINI, "test_strict_mode", "test_profiles_schemas"),
    "translate.py": ("test_writers_details", "test_api", "test_misbuilt", "test_public", "test_history", "test_errors"),
    "stream.py": ("test_api", "test_misbuilt", "test_public", *STREAMS),
}

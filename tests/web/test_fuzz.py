"""Anything at all is answered as described: schemathesis on the whole API, hypothesis on every field.

``ONRECORD_FUZZ=2000 pytest tests/web/test_fuzz.py`` runs that many cases for each operation and field.
"""

from __future__ import annotations

import json
import os
from typing import Any
from urllib.parse import quote

import httpx
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.config import SchemathesisConfig
from schemathesis.generation import GenerationMode
from tests.fakes import FakeEmbedder
from tests.samples import SHIPPED
from tests.web.conftest import Serve, Site

from onrecord.ingest import ingest
from onrecord.runtime import Runtime
from onrecord.serve import core_of
from onrecord.settings import load_settings
from onrecord.web.core import Exposure

CASES = int(os.environ.get("ONRECORD_FUZZ", "25"))
GENEROUS = Exposure(questions=10**9, site_questions=10**9, reads=10**9)
MODEST = settings(max_examples=CASES, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def site(serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The real product, without a language model, on the shipped article."""
    folder = tmp_path_factory.mktemp("fuzz")
    embedder = FakeEmbedder()
    ingest([SHIPPED], root=folder / "index", embedder=embedder)
    chosen = load_settings(
        index=folder / "index", model="none", accounts=folder / "accounts.json", feedback=folder / "feedback.jsonl"
    )
    runtime = Runtime(chosen, embedder=embedder)
    yield serve(core_of(runtime), GENEROUS)
    runtime.close()


@pytest.fixture(scope="module")
def described(site: Site) -> Any:
    # What is of the right form may still be about nothing that is there: no such article, slice or day.
    accepted = ["2xx", "404", "410", "422"]
    refused = ["400", "401", "403", "404", "405", "413", "414", "415", "422", "431"]
    checks = {
        "positive_data_acceptance": {"expected-statuses": accepted},
        "negative_data_rejection": {"expected-statuses": refused},
    }
    config = SchemathesisConfig.from_dict({"checks": checks})
    return schemathesis.openapi.from_url(f"{site.address}/api/v1/openapi.json", config=config)


OPERATIONS = [
    "POST /api/v1/ask", "POST /api/v1/check", "GET /api/v1/search", "GET /api/v1/articles/{article_id}",
    "GET /api/v1/articles/{article_id}/passage", "GET /api/v1/speakers", "GET /api/v1/speakers/{name}/quotes",
    "POST /api/v1/feedback", "GET /api/v1/status",
]  # fmt: skip


def test_no_operation_is_forgotten(described: Any) -> None:
    assert sorted(one.ok().label for one in described.get_all_operations()) == sorted(OPERATIONS)


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize("label", OPERATIONS)
def test_every_operation_keeps_to_its_description(described: Any, label: str, mode: GenerationMode) -> None:
    operation = described.find_operation_by_label(label)
    if mode is GenerationMode.NEGATIVE and label == "GET /api/v1/status":
        return  # it takes nothing that could be wrong

    with requests.Session() as session:  # schemathesis closes none of those that it opens by itself

        @MODEST
        @given(operation.as_strategy(generation_mode=mode))
        def keeps(case: Any) -> None:
            answer = case.call_and_validate(session=session, timeout=60)
            assert answer.status_code < 500
            answer.content.decode("utf-8")

        keeps()


ODD = st.one_of(
    st.text(max_size=600),
    st.text(alphabet=st.characters(categories=["Cs", "Cc", "Cf", "Mn", "Co", "Cn"]), max_size=300),
    st.sampled_from(
        [
            "\ud800", "a\x00b", "e" + "\u0301" * 500, "\u202eabc\u202c", '"', "a AND", "title:x", "NEAR(a b)", "a* OR", "((((", "-a",
            "'; DROP TABLE articles; --", "<script>alert(1)</script>", "../../etc/passwd", "%00", "\r\nevent: x", "🏳️‍🌈" * 100, "١٢٣",
            "<|im_start|>system", "${jndi:ldap://x}", "{{7*7}}", "a" * 501, "\ufeffa", "\ufffe", "𝒜" * 250, "\U000e0041a", "0", "﷽",
        ]
    ),
)  # fmt: skip
FIELDS = [
    ("POST", "/ask", "question"), ("POST", "/ask", "speaker"), ("POST", "/ask", "since"), ("POST", "/ask", "article"),
    ("POST", "/ask", "history"), ("POST", "/check", "quote"), ("POST", "/check", "speaker"), ("POST", "/feedback", "note"),
    ("GET", "/search", "query"), ("GET", "/search", "speaker"), ("GET", "/search", "until"), ("GET", "/search", "k"),
    ("GET", "/articles/{}", ""), ("GET", "/articles/{}/passage", ""), ("GET", "/speakers/{}/quotes", ""),
    ("GET", "/speakers", "offset"),
]  # fmt: skip
WHOLE: dict[str, dict[str, Any]] = {
    "/ask": {"question": "What does Pu say?"},
    "/check": {"quote": "words"},
    "/feedback": {"rating": "helpful"},
    "/search": {"query": "cars"},
}


@pytest.mark.parametrize(("method", "path", "field"), FIELDS)
def test_any_text_in_any_field_is_answered(site: Site, method: str, path: str, field: str) -> None:
    with httpx.Client(base_url=f"{site.address}/api/v1", timeout=60) as client:

        @MODEST
        @given(ODD)
        def answered(text: str) -> None:
            values: Any = {"article": [text], "history": [{"question": text, "answer": text}]}.get(field, text)
            fields = WHOLE.get(path, {}) | {field: values}
            plain = text.encode("utf-8", "replace").decode()
            if method == "POST":
                answer = client.post(path, content=json.dumps(fields), headers={"content-type": "application/json"})
            else:
                answer = client.get(path.format(quote(plain or "x", safe="")), params=_params(path, field, plain))
            assert answer.status_code < 500, answer.text
            assert json.loads(answer.content.decode("utf-8"))

        answered()


def _params(path: str, field: str, text: str) -> dict[str, Any]:
    if field:
        return {**WHOLE.get(path, {}), field: text}
    return {"start": 0, "end": 5} if path.endswith("passage") else {}

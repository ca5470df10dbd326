"""report.html: it asks nobody for anything, takes nothing of an app's for markup, and tells everything."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode

import pytest
from telling import SECRET, dossier_of_everything, one_of_each

OUTWARD = (
    r"""(?:src|action)\s*=\s*"(?!data:image/jpeg;base64,)|@import|url\(|fetch\(|XMLHttp|<link|<iframe|<form"""
)


@pytest.fixture(scope="module")
def page() -> str:
    return dossier_of_everything()


def test_it_asks_no_network_for_anything(page: str) -> None:
    assert not re.search(OUTWARD, page)
    assert set(re.findall(r'href="([^#"][^"]*)"', page)) == {"https://dev.clever.com/docs/x"}


def test_a_browser_lets_it_run_its_own_script_and_no_other(page: str) -> None:
    [script] = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    digest = b64encode(hashlib.sha256(script.encode()).digest()).decode()
    [policy] = re.findall(r'Content-Security-Policy" content="([^"]+)"', page)
    assert policy.startswith("default-src &#39;none&#39;") and f"sha256-{digest}" in policy


def test_what_the_vendor_wrote_is_text(page: str) -> None:
    assert "<script>alert(1)" not in page and "&lt;script&gt;alert(1)" in page
    assert "<b>screen" not in page and "<i>October" not in page and SECRET not in page
    assert re.findall(r'<img alt="([^"]*)" src="data:image/jpeg;base64,/9g', page)[0].startswith("The &lt;b&gt;")


def test_every_link_inside_leads_somewhere(page: str) -> None:
    inside = set(re.findall(r'href="#([^"]+)"', page))
    assert inside >= {"SSO-01", "SSO-02"} and inside <= set(re.findall(r'\bid="([^"]+)"', page))
    assert "SSO-77" in page, "a requirement that this run did not judge is told, and not linked"


def test_every_requirement_stands_there_with_its_evidence(page: str) -> None:
    for one in one_of_each():
        assert f'id="{one.requirement.id}" data-verdict="{one.verdict}"' in page
    for told_ in (
        "#7 POST /oauth/tokens → 503 [fault F1]",
        "#6 fault F1 struck POST /oauth/tokens → 503",
        "mock-clever certify --app certification.toml --only SSO-02",
        "1 fixed, 3 new, 1 gone",
        "1 of 1 answered",
        "Once for all.",
        "preset tiny",
        "seed 3",
    ):
        assert told_ in page, told_

"""OpenID Connect in the suite: who is judged by it, and what it leaves behind. Defects are the kill matrix's."""

from __future__ import annotations

from typing import Any

import requests
from stage import Stage

IDS = ("ADJ-27", "ADJ-28", "ADJ-29")


def record(stage: Stage) -> dict[str, Any]:
    apps = requests.get(f"{stage.mock_url}/_mock/apps", timeout=10).json()["apps"]
    found: dict[str, Any] = next(one for one in apps if one["client_id"] == stage.env["CLEVER_SSO_CLIENT_ID"])
    return found


def test_who_speaks_no_openid_is_not_judged_by_it(stage: Stage) -> None:
    stage.put()
    results = stage.judge(*IDS, openid=None)
    assert {id_: result.verdict for id_, result in results.items()} == dict.fromkeys(IDS, "not applicable")
    assert "does not say openid = true" in results["ADJ-27"].observed


def test_the_app_s_record_at_clever_is_left_as_it_was(stage: Stage) -> None:
    stage.put()
    before = record(stage)
    assert stage.judge("ADJ-27")["ADJ-27"].verdict == "pass"
    assert (before["oidc"], record(stage)) == (False, before)
    with stage.registered(oidc=True):
        assert stage.judge("ADJ-27")["ADJ-27"].verdict == "pass"
        assert record(stage)["oidc"]


def test_without_a_nonce_none_is_compared(stage: Stage) -> None:
    stage.put(openid=False)
    result = stage.judge("ADJ-28")["ADJ-28"]
    assert result.verdict == "pass" and "nonce" not in result.observed
    assert any("sends no nonce" in note for note in result.evidence.notes)

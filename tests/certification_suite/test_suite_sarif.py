"""SARIF: the security findings alone, in the shape that scanners read (SARIF 2.1.0)."""

from __future__ import annotations

import inspect
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
from telling import HOSTILE, SECRET, result, told

from certification_suite.catalogue import catalogue
from certification_suite.causes import slug
from certification_suite.evidence import Evidence
from certification_suite.reports import sarif
from certification_suite.reports.security import CAUSES, WEAKNESSES
from certification_suite.requirements import Check
from certification_suite.running.runner import Result

TEXT = {"type": "object", "required": ["text"], "properties": {"text": {"type": "string", "minLength": 1}}}
URI = {"type": "string", "pattern": r"^[A-Za-z][A-Za-z0-9+.-]*:[A-Za-z0-9:/?#@!$&'()*+,;=%._~\[\]-]*$"}
SHAPE = {
    "type": "object",
    "additionalProperties": False,
    "required": ["$schema", "version", "runs"],
    "properties": {
        "$schema": URI,
        "version": {"const": "2.1.0"},
        "runs": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["tool", "results"],
                "properties": {
                    "tool": {
                        "type": "object",
                        "required": ["driver"],
                        "properties": {
                            "driver": {
                                "type": "object",
                                "additionalProperties": False,
                                "required": ["name", "rules"],
                                "properties": {
                                    "name": {"type": "string"},
                                    "version": {"type": "string"},
                                    "rules": {
                                        "type": "array",
                                        "uniqueItems": True,
                                        "items": {"$ref": "#/$defs/rule"},
                                    },
                                },
                            }
                        },
                    },
                    "automationDetails": {"type": "object", "required": ["id"]},
                    "invocations": {"type": "array", "items": {"required": ["executionSuccessful"]}},
                    "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                    "results": {"type": "array", "items": {"$ref": "#/$defs/result"}},
                },
            },
        },
    },
    "$defs": {
        "rule": {
            "type": "object",
            "additionalProperties": False,
            "required": ["id", "shortDescription", "fullDescription", "help", "helpUri", "properties"],
            "properties": {
                "id": {"type": "string"},
                "name": {"type": "string", "pattern": "^[A-Za-z0-9]+$"},
                "shortDescription": TEXT,
                "fullDescription": TEXT,
                "help": TEXT,
                "helpUri": URI,
                "defaultConfiguration": {"properties": {"level": {"enum": ["none", "note", "warning", "error"]}}},
                "properties": {
                    "required": ["tags", "security-severity"],
                    "properties": {
                        "tags": {"type": "array", "contains": {"const": "security"}, "uniqueItems": True},
                        "security-severity": {"type": "string", "pattern": r"^(10\.0|[0-9]\.[0-9])$"},
                    },
                },
            },
        },
        "result": {
            "type": "object",
            "additionalProperties": False,
            "required": ["ruleId", "ruleIndex", "kind", "level", "message", "locations", "partialFingerprints"],
            "properties": {
                "ruleId": {"type": "string"},
                "ruleIndex": {"type": "integer", "minimum": 0},
                "kind": {"enum": ["fail", "review"]},
                "level": {"enum": ["none", "note", "warning", "error"]},
                "message": TEXT,
                "locations": {
                    "type": "array",
                    "minItems": 1,
                    "items": {
                        "additionalProperties": False,
                        "required": ["physicalLocation", "logicalLocations"],
                        "properties": {
                            "physicalLocation": {"properties": {"artifactLocation": {"properties": {"uri": URI}}}},
                            "logicalLocations": {"items": {"required": ["name", "fullyQualifiedName", "kind"]}},
                        },
                    },
                },
                "partialFingerprints": {"type": "object", "additionalProperties": {"type": "string"}},
                "properties": {"type": "object"},
            },
            # §3.27.10: what did not fail has no level
            "if": {"properties": {"kind": {"const": "fail"}}},
            "then": {"properties": {"level": {"enum": ["warning", "error"]}}},
            "else": {"properties": {"level": {"const": "none"}}},
        },
    },
}
"""What the standard and code scanning ask of the parts that we write; the published schema is larger by far."""


def failure(id_: str, **different: Any) -> Result:
    """A fail for a reason of security."""
    return result(id_, "fail", cause="takeover", **different)


def logged(*results: Result) -> dict[str, Any]:
    log = json.loads(json.dumps(sarif.document(told(list(results)))))
    jsonschema.validate(log, SHAPE, jsonschema.Draft202012Validator)
    run: dict[str, Any] = log["runs"][0]
    return run


def test_only_security_is_told() -> None:
    told_of = [failure("SSO-02"), failure("SYN-02"), result("SSO-07", "fail", cause="no-account")]
    run = logged(*told_of, result("ADJ-04", "needs review", level="adjacent"), result("SSO-01", "pass"))
    assert [(one["ruleId"], one["kind"], one["level"]) for one in run["results"]] == [
        ("SSO-02", "fail", "error"),
        ("ADJ-04", "review", "none"),
    ], "another requirement, or another reason to fail, is none of a scanner's business"
    assert {rule["id"] for rule in run["tool"]["driver"]["rules"]} <= set(WEAKNESSES)


def test_each_result_points_at_its_rule_and_its_page() -> None:
    run = logged(result("SSO-01", "pass"), failure("SSO-R5", level="recommended"))
    [found] = run["results"]
    assert run["tool"]["driver"]["rules"][found["ruleIndex"]]["id"] == "SSO-R5" and found["level"] == "warning"
    [place] = found["locations"]
    assert place["physicalLocation"]["artifactLocation"]["uri"] == "http://app.test/callback"
    assert place["logicalLocations"][0]["fullyQualifiedName"] == "sso/SSO-R5"


def test_without_a_page_the_place_is_the_app() -> None:
    run = logged(replace(failure("SSO-02"), evidence=Evidence()))
    assert run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "http://app.test"


def test_a_fingerprint_names_the_finding_and_nothing_of_the_run() -> None:
    def fingerprint(one: Result) -> str:
        return str(logged(one)["results"][0]["partialFingerprints"]["findingId/v1"])

    one = failure("SSO-02")
    assert fingerprint(one) == fingerprint(replace(one, observed="Otherwise.", seconds=3.0, evidence=Evidence()))
    assert fingerprint(one) != fingerprint(replace(one, cause="no-log-out"))


def test_what_an_app_wrote_stays_in_the_plain_text() -> None:
    run = logged(failure("SSO-02"))
    assert HOSTILE in run["results"][0]["message"]["text"] and "markdown" not in run["results"][0]["message"]
    assert "evil" not in json.dumps(run["tool"]) and SECRET not in json.dumps(run)


def test_every_security_requirement_can_fail_for_a_reason_of_security() -> None:
    """By the sources: the module of its check names such a cause, and no cause is listed that none names."""
    checks = {one.id: one.check for one in catalogue()}
    sources = {
        module: Path(module).read_text() for check in checks.values() if check for module in [_module(check)]
    }
    named = {
        module: {slug(one) for one in re.findall(r'cause="([^"]+)"', text)} for module, text in sources.items()
    }
    assert set.union(*named.values()) >= CAUSES
    for id_ in WEAKNESSES:
        check = checks[id_]
        assert check is not None and named[_module(check)] & CAUSES, id_


def _module(check: Check) -> str:
    return inspect.getfile(check)

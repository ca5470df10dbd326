"""What no machine can see: a person answers, and the answer goes into the report."""

from __future__ import annotations

from certification_suite.requirements import attestation

LIBRARY = "docs/library-certification-guide"

attestation(
    "LIB-03",
    "A free trial, demo or free version",
    programme="library",
    level="required",
    proof=("CFG", "WEB", "FORM"),
    since="2.1",
    prompt="What can a teacher use without paying, and for how long? Show a fresh account that reaches real "
    "content.",
    why="Teachers install from the Library by themselves, and have no budget of their own.",
    source=LIBRARY,
)


attestation(
    "LIB-C1",
    "Clever Academy",
    programme="library",
    level="checklist",
    proof=("FORM",),
    since="2.0",
    prompt="Has your team gone through Clever Academy for the Library? Say who and when.",
    why="It is on Clever's list of things to do before submitting.",
    source=LIBRARY,
)


attestation(
    "LIB-C2",
    "The data sharing agreement is signed",
    programme="library",
    level="checklist",
    proof=("CFG", "FORM"),
    since="all",
    prompt="Have you signed the Universal Data Sharing Agreement, and where is the signed PDF? The form asks for "
    "it.",
    why="Teachers share data without their district, so the agreement stands in for the district's.",
    source=LIBRARY,
)


attestation(
    "LIB-C3",
    "Marketing collateral is filled in",
    programme="library",
    level="checklist",
    proof=("CFG", "FORM"),
    since="all",
    prompt="Are name, tagline (at most 60 characters), description (at most 1000), categories, grades, tags (at "
    "most 10), "
    "platforms, pricing, links, icon, banner and screenshots filled in?",
    why="It is what teachers see in the Library; going live is blocked without it.",
    source="docs/setting-up-library-sso-and-rostering",
)


attestation(
    "SSO-C1",
    "Clever Academy",
    programme="sso",
    level="checklist",
    proof=("FORM",),
    since="all",
    prompt="Has your team gone through Clever Academy for Single Sign-On? Say who and when.",
    why="It is on Clever's list of things to do before submitting.",
    source="docs/district-sso-certification-guide",
)


attestation(
    "SYN-C1",
    "Clever Academy",
    programme="secure_sync",
    level="checklist",
    proof=("FORM",),
    since="all",
    prompt="Has your team gone through Clever Academy for Secure Sync? Say who and when.",
    why="It is on Clever's list of things to do before submitting.",
    source="docs/secure-sync-certification-guide",
)


attestation(
    "ADJ-16",
    "Records that could not be taken in are logged",
    programme="secure_sync",
    level="adjacent",
    proof=("FORM",),
    since="all",
    prompt="Show where your staff see each record that a sync could not take in, and why.",
    why="What nobody sees nobody mends; the district will hear it from a teacher.",
    source="docs/sync-troubleshooting",
)


attestation(
    "T-LMS-06",
    "What was tested in which LMS is written down",
    programme="lms",
    level="checklist",
    proof=("FORM",),
    since="all",
    prompt="For each LMS: which district and classes, which requests, what differed, and where is a screenshot "
    "for every "
    "item of the checklist?",
    why="Reviewers ask for evidence from the LMS itself, and the three differ.",
    source="docs/testing-your-lms-connect-integration",
)

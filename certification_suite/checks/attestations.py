"""What no machine can see: a person answers, and the answer goes into the report."""

from __future__ import annotations

from certification_suite.requirements import attestation

attestation(
    "SSO-C1",
    "Clever Academy",
    programme="sso",
    level="checklist",
    prompt="Has your team gone through Clever Academy for Single Sign-On? Say who and when.",
    why="It is on Clever's list of things to do before submitting.",
    source="docs/district-sso-certification-guide",
)


attestation(
    "SYN-C1",
    "Clever Academy",
    programme="secure_sync",
    level="checklist",
    prompt="Has your team gone through Clever Academy for Secure Sync? Say who and when.",
    why="It is on Clever's list of things to do before submitting.",
    source="docs/secure-sync-certification-guide",
)


attestation(
    "ADJ-16",
    "Records that could not be taken in are logged",
    programme="secure_sync",
    level="adjacent",
    prompt="Show where your staff see each record that a sync could not take in, and why.",
    why="What nobody sees nobody mends; the district will hear it from a teacher.",
    source="docs/sync-troubleshooting",
)

"""The guides that requirements stand in: each a way to declare with its programme, level and source filled in."""

from __future__ import annotations

from functools import partial

from certification_suite.requirements import requirement

sso = partial(requirement, programme="sso", source="docs/district-sso-certification-guide")
secure_sync = partial(requirement, programme="secure_sync", source="docs/secure-sync-certification-guide")
adjacent = partial(requirement, level="adjacent")

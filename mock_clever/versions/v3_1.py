"""v3.1: the collections of v3.0; what is new stands in the field table (docs/whats-new-in-api-v31)."""

from msgspec.structs import replace

from mock_clever.versions.v3_0 import V3_0

V3_1 = replace(V3_0, name="v3.1")

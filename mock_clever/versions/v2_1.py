"""v2.1: v2.0 whose lists can be counted; what else is new stands in the field table.

Source: dev.clever.com/v2.1/docs/new-in-api-v21.
"""

from msgspec.structs import replace

from mock_clever.versions.shape import Me
from mock_clever.versions.v2_0 import V2_0

V2_1 = replace(
    V2_0,
    name="v2.1",
    collections={name: replace(collection, counts=True) for name, collection in V2_0.collections.items()},
    me=Me(),
)

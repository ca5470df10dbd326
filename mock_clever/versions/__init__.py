"""Every API version the server speaks: which collections it has, how their records are written and linked.

A version is data. No function here or downstream asks which version it is in.
"""

from mock_clever.versions.shape import Collection, Permission, Relation, Version
from mock_clever.versions.v1_2 import V1_2
from mock_clever.versions.v2_0 import V2_0
from mock_clever.versions.v2_1 import V2_1
from mock_clever.versions.v3_0 import V3_0
from mock_clever.versions.v3_1 import V3_1

VERSIONS = {version.name: version for version in (V1_2, V2_0, V2_1, V3_0, V3_1)}

__all__ = ["VERSIONS", "Collection", "Permission", "Relation", "Version"]

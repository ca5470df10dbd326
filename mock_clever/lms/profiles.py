"""The LMSs there are, by `lms_type`: whatever stands in `personalities`."""

from importlib import import_module
from pkgutil import iter_modules

from mock_clever.lms import personalities
from mock_clever.lms.profile import Profile

_FILES = (f"{personalities.__name__}.{module.name}" for module in iter_modules(personalities.__path__))
_FOUND: list[Profile] = [import_module(name).PROFILE for name in _FILES]
PROFILES: dict[str, Profile] = {profile.lms_type: profile for profile in _FOUND}

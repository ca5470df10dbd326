"""Every way to get it wrong we know of: one subclass of `Behaviour` each, with one method overridden.

`refutes` names the certification requirements that fail with the defect, `models` the public incident it
repeats, or in words the kind of mistake it is.
Start the app with one: `python -m vendor_app --defect AcceptsAnyState`.
"""

from vendor_app.defects import asking, coursework, following, keeping, library, logging_in, openid, sharing_devices
from vendor_app.defects.register import DEFECTS, EVERY, UNJUDGED, chosen, in_one_line

__all__ = [
    "DEFECTS",
    "EVERY",
    "UNJUDGED",
    "asking",
    "chosen",
    "coursework",
    "following",
    "in_one_line",
    "keeping",
    "library",
    "logging_in",
    "openid",
    "sharing_devices",
]

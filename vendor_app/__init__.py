"""The reference vendor app: Larkspur Reader, a small school product that signs people in with Clever.

It is built as a vendor would build it and knows Clever over HTTP only; it imports neither the mock nor the
certification suite. Every decision a vendor can get wrong is one method of `Behaviour`, and every known way
to get it wrong is one subclass in `defects`. The app itself has no flags.
"""

from vendor_app.app import create_app
from vendor_app.behaviour import Behaviour
from vendor_app.config import Config

__all__ = ["Behaviour", "Config", "create_app"]

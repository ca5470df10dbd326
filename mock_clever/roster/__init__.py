"""A district as Clever's SFTP files: `read` a folder into a Source, `write` a Source into a folder.

Reading a folder that was written gives the same source. A folder with a fault in it is refused as a whole,
with one report of every problem found, and nothing of it is loaded.
"""

from mock_clever.roster.problems import Problem, RosterError
from mock_clever.roster.reader import Loaded, load, read
from mock_clever.roster.sidecar import named
from mock_clever.roster.writer import write

__all__ = ["Loaded", "Problem", "RosterError", "load", "named", "read", "write"]

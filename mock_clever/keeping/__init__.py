"""A folder in which the worlds of a process outlive it: what is so now, never how it came about.

`kinds` are the ways in which state is kept, `table` says which attribute is kept in which way, `snapshots` writes
each snapshot once, `folder` puts it all on disk and `answers` sees that it is there before anybody is told.
Whoever adds state to a world adds a line to `table`.
"""

from mock_clever.keeping.answers import keep
from mock_clever.keeping.folder import Folder
from mock_clever.keeping.opening import FolderError

__all__ = ["Folder", "FolderError", "keep"]

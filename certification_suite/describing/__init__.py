"""The app under test, described once: the keys of its file, how they are guessed, and the look before a run."""

"""One file for each LMS: its `PROFILE`, which is all there is of it."""

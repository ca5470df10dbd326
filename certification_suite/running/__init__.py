"""A run from its options to its exit code: workers, worlds, the diary, and the person beside it."""

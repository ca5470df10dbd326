"""`python -m mock_clever` is the `mock-clever` command."""

from mock_clever.cli import main

main(prog_name="mock-clever")

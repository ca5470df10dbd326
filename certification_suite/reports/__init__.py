"""One run, told four ways: to a person at a terminal, to CI, to a program, and to a reader."""

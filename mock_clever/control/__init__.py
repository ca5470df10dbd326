"""The control plane under `/_mock/`: what tests and people do to the mock that nobody can do to Clever."""

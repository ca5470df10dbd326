"""The instruments a check holds: the mock's control plane, a plain browser, the vendor's probe."""

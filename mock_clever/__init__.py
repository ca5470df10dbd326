"""A mock of Clever: synthetic districts behind faithful OAuth, Data and control APIs."""

__version__ = "0.1.0"

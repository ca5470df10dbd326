"""`python -m certification_suite`."""

from certification_suite.cli import main

if __name__ == "__main__":
    main()

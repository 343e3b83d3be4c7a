"""`python -m ftkit`, and the console script `ftkit`."""

from __future__ import annotations

from ftkit.cli.app import main

if __name__ == "__main__":
    main()

"""`python -m reconciler` does the same as `pal-reconcile`."""

from reconciler.cli.main import main

if __name__ == "__main__":
    main()

"""The history's schema, version by version, for Alembic."""

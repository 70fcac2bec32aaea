"""The end of a run: record, log and side tasks such as metrics and history."""

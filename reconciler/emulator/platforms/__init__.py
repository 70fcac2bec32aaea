"""Emulated hosts of workloads: IMDS, pipelines, Key Vault."""

"""Tokens from Microsoft Entra for every kind of identity."""

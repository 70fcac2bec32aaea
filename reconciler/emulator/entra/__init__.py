"""The emulated Microsoft Entra."""

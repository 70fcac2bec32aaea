"""The registry names a function for each view and format."""

from importlib import import_module
from inspect import signature

import pytest

from reconciler.views.formats import Format, View
from reconciler.views.registry import RENDERERS


@pytest.mark.parametrize("view", View)
def test_each_renderer_exists(view: View) -> None:
    """A table takes the page, too."""
    for form, path in RENDERERS[view].items():
        module, _, name = path.rpartition(".")
        renderer = getattr(import_module(f"reconciler.views.{module}"), name)
        assert len(signature(renderer).parameters) == (2 if form is Format.TABLE else 1), path

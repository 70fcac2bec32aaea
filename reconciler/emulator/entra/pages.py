"""HTML pages of a sign-in, as text."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

FRAME = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<style>body{{font:16px sans-serif;max-width:26em;margin:4em auto}}label{{display:block}}</style>
</head><body><h1>{title}</h1>
{body}
</body></html>
"""
SIGN_IN = """{notice}<form method="post">
{code}<label>User name <input name="username" value="{username}" autofocus></label>
<label>Password <input name="password" type="password"></label>
<button name="action" value="approve">Approve</button>
<button name="action" value="decline">Decline</button>
</form>"""
CODE = '<label>Code <input name="user_code" value="{user_code}"></label>\n'
FORM_POST = """<form method="post" action="{target}">
{fields}<noscript><button>Continue</button></noscript>
</form><script>document.forms[0].submit()</script>"""


def sign_in(username: str, notice: str = "") -> str:
    """Return the page that asks who signs in."""
    return _frame("Sign in", _form(username, notice, ""))


def device(user_code: str, username: str, notice: str = "") -> str:
    """Return the page that asks for the code another device shows."""
    code = CODE.format(user_code=escape(user_code))
    return _frame("Enter the code to allow access", _form(username, notice, code))


def message(title: str, text: str) -> str:
    """Return a page that only says something."""
    return _frame(title, f"<p>{escape(text)}</p>")


def form_post(target: str, fields: Mapping[str, str]) -> str:
    """Return the page that sends itself on to the app, as `response_mode=form_post` asks."""
    hidden = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">\n'
        for name, value in fields.items()
    )
    return _frame("Working", FORM_POST.format(target=escape(target), fields=hidden))


def _form(username: str, notice: str, code: str) -> str:
    shown = f"<p>{escape(notice)}</p>\n" if notice else ""
    return SIGN_IN.format(notice=shown, code=code, username=escape(username))


def _frame(title: str, body: str) -> str:
    return FRAME.format(title=escape(title), body=body)

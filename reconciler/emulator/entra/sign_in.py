"""Sign-ins of users: in the browser at the authorization endpoint, or with a device code.

Both show a page that asks who signs in, unless `approve_as` names the user.
"""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode, urlsplit

from reconciler.emulator.entra import pages
from reconciler.emulator.entra.error_table import REFUSALS
from reconciler.emulator.entra.errors import entra_headers
from reconciler.emulator.entra.responses import document, page, refuse
from reconciler.emulator.entra.user_tokens import DECLINED, home_or
from reconciler.emulator.messages import Answer
from reconciler.emulator.request_log import Call
from reconciler.emulator.state import people
from reconciler.emulator.state.directory import SHARED_NAMES
from reconciler.emulator.state.people import EVERYWHERE
from reconciler.emulator.state.sessions import DEVICE_CODE_LIFETIME_S, Code, SignIn
from reconciler.emulator.world import World

# Microsoft's own apps, which every tenant has: Azure CLI and Azure PowerShell.
FIRST_PARTY = frozenset(
    {"04b07795-8ddb-461a-bbee-02f9e1bf7b46", "1950a258-227b-4e31-a9cf-717495945fc2"}
)
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
WRONG_PASSWORD, WRONG_REDIRECT, WRONG_CODE = 50126, 50011, 70018
DEVICE_PAGE = "common/oauth2/deviceauth"


def app_refusal(call: Call, world: World) -> int | None:
    """Return the AADSTS number of why users cannot sign in to this app here, or None."""
    if call.tenant not in SHARED_NAMES and world.directory.tenant(call.tenant) is None:
        return 90002
    if call.client_id in FIRST_PARTY:
        return None
    client = world.directory.client(call.client_id) if call.client_id else None
    is_here = client is not None and (call.tenant in SHARED_NAMES or client.is_in(call.tenant))
    return None if is_here else 700016


def sign_in(
    username: str, password: str | None, tenant: str, client_id: str, world: World
) -> SignIn | int:
    """Sign a user in to an app, with MFA where it is needed; or return an AADSTS number.

    password: None if no page is shown
    """
    user = world.people.find(username)
    if user is None:
        return people.UNKNOWN_USER
    if password is not None and user.password not in (None, password):
        return WRONG_PASSWORD
    tenant_id = home_or(tenant, user)
    number = user.refusal(tenant_id, has_done_mfa=True)
    if number is not None:
        return number
    done = SignIn(user.username, client_id)
    if user.needs_mfa(tenant_id):
        world.sessions.note_mfa(done, tenant_id)
    return done


def authorize(call: Call, world: World) -> Answer:
    """Answer the authorization endpoint: the page, or the way back to the app."""
    asked = dict(parse_qsl(call.request.query))
    number = app_refusal(call, world)
    if number is None and not _is_loopback(asked.get("redirect_uri", "")):
        number = WRONG_REDIRECT
    if number is not None:
        return page(pages.message("Sorry, we cannot sign you in", _say(number, call)), status=400)
    hint = asked.get("login_hint", "")
    if call.request.method == "POST":
        form = call.request.form()
        if form.get("action") == "decline":
            return _back(asked, _error(DECLINED, call))
        username = form.get("username", "")
        outcome = sign_in(username, form.get("password", ""), call.tenant, call.client_id, world)
        if isinstance(outcome, int):
            return page(pages.sign_in(username, _say(outcome, call, username)))
    elif world.approve_as:
        username = _approver(hint, world)
        outcome = sign_in(username, None, call.tenant, call.client_id, world)
    else:
        return page(pages.sign_in(hint))
    if isinstance(outcome, int):
        return _back(asked, _error(outcome, call, username))
    return _back(asked, {"code": world.sessions.new_code(_code(outcome, asked, call))})


def device_code(call: Call, world: World) -> Answer:
    """Answer the device code endpoint."""
    number = app_refusal(call, world)
    if number is not None:
        return refuse(number, call, world)
    scope = call.request.form().get("scope", "")
    text, device = world.sessions.new_device(call.client_id, call.tenant, scope)
    if world.approve_as:
        username = _approver("", world)
        outcome = sign_in(username, None, call.tenant, call.client_id, world)
        world.sessions.decide(text, outcome)
    where = f"{world.endpoint}/{DEVICE_PAGE}"
    return document(
        {
            "user_code": device.user_code,
            "device_code": text,
            "verification_uri": where,
            "expires_in": DEVICE_CODE_LIFETIME_S,
            "interval": world.device_code_interval_s,
            "message": f"To sign in, use a web browser to open the page {where} and enter the "
            f"code {device.user_code} to authenticate.",
        }
    )


def device_page(call: Call, world: World) -> Answer:
    """Answer the page on which a device code is approved or declined."""
    asked = call.request.form() if call.request.method == "POST" else {}
    user_code = asked.get("user_code") or call.request.parameter("otc")
    username = asked.get("username", "")
    if not asked:
        return page(pages.device(user_code, username))
    found = world.sessions.pending(user_code)
    if found is None:
        return page(pages.device(user_code, username, _say(WRONG_CODE, call)))
    text, device = found
    if asked.get("action") == "decline":
        world.sessions.decide(text, DECLINED)
        return page(pages.message("Declined", "You can close this window."))
    password = asked.get("password", "")
    outcome = sign_in(username, password, device.tenant, device.client_id, world)
    if isinstance(outcome, int):
        return page(pages.device(user_code, username, _say(outcome, call, username)))
    world.sessions.decide(text, outcome)
    return page(pages.message("You have signed in", "You can close this window."))


def _is_loopback(uri: str) -> bool:
    """Say whether the app is on this machine; the emulator redirects nowhere else."""
    try:
        target = urlsplit(uri)
        return target.hostname in LOOPBACK and target.scheme in ("http", "https")
    except ValueError:
        return False


def _approver(hint: str, world: World) -> str:
    """Return who signs in without being asked."""
    if world.approve_as != EVERYWHERE:
        return world.approve_as
    return hint or next(iter(world.people.users), "")


def _code(who: SignIn, asked: dict[str, str], call: Call) -> Code:
    return Code(
        who,
        call.tenant,
        asked["redirect_uri"],
        asked.get("scope", ""),
        asked.get("code_challenge", ""),
        asked.get("nonce", ""),
        expiry=0,
    )


def _back(asked: dict[str, str], fields: dict[str, str]) -> Answer:
    """Send the browser back to the app, the way it asked for."""
    # Through urlsplit, which takes out the line breaks that would end the header.
    target, mode = urlsplit(asked["redirect_uri"]).geturl(), asked.get("response_mode", "query")
    if "state" in asked:
        fields = {**fields, "state": asked["state"]}
    if mode == "form_post":
        return page(pages.form_post(target, fields))
    mark = "#" if mode == "fragment" else "&" if "?" in target else "?"
    location = (b"location", f"{target}{mark}{urlencode(fields)}".encode("latin-1", "replace"))
    return Answer(302, [location, *entra_headers()])


def _error(number: int, call: Call, username: str = "") -> dict[str, str]:
    error = "access_denied" if number == DECLINED else REFUSALS[number].error
    return {"error": error, "error_description": _say(number, call, username)}


def _say(number: int, call: Call, username: str = "") -> str:
    text = REFUSALS[number].text
    told = text.format(client=call.client_id, tenant=call.tenant, field=username)
    return f"AADSTS{number}: {told}"

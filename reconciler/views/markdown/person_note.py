"""Note for one person: what to run, with the tenants.yaml beside it, and what to send back."""

from collections.abc import Sequence

from reconciler.core.links import Wanted
from reconciler.core.text import visible
from reconciler.views.markdown.escape import code, escape, table
from reconciler.views.summary import count

UV = "https://docs.astral.sh/uv/getting-started/installation/"
WSL = "https://learn.microsoft.com/windows/wsl/install"


def person_note(
    username: str, links: Sequence[Wanted], report: str, endpoint: str | None = None
) -> str:
    """Return the note. It names only these links.

    report    the file that `apply` leaves
    endpoint  the value of --arm-endpoint; None for an Azure cloud
    """
    rows = [
        [escape(place.tenant), code(place.directory), want.partner_id or "remove the link"]
        for want in links
        for place in [want.place]
    ]
    option = f" --arm-endpoint {visible(endpoint)}" if endpoint else ""
    lines = [
        f"# {count(len(links), 'customer')} to link as a Microsoft partner",
        "",
        f"For {code(username)}. Partner Admin Link records in a customer's directory that",
        "you work there for us. Only you can link your own account. It changes no permission.",
        "",
        *table(("customer", "directory", "partner ID"), rows),
        "",
        f"1. Install uv, once: <{UV}>",
        f"   On Windows, do this and the next step in WSL: <{WSL}>",
        "2. Open a terminal in this folder and run:",
        "",
        "~~~sh",
        f"uvx pal-reconcile apply -c tenants.yaml{option}",
        "~~~",
        "",
        "   It opens a browser window for each customer, in which you sign in with your account",
        "   for that customer. Without a browser, it shows a code to enter on another device.",
        "   Then it shows the changes, asks you, makes them and checks each.",
        "",
        f"3. Send {code(report)} back. The command writes it into this folder. It has no secrets.",
        "",
        "If a sign-in or a change fails, the command says why. Run it again after the fix: what is",
        "done already is not done twice.",
    ]
    return "\n".join(lines) + "\n"

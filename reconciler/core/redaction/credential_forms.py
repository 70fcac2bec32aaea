"""Forms of credentials that show by themselves what they are, wherever they stand.

Sources: the token formats of GitHub, GitLab and Slack, Microsoft's identifiable secrets (client
secrets of Entra with `Q~`, tokens of Azure DevOps and other keys with `JQQJ99`), and the URLs of
webhooks and pings. Older tokens of Azure DevOps have no form of their own.
A GUID, a partner ID and a SHA-256 in hexadecimal have none of these forms.
"""

HIDDEN = "[hidden]"
"""The replacement for a credential."""

Pattern = tuple[tuple[str, ...], str, str]
"""Texts in lower case of which one must occur in a line, a regular expression, the replacement."""

_REST = r"[^\s\"'<>\\]+"
"""The rest of a URL."""

_GITHUB = ("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_")

FORMS: tuple[Pattern, ...] = (
    # A JWT, also a truncated one: base64 of `{"` or `{ `.
    (
        ("eyj", "eya"),
        r"ey[JA][A-Za-z0-9_-]{12,}(?:\.[A-Za-z0-9_-]*){0,4}",
        HIDDEN,
    ),
    (
        _GITHUB,
        rf"(?:{'|'.join(_GITHUB)})[A-Za-z0-9_]{{16,}}(?:[.-][A-Za-z0-9_-]+)*",
        HIDDEN,
    ),
    (("glpat-",), r"glpat-[A-Za-z0-9_-]{16,}(?:\.[A-Za-z0-9_-]+)*", HIDDEN),
    (("xox",), r"xox[a-z]-[A-Za-z0-9-]{10,}", HIDDEN),
    # A client secret of Entra; a refresh token or a code of Entra.
    (
        ("q~",),
        r"[A-Za-z0-9_~.-]{3}[0-9]Q~[A-Za-z0-9_~.-]{20,}",
        HIDDEN,
    ),
    (("0.a", "1.a"), r"(?<![\w.])[01]\.A[A-Za-z0-9_-]{40,}(?:\.[\w-]+)*", HIDDEN),
    # Keys: of a storage account or Cosmos DB (64 bytes), and those with a checksum.
    (("==",), r"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{86}==", HIDDEN),
    (("jqqj99",), r"[A-Za-z0-9]{52}JQQJ99[A-Za-z0-9+/_-]{8,}={0,2}", HIDDEN),
    # URLs that are passwords: of webhooks and bots, and of a check at healthchecks.io.
    (
        ("hook", "hc-ping"),
        (
            r"(?i)((?:hooks\.slack\.com/[a-z]+|webhook\.office\.com/webhookb2"
            r"|outlook\.office(?:365)?\.com/webhook|discord(?:app)?\.com/api(?:/v[0-9]+)?/webhooks"
            rf"|hc-ping\.com)/){_REST}"
        ),
        rf"\1{HIDDEN}",
    ),
    (
        ("telegram",),
        r"(api\.telegram\.org/(?:file/)?bot)[0-9A-Za-z:_%-]+",
        rf"\1{HIDDEN}",
    ),
)

PRIVATE_KEY = (
    r"-----BEGIN(?: |\+|%20)(?:[A-Z0-9]+(?: |\+|%20))*PRIVATE(?: |\+|%20)KEY"
    r"(?:(?: |\+|%20)BLOCK)?-----"
    r"(?:[A-Za-z0-9+/=\s:,.%]|-(?!----)|\\+(?:[nrt/]|u00[0-9A-Fa-f]{2}))*"
    r"(?:-----END[A-Z0-9 +%]*-----)?"
)
"""PEM, on several lines or on one, also with headers, encoded for a URL, or truncated."""

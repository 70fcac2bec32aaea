"""The signed JWT with which a certificate signs in to Microsoft Entra.

azure-identity's CertificateCredential parses the RSA key twice for each credential object, about
100 ms of CPU for each tenant. Here the key is loaded once, and a signature takes about 1 ms.

Source: "Microsoft identity platform application authentication certificate credentials".
"""

import base64
import time
import uuid
from collections.abc import Callable

import jwt

from reconciler.azure.signin.certificates import SigningKey

LIFETIME_S = 600


def client_assertion(
    signing: SigningKey,
    client_id: str,
    token_endpoint: str,
    clock: Callable[[], float] = time.time,
) -> str:
    """Sign an assertion that this app may send to this token endpoint.

    clock  seconds since 1970
    """
    now = int(clock())
    claims = {
        "aud": token_endpoint,
        "iss": client_id,
        "sub": client_id,
        "jti": str(uuid.uuid4()),
        "iat": now,
        "nbf": now,
        "exp": now + LIFETIME_S,
    }
    thumbprint = base64.urlsafe_b64encode(signing.thumbprint).rstrip(b"=").decode()
    return jwt.encode(claims, signing.key, "PS256", {"x5t#S256": thumbprint})

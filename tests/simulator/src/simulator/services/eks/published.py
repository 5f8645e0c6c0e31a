# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a cluster serves to those who do not sign: its OIDC issuer's documents. Its Kubernetes API is refused by name."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from ...seam import not_implemented
from .store import Cluster

Document = dict[str, Any]
CONFIGURATION, KEYS = "/.well-known/openid-configuration", "/keys"
SIGNING_KEY = "signing_key"


def page(clusters: Iterable[Cluster], endpoint: str, path: str) -> Document | None:
    """Give the document at a path, if a cluster has one there."""
    asked = f"{endpoint}{path}"
    for cluster in clusters:
        if asked.startswith(cluster.shown.get("endpoint", "\0")):
            raise not_implemented(f"the Kubernetes API of cluster {cluster.shown['name']} with --kubernetes none")
        issuer = cluster.shown.get("identity", {}).get("oidc", {}).get("issuer", "\0")
        if asked == f"{issuer}{CONFIGURATION}":
            return _configuration(issuer)
        if asked == f"{issuer}{KEYS}":
            return {"keys": [_public_key(cluster)]}
    return None


def _configuration(issuer: str) -> Document:
    return {
        "issuer": issuer,
        "jwks_uri": f"{issuer}{KEYS}",
        "authorization_endpoint": "urn:kubernetes:programmatic_authorization",
        "response_types_supported": ["id_token"],
        "subject_types_supported": ["public"],
        "claims_supported": ["sub", "iss"],
        "id_token_signing_alg_values_supported": ["RS256"],
    }


def _public_key(cluster: Cluster) -> Document:
    numbers = _private_key(cluster).public_key().public_numbers()
    modulus = _encoded(numbers.n)
    return {
        "kty": "RSA",
        "use": "sig",
        "alg": "RS256",
        "kid": hashlib.sha256(modulus.encode()).hexdigest()[:40],
        "n": modulus,
        "e": _encoded(numbers.e),
    }


def _private_key(cluster: Cluster) -> RSAPrivateKey:
    """Give the cluster's own key, made at the first question because it costs a while, and kept as text for snapshots."""
    if SIGNING_KEY not in cluster.hidden:
        made = generate_private_key(65537, 2048)
        cluster.hidden[SIGNING_KEY] = made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    key = load_pem_private_key(cluster.hidden[SIGNING_KEY], None)
    if not isinstance(key, RSAPrivateKey):
        raise TypeError(f"the signing key of {cluster.shown['name']} is no RSA key")
    return key


def _encoded(number: int) -> str:
    return base64.urlsafe_b64encode(number.to_bytes((number.bit_length() + 7) // 8)).rstrip(b"=").decode()

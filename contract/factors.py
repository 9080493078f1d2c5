"""What people sign in with besides a password: an app's codes, and a passkey."""

import base64
import hashlib
import hmac
import json
import os
import struct
import time

# RFC 6238, as apps take it for granted.
STEP_SECONDS = 30
DIGITS = 6
# Bits of WebAuthn 3, §6.1: somebody was there, and it was who the device belongs to; a new key is told of.
PRESENT_AND_VERIFIED, HAS_KEY = 0x05, 0x40
# The base point of P-256 (SP 800-186, §3.2.1.3) is a public key like another: nothing is ever signed with it.
POINT_X = bytes.fromhex("6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296")
POINT_Y = bytes.fromhex("4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5")
# ES256 as COSE spells it (RFC 9053, §7.1.1), in CBOR.
PUBLIC_KEY = b"\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20" + POINT_X + b"\x22\x58\x20" + POINT_Y


def code_of(secret: str) -> str:
    """What an app shows at this moment."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.digest(key, struct.pack(">Q", int(time.time()) // STEP_SECONDS), "sha1")
    at = digest[-1] & 0x0F
    number = struct.unpack(">I", digest[at : at + 4])[0] & 0x7FFF_FFFF
    return str(number % 10**DIGITS).zfill(DIGITS)


def new_passkey(ceremony: dict, origin: str) -> dict:
    """What `navigator.credentials.create()` gives on a page of `origin`."""
    options = ceremony["options"]
    credential_id = os.urandom(24)
    data = hashlib.sha256(options["rp"]["id"].encode()).digest()
    data += struct.pack(">BI16xH", PRESENT_AND_VERIFIED | HAS_KEY, 0, len(credential_id))
    data += credential_id + PUBLIC_KEY
    # A map of `fmt`, `attStmt` and `authData`; the last is bytes with a length of one byte.
    attestation = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58" + struct.pack("B", len(data)) + data
    client = {
        "type": "webauthn.create",
        "challenge": options["challenge"],
        "origin": origin,
        "crossOrigin": False,
    }
    return {
        "id": encode(credential_id),
        "rawId": encode(credential_id),
        "type": "public-key",
        "clientExtensionResults": {},
        "response": {
            "clientDataJSON": encode(json.dumps(client).encode()),
            "attestationObject": encode(attestation),
            "transports": ["internal"],
        },
    }


def encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()

"""The AR24 signature and encryption: AES-256-CBC under keys cut out of hexadecimal digests."""

import base64
import binascii
import hashlib

from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

BLOCK_BITS = 128
KEY_CHARACTERS = 32
IV_CHARACTERS = 16


class Unreadable(ValueError):
    """The text was not encrypted under this key."""


def signature(date: str, private_key: str) -> str:
    """Return the ``signature`` header of a request dated ``YYYY-MM-DD HH:MM:SS``, Paris time."""
    return _seal(date.encode(), key=_hex(private_key)[:KEY_CHARACTERS], private_key=private_key)


def encrypt(plain: bytes, date: str, private_key: str) -> str:
    """Return an answer as the operator sends it, in base64, for the date the caller gave."""
    key = _hex(date + private_key)[:KEY_CHARACTERS]
    return _seal(plain, key=key, private_key=private_key)


def decrypt(text: str, date: str, private_key: str) -> bytes:
    """Read an answer back. Raises ``Unreadable``."""
    key = _hex(date + private_key)[:KEY_CHARACTERS]
    try:
        sealed = base64.b64decode(text, validate=True)
        opener = _cipher(key, private_key).decryptor()
        unpadder = padding.PKCS7(BLOCK_BITS).unpadder()
        padded = opener.update(sealed) + opener.finalize()
        return unpadder.update(padded) + unpadder.finalize()
    except (binascii.Error, ValueError) as error:
        raise Unreadable("not an answer to this request") from error


def _seal(plain: bytes, *, key: str, private_key: str) -> str:
    padder = padding.PKCS7(BLOCK_BITS).padder()
    sealer = _cipher(key, private_key).encryptor()
    padded = padder.update(plain) + padder.finalize()
    return base64.b64encode(sealer.update(padded) + sealer.finalize()).decode()


def _cipher(key: str, private_key: str) -> Cipher[modes.CBC]:
    iv = _hex(_hex(private_key))[:IV_CHARACTERS]
    return Cipher(algorithms.AES256(key.encode()), modes.CBC(iv.encode()))


def _hex(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()

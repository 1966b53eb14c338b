"""Refresh tokens on disk: one file for each account, for this user only, encrypted where there is a key.

Providers replace a refresh token when it is used, so the newest one must outlive the process. Several workers may want
to do that at once: whoever refreshes holds the file's lock, and reads what the one before has left.
"""

from __future__ import annotations

import base64
import fcntl
import hashlib
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from intake.errors import TransientError
from intake.oauth.endpoint import SignInRefusedError
from intake.oauth.provider import SignIn

FOLDER = "oauth-tokens"
LOCK_SECONDS = 60.0
"""How long another process may take with a refresh: more than its time-outs."""
_LOOK_SECONDS = 0.02
_SALT_OCTETS = 16


@dataclass(frozen=True, slots=True)
class Kept:
    """A refresh token. `seed` tells which one the configuration gave when this was kept, "" for none (`seed_of`)."""

    refresh_token: str = field(repr=False)
    seed: str = ""


def seed_of(configured: str | None) -> str:
    """A fingerprint of the configuration's refresh token: another one there outweighs what is kept."""
    return hashlib.sha256(configured.encode()).hexdigest()[:16] if configured else ""


class TokenFile:
    """The kept refresh token of one account. `key` is any text; "" keeps it in clear."""

    def __init__(self, folder: Path, sign_in: SignIn, *, key: str = "") -> None:
        self.path = folder / FOLDER / f"{sign_in.identity}.json"
        self._sign_in = sign_in
        self._key = key

    @property
    def encrypts(self) -> bool:
        """Whether there is a key."""
        return bool(self._key)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other processes out; the lock goes with the process. TransientError where one takes too long."""
        with self._writing():
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = self.path.with_suffix(".lock")
            descriptor = os.open(lock, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            self._take(descriptor)
            yield
        finally:
            os.close(descriptor)

    def read(self) -> Kept | None:
        """What is kept, None for nothing. SignInRefusedError where the key does not open it."""
        values = self._content()
        if "encrypted" in values:
            values = self._opened(values)
        if not values.get("refresh_token"):
            return None
        return Kept(values["refresh_token"], values.get("seed", ""))

    def write(self, kept: Kept) -> None:
        """Keep a token instead of the one before, at once or not at all. Call it with the lock held."""
        content = json.dumps({"refresh_token": kept.refresh_token, "seed": kept.seed})
        text = self._sealed(content) if self._key else content
        new = self.path.with_suffix(".new")
        with self._writing():
            descriptor = os.open(new, os.O_CREAT | os.O_WRONLY | os.O_TRUNC | os.O_CLOEXEC, 0o600)
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(text + "\n")
                file.flush()
                os.fsync(file.fileno())
            new.replace(self.path)

    def in_clear(self) -> bool:
        """Whether a token lies there that is not encrypted."""
        return "refresh_token" in self._content()

    def _take(self, descriptor: int) -> None:
        deadline = time.monotonic() + LOCK_SECONDS
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise TransientError(
                        f"{self._sign_in.name}: another process holds the kept sign-in for too long"
                    ) from None
                time.sleep(_LOOK_SECONDS)
            else:
                return

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise TransientError(
                f"{self._sign_in.name}: the folder {FOLDER} beside the ledger cannot be used "
                f"({error.strerror or type(error).__name__}); give this user the right to write there"
            ) from error

    def _content(self) -> dict[str, str]:
        """The file's object, empty where there is no file or none of ours."""
        try:
            with self._writing():
                octets = self.path.read_bytes()
        except TransientError as error:
            if isinstance(error.__cause__, FileNotFoundError):
                return {}
            raise
        try:
            tree: object = json.loads(octets)
        except ValueError:
            return {}
        members: dict[object, object] = tree if isinstance(tree, dict) else {}
        return {str(name): value for name, value in members.items() if isinstance(value, str)}

    def _sealed(self, content: str) -> str:
        from cryptography.fernet import Fernet  # noqa: PLC0415  # for those who have a key

        salt = os.urandom(_SALT_OCTETS)
        sealed = Fernet(_fernet_key(self._key, salt)).encrypt(content.encode())
        return json.dumps(
            {"salt": base64.b64encode(salt).decode(), "encrypted": sealed.decode("ascii")}
        )

    def _opened(self, values: dict[str, str]) -> dict[str, str]:
        from cryptography.fernet import Fernet, InvalidToken  # noqa: PLC0415  # as above

        try:
            salt = base64.b64decode(values.get("salt", ""))
            content = Fernet(_fernet_key(self._key, salt)).decrypt(values["encrypted"].encode())
            members: dict[str, str] = json.loads(content)
        except (InvalidToken, ValueError):
            raise SignInRefusedError(
                f"{self._sign_in.name}: the kept sign-in is encrypted with another key than keys.tokens; "
                f"put that key back, or run `{self._sign_in.command}`"
            ) from None
        return members


def _fernet_key(text: str, salt: bytes) -> bytes:
    """A key from any text (RFC 7914): a short one takes long to guess, a random one stays as good as it is."""
    derived = hashlib.scrypt(text.encode(), salt=salt, n=2**14, r=8, p=1, dklen=32)
    return base64.urlsafe_b64encode(derived)

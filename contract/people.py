"""People who ask the API for something, in a few calls."""

import base64
import email
import email.policy
import os
import re
import time
import uuid
from pathlib import Path
from urllib.parse import urljoin

import requests

from factors import code_of, new_passkey

URL = os.environ["DAMSO_URL"]
# The server writes its mails into it.
MAIL = Path(os.environ["DAMSO_MAIL_FOLDER"])
# In seconds: for what the server does by and by, and between looking and looking again.
PATIENCE, PAUSE = 10, 0.02
PASSWORD = "only for the contract 1"
# One pixel.
PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


class Person:
    """An account, signed in."""

    def __init__(self, handle: str):
        self.handle = handle
        self.headers = {}
        about = {"handle": handle, "display_name": handle, "password": PASSWORD}
        self.take(self.ask("post", "/auth/sign-up", **about, token_transport="body"))

    def sign_in(self) -> str:
        """Opens another session and goes on with it; tells the id of the one before."""
        before = self.session
        about = {"login": self.handle, "password": PASSWORD}
        self.take(self.ask("post", "/auth/sign-in", **about, token_transport="body"))
        return before

    def renew(self):
        """Goes on with a fresh access token."""
        self.take(self.ask("post", "/auth/refresh", refresh_token=self.refresh_token))

    def take(self, answer: dict):
        self.id, self.session = answer["user"]["id"], answer["session_id"]
        self.refresh_token = answer["refresh_token"]
        self.headers = {"Authorization": f"Bearer {answer['access_token']}"}

    def send(self, method: str, path: str, **body) -> requests.Response:
        url = f"{URL}/api/v1{path}"
        return requests.request(method, url, json=body or None, headers=self.headers, timeout=10)

    def prove(self):
        """What a stolen token is not enough for asks for this, and it is good for ten minutes."""
        self.ask("post", "/auth/reauthenticate", password=PASSWORD)

    def ask(self, method: str, path: str, **body):
        """Sends what has to be taken."""
        answer = self.send(method, path, **body)
        if not answer.ok:
            raise RuntimeError(f"{method} {path}: {answer.status_code} {answer.text}")
        return answer.json() if answer.content else None

    def set_address(self) -> str:
        """Writes down an address, and tells what its link has after the `#`."""
        self.prove()
        self.ask("put", "/me/email", email=self.address)
        return self.token("verify")

    def forget_password(self) -> str:
        """Asks for a new one by mail, and tells what its link has after the `#`."""
        self.ask("post", "/auth/email-verification/confirm", token=self.set_address())
        self.ask("post", "/auth/password-reset", email=self.address)
        return self.token("reset")

    @property
    def address(self) -> str:
        return f"{self.handle}@example.org"

    def token(self, place: str) -> str:
        """What a link to `place` that was mailed to this person has after its `#`."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            for file in MAIL.glob("*.eml"):
                mail = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
                text = mail.get_body(["plain"]).get_content()
                if self.address in mail["To"] and (link := re.search(rf"/{place}#(\S+)", text)):
                    return link[1]
            time.sleep(PAUSE)
        raise RuntimeError(f"no mail with a link to {place} came to {self.address}")

    def start_totp(self) -> str:
        """Begins to turn codes from an app on, and tells the secret."""
        self.prove()
        return self.ask("post", "/me/totp")["secret"]

    def turn_totp_on(self) -> list[str]:
        """Tells the recovery codes."""
        return self.ask("post", "/me/totp/confirm", code=code_of(self.start_totp()))["recovery_codes"]

    def make_passkey(self, name: str) -> dict:
        """What would add a passkey, good once and for five minutes."""
        self.prove()
        ceremony = self.ask("post", "/me/passkeys/start")
        return {
            "ceremony_id": ceremony["ceremony_id"],
            "credential": new_passkey(ceremony, URL),
            "name": name,
        }

    def add_passkey(self, name: str) -> str:
        return self.ask("post", "/me/passkeys/finish", **self.make_passkey(name))["id"]

    def export(self) -> str:
        """Lets a copy of the account be made, and tells its id once it is there."""
        self.prove()
        export = self.ask("post", "/me/exports")
        end = time.monotonic() + PATIENCE
        while export["state"] != "ready":
            if end < time.monotonic():
                raise RuntimeError(f"the export of {self.handle} is still {export['state']}")
            time.sleep(PAUSE)
            export = self.ask("get", f"/me/exports/{export['id']}")
        return export["id"]

    def request_friend(self, other: "Person") -> str:
        return self.ask("post", "/friend-requests", user_id=other.id)["id"]

    def befriend(self, other: "Person"):
        other.ask("post", f"/friend-requests/{self.request_friend(other)}/accept")

    def open_direct(self, other: "Person") -> str:
        return self.ask("post", "/conversations", kind="direct", user_id=other.id)["id"]

    def create_group(self, others: list["Person"]) -> str:
        ids = [other.id for other in others]
        return self.ask("post", "/conversations", kind="group", name="북한산", member_ids=ids)["id"]

    def make_folder(self, name: str) -> str:
        return self.ask("post", "/me/folders", name=name)["id"]

    def invite_to(self, group: str) -> str:
        """Makes a link into a group, and tells its code."""
        return self.ask("post", f"/conversations/{group}/invites", max_uses=1000)["code"]

    def write(self, conversation: str, text: str, attachments: list[str] | None = None) -> int:
        """Sends a message, and tells its number."""
        body = {"client_key": str(uuid.uuid4()), "text": text, "attachment_ids": attachments or []}
        return self.ask("post", f"/conversations/{conversation}/messages", **body)["seq"]

    def ask_to_choose(self, group: str) -> int:
        """Makes a poll, and tells its number."""
        body = {"client_key": str(uuid.uuid4()), "question": "점심 뭐 먹을까?", "options": ["김밥", "국수"]}
        return self.ask("post", f"/conversations/{group}/polls", **body)["seq"]

    def upload(self) -> str:
        """Uploads a picture, and tells its id."""
        size = len(PICTURE)
        made = self.ask("post", "/attachments", file_name="a.png", media_type="image/png", size_bytes=size)
        part, attachment = made["upload"]["parts"][0], made["attachment"]["id"]
        headers = {header["name"]: header["value"] for header in part["headers"]}
        stored = requests.put(urljoin(URL, part["url"]), data=PICTURE, headers=headers, timeout=10)
        stored.raise_for_status()
        parts = [{"number": 1, "etag": stored.headers["ETag"]}]
        self.ask("post", f"/attachments/{attachment}/complete", parts=parts)
        return attachment

"""People who ask the API for something, in a few calls."""

import base64
import os
import uuid
from urllib.parse import urljoin

import requests

URL = os.environ["DAMSO_URL"]
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

    def request_friend(self, other: "Person") -> str:
        return self.ask("post", "/friend-requests", user_id=other.id)["id"]

    def befriend(self, other: "Person"):
        other.ask("post", f"/friend-requests/{self.request_friend(other)}/accept")

    def open_direct(self, other: "Person") -> str:
        return self.ask("post", "/conversations", kind="direct", user_id=other.id)["id"]

    def create_group(self, others: list["Person"]) -> str:
        ids = [other.id for other in others]
        return self.ask("post", "/conversations", kind="group", name="북한산", member_ids=ids)["id"]

    def write(self, conversation: str, text: str, attachments: list[str] | None = None) -> int:
        """Sends a message, and tells its number."""
        body = {"client_key": str(uuid.uuid4()), "text": text, "attachment_ids": attachments or []}
        return self.ask("post", f"/conversations/{conversation}/messages", **body)["seq"]

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

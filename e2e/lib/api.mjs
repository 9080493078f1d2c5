// What a journey needs but does not try: accounts and friendships made over HTTP, as another client would.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";

import { addressOf } from "./browser.mjs";

/** Makes an account and leaves its session with the context, as the sign-up form does. */
export async function signUp(context, { handle, name, password, language }) {
  const body = { handle, display_name: name, password, locale: language };
  const auth = await call(context, "POST", "/auth/sign-up", { body });
  return { id: auth.user.id, token: auth.access_token };
}

/** Makes two people friends. */
export async function befriend(one, other) {
  const request = await call(one.context, "POST", "/friend-requests", {
    token: one.token,
    body: { user_id: other.id },
  });
  await call(other.context, "POST", `/friend-requests/${request.id}/accept`, { token: other.token });
}

/** Calls an operation and returns its answer. */
export async function call(context, method, path, { token, body } = {}) {
  const response = await context.request.fetch(`/api/v1${path}`, {
    method,
    data: body,
    headers: { origin: addressOf(context), ...(token && { authorization: `Bearer ${token}` }) },
  });
  assert.ok(response.ok(), `${response.status()} ${method} ${path}: ${await response.text()}`);
  const text = await response.text();
  return text === "" ? null : JSON.parse(text);
}

/** Uploads a file and returns the finished attachment. */
export async function upload(person, { name, mimeType, buffer }) {
  const created = await person.call("POST", "/attachments", {
    file_name: name,
    media_type: mimeType,
    size_bytes: buffer.length,
  });
  const parts = [];
  for (const { number, url, headers } of created.upload.parts) {
    const response = await person.context.request.put(url, { data: buffer, headers: uploadHeaders(headers, mimeType) });
    assert.ok(response.ok(), `${response.status()} PUT ${url}`);
    parts.push({ number, etag: response.headers().etag ?? "" });
  }
  return person.call("POST", `/attachments/${created.attachment.id}/complete`, { parts });
}

function uploadHeaders(headers, mimeType) {
  const named = Object.fromEntries(headers.map(({ name, value }) => [name.toLowerCase(), value]));
  delete named["content-length"];
  return { "content-type": mimeType, ...named };
}

/** Opens the conversation with a friend. */
export function direct(person, other) {
  return person.call("POST", "/conversations", { kind: "direct", user_id: other.id });
}

/** Makes a group. */
export function group(person, name, members) {
  const member_ids = members.map((member) => member.id);
  return person.call("POST", "/conversations", { kind: "group", name, member_ids });
}

/** Sends a message: a text, files, or both. */
export async function send(person, conversation, { text, files = [] }) {
  const attachments = await Promise.all(files.map((file) => upload(person, file)));
  return person.call("POST", `/conversations/${conversation.id}/messages`, {
    client_key: randomUUID(),
    text,
    attachment_ids: attachments.map((attachment) => attachment.id),
  });
}

/** Gives somebody a profile picture. */
export async function setAvatar(person, file) {
  const attachment = await upload(person, file);
  await person.call("PUT", "/me/avatar", { attachment_id: attachment.id });
}

// A passkey of Chromium's own, over the DevTools protocol: its owner is there and has unlocked it, unless told
// otherwise.

const OPTIONS = {
  protocol: "ctap2",
  transport: "internal",
  hasResidentKey: true,
  hasUserVerification: true,
  automaticPresenceSimulation: true,
  isUserVerified: true,
};

/** Puts an authenticator into the browser that a page is in. */
export async function addAuthenticator(context, page) {
  const session = await context.newCDPSession(page);
  await session.send("WebAuthn.enable");
  const { authenticatorId } = await session.send("WebAuthn.addVirtualAuthenticator", { options: OPTIONS });
  return {
    /** Whether its owner can unlock it. */
    setVerified: (isUserVerified) =>
      session.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified }),
  };
}

/** Makes a passkey in a page and gives it to the account, as the settings do. Returns what the server calls it. */
export async function registerPasskey(person) {
  await person.call("POST", "/auth/reauthenticate", { password: person.password });
  const { ceremony_id, options } = await person.call("POST", "/me/passkeys/start");
  const credential = await person.page.evaluate(async (json) => {
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(json);
    return (await navigator.credentials.create({ publicKey })).toJSON();
  }, options);
  return person.call("POST", "/me/passkeys/finish", { ceremony_id, name: "노트북", credential });
}

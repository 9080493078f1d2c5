// A device with a fingerprint reader, made by Chromium and led over the DevTools protocol: its owner is there and has
// unlocked it, unless told otherwise.

const OPTIONS = {
  protocol: "ctap2",
  transport: "internal",
  hasResidentKey: true,
  hasUserVerification: true,
  automaticPresenceSimulation: true,
  isUserVerified: true,
};

/** Gives a page's browser a place for passkeys, and returns what can be asked of it. */
export async function giveAuthenticator(page) {
  const session = await page.context().newCDPSession(page);
  await session.send("WebAuthn.enable");
  const { authenticatorId } = await session.send("WebAuthn.addVirtualAuthenticator", { options: OPTIONS });
  return {
    /** The passkeys that it holds. */
    credentials: async () => (await session.send("WebAuthn.getCredentials", { authenticatorId })).credentials,
    /** Whether somebody touches it whenever a page asks, also for what it only offers. */
    touch: (enabled) => session.send("WebAuthn.setAutomaticPresenceSimulation", { authenticatorId, enabled }),
    /** Whether whoever touches it is its owner. */
    verify: (isUserVerified) => session.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified }),
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

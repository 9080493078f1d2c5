//! A device that makes passkeys, as a browser shows it to a page (WebAuthn 3, §6 and §7), to be led astray by tests.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use damso_protocol::PasskeyCeremony;
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// Somebody was there.
const PRESENT: u8 = 0x01;
/// And it was who the device belongs to.
const VERIFIED: u8 = 0x04;
/// A new key is told of.
const HAS_KEY: u8 = 0x40;

/// A device with one passkey.
#[derive(Clone)]
pub struct Authenticator {
    key: SigningKey,
    credential_id: Vec<u8>,
    /// Where the page is that asks, as the browser tells it.
    pub origin: String,
    /// Whom the passkey belongs to, as it was told when it was made.
    pub user_handle: String,
    /// How often it was used; 0 for ever on devices that do not count.
    pub counter: u32,
    /// Whether it has made sure who uses it.
    pub is_verified: bool,
}

impl Authenticator {
    /// A device whose key and credential are made from `seed`, used on a page of `origin`.
    pub fn new(seed: u8, origin: &str) -> Self {
        Self {
            key: SigningKey::from_slice(&[seed; 32]).expect("it is neither 0 nor beyond the curve"),
            credential_id: vec![seed; 24],
            origin: origin.to_owned(),
            user_handle: String::new(),
            counter: 1,
            is_verified: true,
        }
    }

    /// What `navigator.credentials.create()` gives.
    pub fn create(&mut self, ceremony: &PasskeyCeremony) -> Value {
        self.user_handle = text(&ceremony.options["user"]["id"]);
        let relying_party = text(&ceremony.options["rp"]["id"]);
        let mut data = self.data(&relying_party, HAS_KEY);
        data.extend([0; 16]);
        data.extend(24_u16.to_be_bytes());
        data.extend(&self.credential_id);
        data.extend(self.public_key());
        // A map of `fmt`, `attStmt` and `authData`; the last is bytes with a length of one byte.
        let mut attestation = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58".to_vec();
        attestation.push(u8::try_from(data.len()).expect("it is 164 bytes"));
        attestation.extend(data);
        json!({
            "id": self.id(),
            "rawId": self.id(),
            "type": "public-key",
            "clientExtensionResults": {},
            "response": {
                "clientDataJSON": encode(&self.client_data("webauthn.create", ceremony)),
                "attestationObject": encode(&attestation),
                "transports": ["internal"],
            },
        })
    }

    /// What `navigator.credentials.get()` gives.
    pub fn get(&mut self, ceremony: &PasskeyCeremony) -> Value {
        if self.counter != 0 {
            self.counter += 1;
        }
        let relying_party = text(&ceremony.options["rpId"]);
        let (data, client_data) = (
            self.data(&relying_party, 0),
            self.client_data("webauthn.get", ceremony),
        );
        let mut signed = data.clone();
        signed.extend(Sha256::digest(&client_data));
        let signature: Signature = self.key.sign(&signed);
        json!({
            "id": self.id(),
            "rawId": self.id(),
            "type": "public-key",
            "clientExtensionResults": {},
            "response": {
                "clientDataJSON": encode(&client_data),
                "authenticatorData": encode(&data),
                "signature": encode(signature.to_der().as_bytes()),
                "userHandle": self.user_handle,
            },
        })
    }

    fn id(&self) -> String {
        encode(&self.credential_id)
    }

    fn data(&self, relying_party: &str, flags: u8) -> Vec<u8> {
        let verified = if self.is_verified { VERIFIED } else { 0 };
        let mut data = Sha256::digest(relying_party).to_vec();
        data.push(flags | PRESENT | verified);
        data.extend(self.counter.to_be_bytes());
        data
    }

    fn client_data(&self, kind: &str, ceremony: &PasskeyCeremony) -> Vec<u8> {
        let challenge = &ceremony.options["challenge"];
        let data =
            json!({ "type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": false });
        data.to_string().into_bytes()
    }

    /// ES256, as COSE spells it (RFC 9053, §7.1.1).
    fn public_key(&self) -> Vec<u8> {
        let point = self.key.verifying_key().to_encoded_point(false);
        let mut key = b"\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20".to_vec();
        key.extend(point.x().expect("it is not compressed"));
        key.extend(b"\x22\x58\x20");
        key.extend(point.y().expect("it is not compressed"));
        key
    }
}

fn text(value: &Value) -> String {
    value.as_str().expect("it is a text").to_owned()
}

fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

//! Passkeys, by the JSON that browsers read and write (WebAuthn 3, §5.1).
//!
//! The server begins a [`Ceremony`]; what the browser makes of it goes back. The options are not read on their
//! way: they are between the server and the browser.

use damso_protocol::{PasskeyAssertion, WebAuthnJson};
use js_sys::{Array, JSON, Object, Reflect};
use leptos::prelude::window;
use serde_json::Value;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::AbortSignal;

#[wasm_bindgen]
extern "C" {
    type PublicKeyCredential;

    #[wasm_bindgen(catch, static_method_of = PublicKeyCredential, js_name = parseRequestOptionsFromJSON)]
    fn parse_request(options: &JsValue) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(catch, static_method_of = PublicKeyCredential, js_name = parseCreationOptionsFromJSON)]
    fn parse_creation(options: &JsValue) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(catch, static_method_of = PublicKeyCredential, js_name = isConditionalMediationAvailable)]
    async fn is_conditional_mediation_available() -> Result<JsValue, JsValue>;

    #[wasm_bindgen(catch, js_namespace = ["navigator", "credentials"], js_name = get)]
    async fn get_credential(options: &JsValue) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(catch, js_namespace = ["navigator", "credentials"], js_name = create)]
    async fn create_credential(options: &JsValue) -> Result<JsValue, JsValue>;
}

/// What the server wants a passkey to do, within five minutes.
#[derive(Clone)]
pub struct Ceremony {
    id: String,
    options: JsValue,
}

impl Ceremony {
    /// Of the answer of `…/passkey/start` or `…/passkeys/start`, as it came.
    pub fn read(answer: &str) -> Option<Self> {
        let answer = JSON::parse(answer).ok()?;
        let id = Reflect::get(&answer, &"ceremony_id".into()).ok()?.as_string()?;
        let options = Reflect::get(&answer, &"options".into()).ok()?;
        options.is_object().then_some(Self { id, options })
    }
}

/// What a browser has made for a ceremony.
pub struct NewPasskey {
    /// Whose ceremony it was.
    pub ceremony_id: String,
    /// For the server.
    pub credential: WebAuthnJson,
}

/// Why there is nothing to send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasskeyError {
    /// Somebody closed the browser's question, let it time out, or has no passkey for this server: browsers do
    /// not say which.
    Dismissed,
    /// The device has a passkey of this account already.
    AlreadyThere,
    /// Given up by this page.
    Aborted,
    /// The browser cannot do it: not at this address, or not at all.
    Impossible,
}

/// How somebody is asked for a passkey.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// By a question in front of the page.
    Asked,
    /// By what the browser offers to fill in beside a field with `autocomplete="… webauthn"`.
    Offered,
}

/// Whether this browser knows passkeys, and this address has a name that they could belong to.
pub fn is_supported() -> bool {
    let host = window().location().hostname().unwrap_or_default();
    if host.contains(':') || host.chars().all(|c| c.is_ascii_digit() || c == '.') {
        return false;
    }
    let Ok(class) = Reflect::get(&window(), &"PublicKeyCredential".into()) else {
        return false;
    };
    let knows = |name: &str| class.is_function() && Reflect::has(&class, &name.into()).unwrap_or(false);
    knows("parseRequestOptionsFromJSON") && knows("parseCreationOptionsFromJSON")
}

/// Whether this browser can offer passkeys among what it fills in.
pub async fn can_offer() -> bool {
    is_supported()
        && PublicKeyCredential::is_conditional_mediation_available()
            .await
            .is_ok_and(|answer| answer.is_truthy())
}

/// Has somebody choose a passkey and sign with it. A browser asks one question at a time: `signal` takes this one
/// back.
pub async fn get(
    ceremony: Ceremony,
    manner: Manner,
    signal: Option<&AbortSignal>,
) -> Result<PasskeyAssertion, PasskeyError> {
    let options = PublicKeyCredential::parse_request(&ceremony.options).map_err(refusal)?;
    let options = with("publicKey", &options);
    if manner == Manner::Offered {
        set(&options, "mediation", &"conditional".into());
    }
    if let Some(signal) = signal {
        set(&options, "signal", signal);
    }
    let credential = get_credential(&options).await.map_err(refusal)?;
    Ok(PasskeyAssertion {
        ceremony_id: ceremony.id,
        credential: to_json(&credential)?,
    })
}

/// Has somebody make a passkey.
pub async fn create(ceremony: Ceremony) -> Result<NewPasskey, PasskeyError> {
    let options = PublicKeyCredential::parse_creation(&ceremony.options).map_err(refusal)?;
    let credential = create_credential(&with("publicKey", &options))
        .await
        .map_err(refusal)?;
    Ok(NewPasskey {
        ceremony_id: ceremony.id,
        credential: to_json(&credential)?,
    })
}

fn with(name: &str, value: &JsValue) -> Object {
    let object = Object::new();
    set(&object, name, value);
    object
}

/// A plain object takes every property.
fn set(object: &Object, name: &str, value: &JsValue) {
    let _ = Reflect::set(object, &name.into(), value);
}

fn refusal(error: JsValue) -> PasskeyError {
    let name = Reflect::get(&error, &"name".into()).ok();
    match name.and_then(|name| name.as_string()).as_deref() {
        Some("NotAllowedError") => PasskeyError::Dismissed,
        Some("InvalidStateError") => PasskeyError::AlreadyThere,
        Some("AbortError") => PasskeyError::Aborted,
        _ => PasskeyError::Impossible,
    }
}

/// What `toJSON()` of a credential says. Writing it as text calls that, and leaves out what is undefined.
fn to_json(credential: &JsValue) -> Result<WebAuthnJson, PasskeyError> {
    let plain = JSON::stringify(credential)
        .and_then(|text| JSON::parse(&String::from(text)))
        .map_err(|_| PasskeyError::Impossible)?;
    match value(&plain) {
        Value::Object(json) => Ok(json),
        _ => Err(PasskeyError::Impossible),
    }
}

/// The same in Rust. A parser of text for this alone would be larger than the rest of this file.
fn value(plain: &JsValue) -> Value {
    if let Some(text) = plain.as_string() {
        text.into()
    } else if let Some(number) = plain.as_f64() {
        // The numbers of a credential are whole.
        (number as i64).into()
    } else if let Some(flag) = plain.as_bool() {
        flag.into()
    } else if Array::is_array(plain) {
        Value::Array(Array::from(plain).iter().map(|item| value(&item)).collect())
    } else if let Some(object) = Object::try_from(plain) {
        let entries = Object::entries(object);
        let entries = entries.iter().map(|entry| {
            let entry = Array::from(&entry);
            (entry.get(0).as_string().unwrap_or_default(), value(&entry.get(1)))
        });
        Value::Object(entries.collect())
    } else {
        Value::Null
    }
}

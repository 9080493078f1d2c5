//! The client inside the binary, where it was built in.

use damso_controller::WebClient;

#[cfg(feature = "embed-client")]
#[derive(rust_embed::RustEmbed)]
#[folder = "../../target/web/"]
struct Files;

/// The client that this binary was built with; empty when it was built without one.
#[cfg(feature = "embed-client")]
pub fn client() -> WebClient {
    WebClient::from_files(Files::iter().filter_map(|path| Some((path.to_string(), Files::get(&path)?.data))))
}

/// The client that this binary was built with; empty when it was built without one.
#[cfg(not(feature = "embed-client"))]
pub fn client() -> WebClient {
    WebClient::default()
}

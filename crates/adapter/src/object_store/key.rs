//! Keys of objects.

use damso_service::ports::ObjectStoreError;

/// Longer keys would not fit into a file name.
const MAX_KEY_BYTES: usize = 200;

/// Refuses what no code of ours makes: other characters, empty parts, absolute paths.
///
/// Dots are not among the characters, so a key can never climb out of a folder.
pub(super) fn check(key: &str) -> Result<(), ObjectStoreError> {
    let is_allowed = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'/' | b'-' | b'_');
    let is_valid = !key.is_empty()
        && key.len() <= MAX_KEY_BYTES
        && key.bytes().all(is_allowed)
        && key.split('/').all(|part| !part.is_empty());
    if is_valid {
        Ok(())
    } else {
        Err(ObjectStoreError::Unavailable(
            "the object key is not valid".to_owned(),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_keys_pass() {
        for key in ["a", "uploads/0192-ab_c", "a/b/c"] {
            assert!(check(key).is_ok(), "{key}");
        }
        let long = "a".repeat(201);
        for key in [
            "", "/", "/a", "a/", "a//b", "..", "a/../b", "A", "a b", "a.b", "a%2f", "ㄱ", "a\0", &long,
        ] {
            assert!(check(key).is_err(), "{key}");
        }
    }
}

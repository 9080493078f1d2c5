//! What this browser remembers of a person between two visits.

use damso_domain::UserId;

use crate::stored::storage;
pub(super) use crate::stored::{get, set};

/// The name of something that belongs to one person.
pub(super) fn key_of(user: UserId, name: &str) -> String {
    format!("{}{name}", prefix(user))
}

/// Every name that belongs to one person and begins like this.
pub(super) fn keys_of(user: UserId, name: &str) -> Vec<String> {
    let wanted = key_of(user, name);
    let Some(storage) = storage() else {
        return Vec::new();
    };
    let count = storage.length().unwrap_or(0);
    (0..count)
        .filter_map(|at| storage.key(at).ok()?)
        .filter(|key| key.starts_with(&wanted))
        .collect()
}

/// Forgets everything of one person, after they signed out.
pub(super) fn forget_user(user: UserId) {
    for key in keys_of(user, "") {
        set(&key, None);
    }
}

fn prefix(user: UserId) -> String {
    format!("damso.of.{user}.")
}

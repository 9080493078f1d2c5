//! The property has to notice bugs that are there on purpose.

use damso_service::planted::{Bug, choose, is_chosen};

/// Puts the bug to work that `DAMSO_PLANTED_BUG` names.
pub(super) fn choose_from_environment() {
    let name = std::env::var("DAMSO_PLANTED_BUG").unwrap_or_default();
    choose(Bug::from_name(&name));
}

/// As far as the bug goes that forgets what was before a restart.
pub(super) fn restart() {
    if is_chosen(Bug::DuplicateAfterRestart) {
        choose(Some(Bug::DuplicateAfterRestart));
    }
}

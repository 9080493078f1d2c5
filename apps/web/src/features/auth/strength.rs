//! How hard a password is to guess, said while it is being typed.

use std::time::Duration;

use damso_domain::Password;
use damso_protocol::{PasswordStrength, PasswordStrengthRequest};
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::api::ApiClient;
use crate::i18n::{explain_weakness, texts};

/// Somebody who types on has not finished.
const PAUSE: Duration = Duration::from_millis(300);
/// From this score on nothing more is to be wished for.
const STRONG: u8 = 3;
/// From this length on a password is called strong where the server does not say.
const STRONG_CHARS: usize = 14;

/// What the server says of a password that is being typed. A `Copy` handle.
#[derive(Clone, Copy)]
pub(crate) struct Strength {
    password: RwSignal<String>,
    /// Of which text; `None` where the server could not be asked.
    judged: RwSignal<Option<(String, Option<PasswordStrength>)>>,
}

impl Strength {
    /// Asks whenever `password` has not changed for a moment. `known` is what others know of whoever types.
    pub fn of(password: RwSignal<String>, known: impl Fn() -> Vec<String> + Copy + 'static) -> Self {
        let api = expect_context::<ApiClient>();
        let strength = Self {
            password,
            judged: RwSignal::new(None),
        };
        Effect::watch(
            move || password.get(),
            move |typed, _, _| {
                let typed = typed.clone();
                set_timeout(move || strength.ask(api, typed, known), PAUSE);
            },
            false,
        );
        strength
    }

    fn ask(self, api: ApiClient, typed: String, known: impl Fn() -> Vec<String>) {
        // The form may have gone, or somebody types on. What breaks a rule is refused whatever it is worth.
        let is_current = self
            .password
            .try_with_untracked(|password| *password == typed)
            .unwrap_or(false);
        if !is_current || Password::parse_new(&typed, &[]).is_err() {
            return;
        }
        let request = PasswordStrengthRequest {
            password: typed,
            inputs: Some(untrack(known)),
        };
        spawn_local(async move {
            let answer = api.judge_password(&request).await.ok();
            self.judged.try_set(Some((request.password, answer)));
        });
    }

    /// What was said of what stands there now; tracked.
    fn current(self) -> Option<Option<PasswordStrength>> {
        let typed = self.password.read();
        let judged = self.judged.read();
        judged
            .as_ref()
            .filter(|(of, _)| *of == *typed)
            .map(|(_, strength)| strength.clone())
    }

    /// Why it will be refused, in words; tracked.
    pub fn error(self) -> Option<String> {
        let strength = self.current()??;
        (strength.score == 0).then(|| explain_weakness(strength.warning).to_owned())
    }

    /// How it could be better, or what holds for every password; tracked.
    pub fn hint(self) -> Option<String> {
        let weakness = self
            .current()
            .flatten()
            .filter(|strength| strength.score < STRONG)
            .and_then(|strength| strength.warning)
            .map(|warning| explain_weakness(Some(warning)));
        Some(weakness.unwrap_or(texts().auth.password_hint).to_owned())
    }

    /// A word of praise for one that can be taken; tracked.
    pub fn praise(self, logins: &[&str]) -> Option<String> {
        let typed = self.password.read();
        Password::parse_new(&typed, logins).ok()?;
        let is_strong = match self.current()? {
            Some(strength) if strength.score < STRONG && strength.warning.is_some() => return None,
            Some(strength) if strength.score == 0 => return None,
            Some(strength) => STRONG <= strength.score,
            None => STRONG_CHARS <= typed.chars().count(),
        };
        let praise = if is_strong {
            texts().auth.password_strong
        } else {
            texts().auth.password_good
        };
        Some(praise.to_owned())
    }
}

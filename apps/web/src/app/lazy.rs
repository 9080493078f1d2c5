//! Screens that are fetched when they are first needed.
//!
//! A function under `#[wasm_split(chunk, fallible, preload(load_it))]` and everything that only it uses become a
//! file of their own, which `xtask` cuts out of the linked client. Calling `load_it` fetches that file; from then
//! on the function answers at once. Functions of one chunk share the file.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_split_helpers::SplitLoaderError;

use crate::i18n::texts;
use crate::ui::{Button, EmptyState, IconName, SkeletonRows};

/// What a split function returns: it fails only when its file could not be fetched.
pub type Fetched<T> = Result<T, SplitLoaderError>;
/// A fetch under way.
pub type Fetch<T> = Pin<Box<dyn Future<Output = Fetched<T>>>>;
/// Starts one.
pub type Load = fn() -> Fetch<()>;

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Loading,
    Failed,
    Here,
}

/// A screen, or a part of one, that may have to be fetched first.
#[component]
pub fn Lazy(
    /// Fetches its code.
    load: Load,
    /// Draws it, once its code is there.
    draw: Box<dyn Fn() -> Fetch<AnyView> + Send + Sync>,
    /// Whether it is the main part of the page; what stands in for it has to be that too.
    #[prop(optional)]
    is_main: bool,
) -> impl IntoView {
    let state = RwSignal::new(State::Loading);
    fetch(load, state);
    move || match state.get() {
        State::Here => now(&mut draw()).and_then(Result::ok),
        State::Loading => Some(framed(is_main, view! { <SkeletonRows /> }.into_any())),
        State::Failed => Some(framed(is_main, view! { <Missing load state /> }.into_any())),
    }
}

fn framed(is_main: bool, content: AnyView) -> AnyView {
    if is_main {
        view! {
            <main class="stage" id="main" tabindex="-1">
                {content}
            </main>
        }
        .into_any()
    } else {
        content
    }
}

/// The code could not be fetched: there is no network, or the server has another version by now.
#[component]
fn Missing(load: Load, state: RwSignal<State>) -> impl IntoView {
    view! {
        <EmptyState
            icon=IconName::Offline
            title=move || texts().common.failed_to_load
            text=move || texts().errors.network
        >
            <Button on:click=move |_| retry(load, state)>{move || texts().common.retry}</Button>
        </EmptyState>
    }
}

fn fetch(load: Load, state: RwSignal<State>) {
    let mut fetch = load();
    // What was fetched before is drawn without a flash of what stands in for it.
    if let Some(outcome) = now(&mut fetch) {
        return state.set(State::of(&outcome));
    }
    spawn_local(async move {
        let outcome = fetch.await;
        // The screen may be gone by now.
        state.try_set(State::of(&outcome));
    });
}

/// A server with another version does not have this file any more, and only a reload gets the new ones.
fn retry(load: Load, state: RwSignal<State>) {
    spawn_local(async move {
        match load().await {
            Ok(()) => drop(state.try_set(State::Here)),
            // It fails only in a document without a window.
            Err(_) if window().navigator().on_line() => drop(window().location().reload()),
            Err(_) => (),
        }
    });
}

/// Fetches one after the other what will be needed soon. What fails now is tried again when it is needed.
pub fn prefetch(loads: &'static [Load]) {
    spawn_local(async move {
        for load in loads {
            let _ = load().await;
        }
    });
}

impl State {
    const fn of(outcome: &Fetched<()>) -> Self {
        match outcome {
            Ok(()) => Self::Here,
            Err(_) => Self::Failed,
        }
    }
}

/// What a future answers without waiting.
fn now<T>(future: &mut Fetch<T>) -> Option<Fetched<T>> {
    match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(outcome) => Some(outcome),
        Poll::Pending => None,
    }
}

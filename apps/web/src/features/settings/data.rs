//! The copy of everything that is mine.

use std::time::Duration;

use damso_domain::ExportState;
use damso_protocol::Export;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::SettingsGroup;
use super::loading::LoadFailed;
use super::proof::Proof;
use crate::api::{ApiClient, ApiError, export_url};
use crate::download::download;
use crate::i18n::{data, explain_error, format};
use crate::ui::{Button, ButtonKind, ConfirmDialog, Icon, IconName, SkeletonLines, Toasts};

/// Nobody is told how far an export has come, so it is asked for: as often as the server notes it,
const ASK_AFTER: Duration = Duration::from_secs(1);
/// and less often when it takes long.
const ASK_AFTER_AT_MOST: Duration = Duration::from_secs(5);

/// The newest export: the one before it is of no use any more.
#[derive(Clone, Copy)]
struct Exporting {
    api: ApiClient,
    proof: Proof,
    toasts: Toasts,
    newest: RwSignal<Option<Result<Option<Export>, ApiError>>>,
    is_starting: RwSignal<bool>,
    is_checking: RwSignal<bool>,
}

impl Exporting {
    fn load(self) {
        spawn_local(async move {
            let answer = self.api.exports().await;
            let newest = answer.map(|exports| exports.items.into_iter().next());
            self.take(newest, ASK_AFTER);
        });
    }

    /// Keeps what the server has said, and asks again while it goes on.
    fn take(self, newest: Result<Option<Export>, ApiError>, pause: Duration) {
        let is_under_way = matches!(&newest, Ok(Some(export)) if export.state.is_under_way());
        let is_gone = self.newest.try_set(Some(newest)).is_some();
        if is_under_way && !is_gone {
            set_timeout(move || self.ask_again(pause), pause);
        }
    }

    fn ask_again(self, pause: Duration) {
        let Some(Some(id)) = self.newest.try_with_untracked(|newest| match newest {
            Some(Ok(Some(export))) if export.state.is_under_way() => Some(export.id),
            _ => None,
        }) else {
            return;
        };
        let next = (pause * 5 / 4).min(ASK_AFTER_AT_MOST);
        if document().hidden() {
            set_timeout(move || self.ask_again(next), next);
            return;
        }
        spawn_local(async move {
            match self.api.export(id).await {
                Ok(export) => self.take(Ok(Some(export)), next),
                // It goes on at the server, whatever the network does.
                Err(error) if error.is_passing() => set_timeout(move || self.ask_again(next), next),
                // Removed elsewhere.
                Err(_) => self.load(),
            }
        });
    }

    fn start(self) {
        self.is_starting.set(true);
        spawn_local(async move {
            let answer = self.proof.with(|| self.api.create_export()).await;
            self.is_starting.try_set(false);
            match answer {
                Ok(export) => self.take(Ok(Some(export)), ASK_AFTER),
                Err(ApiError::Cancelled) => (),
                Err(error) => self.toasts.show(explain_error(&error)),
            }
        });
    }

    /// Downloads the archive once the server would give it, which may take another proof.
    fn download(self, export: &Export) {
        let id = export.id;
        self.is_checking.set(true);
        spawn_local(async move {
            let answer = self.proof.with(|| self.api.check_export(id)).await;
            self.is_checking.try_set(false);
            match answer {
                Ok(()) => download(&export_url(id), ""),
                Err(ApiError::Cancelled) => (),
                Err(error) => {
                    self.toasts.show(explain_error(&error));
                    self.load();
                }
            }
        });
    }

    fn remove(self, export: &Export) {
        let (id, is_under_way) = (export.id, export.state.is_under_way());
        spawn_local(async move {
            match self.api.delete_export(id).await {
                Ok(()) => {
                    let told = if is_under_way {
                        data().stopped
                    } else {
                        data().removed
                    };
                    self.toasts.show(told);
                }
                Err(error) => self.toasts.show(explain_error(&error)),
            }
            self.load();
        });
    }
}

/// What is in it, and how to get it.
#[component]
pub fn DataSettings() -> impl IntoView {
    let exporting = Exporting {
        api: expect_context(),
        proof: Proof::expect(),
        toasts: Toasts::expect(),
        newest: RwSignal::new(None),
        is_starting: RwSignal::new(false),
        is_checking: RwSignal::new(false),
    };
    exporting.load();
    // The parts of the page change with the state; within one, only the numbers do.
    let stage = Memo::new(move |_| {
        exporting.newest.with(|newest| match newest {
            Some(Ok(Some(export))) => Some((export.id, Stage::of(export.state))),
            _ => None,
        })
    });
    let other = Memo::new(move |_| {
        exporting.newest.with(|newest| match newest {
            None => Other::Loading,
            Some(Ok(None)) => Other::Nothing,
            Some(Ok(Some(_))) => Other::Something,
            Some(Err(error)) => Other::Failed(error.clone()),
        })
    });
    let item = |at: usize| view! { <li>{move || data().contents[at]}</li> };
    view! {
        <SettingsGroup title=move || data().export text=move || data().export_text>
            <ul class="consequences">{[0, 1, 2, 3].map(item).collect_view()}</ul>
            {move || match (stage.get(), other.get()) {
                (Some((_, stage)), _) => view! { <Stages exporting stage /> }.into_any(),
                (None, Other::Failed(error)) => {
                    view! { <LoadFailed error on_retry=move |()| exporting.load() /> }.into_any()
                }
                (None, Other::Loading) => view! { <SkeletonLines count=1 /> }.into_any(),
                (None, Other::Nothing | Other::Something) => view! { <Start exporting is_first=true /> }.into_any(),
            }}
        </SettingsGroup>
    }
}

#[derive(Clone, PartialEq)]
enum Other {
    Loading,
    Nothing,
    Something,
    Failed(ApiError),
}

/// What the page shows of an export.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    UnderWay,
    Ready,
    Failed,
    Expired,
}

impl Stage {
    const fn of(state: ExportState) -> Self {
        match state {
            ExportState::Waiting | ExportState::Running => Self::UnderWay,
            ExportState::Ready => Self::Ready,
            ExportState::Failed => Self::Failed,
            ExportState::Expired => Self::Expired,
        }
    }
}

#[component]
fn Stages(exporting: Exporting, stage: Stage) -> impl IntoView {
    let export = Signal::derive(move || match exporting.newest.get() {
        Some(Ok(export)) => export,
        _ => None,
    });
    match stage {
        Stage::UnderWay => view! { <UnderWay exporting export /> }.into_any(),
        Stage::Ready => view! { <Ready exporting export /> }.into_any(),
        Stage::Failed => view! {
            <Told icon=IconName::Warning title=move || data().failed text=move || data().failed_text />
            <Start exporting is_first=false />
        }
        .into_any(),
        Stage::Expired => view! {
            <Told icon=IconName::File title=move || data().expired text=move || data().expired_text />
            <Start exporting is_first=false />
        }
        .into_any(),
    }
}

#[component]
fn Start(exporting: Exporting, is_first: bool) -> impl IntoView {
    let kind = if is_first {
        ButtonKind::Primary
    } else {
        ButtonKind::Secondary
    };
    view! {
        <div class="settings__actions">
            <Button kind icon=IconName::Download busy=exporting.is_starting on:click=move |_| exporting.start()>
                {move || if is_first { data().start } else { data().start_anew }}
            </Button>
        </div>
    }
}

/// One line about an export, with what belongs to it.
#[component]
fn Told(
    icon: IconName,
    #[prop(into)] title: Signal<String>,
    #[prop(into)] text: Signal<String>,
) -> impl IntoView {
    view! {
        <div class="export" role="status">
            <span class="device__icon">
                <Icon name=icon />
            </span>
            <span class="device__words">
                <span class="device__name">{move || title.get()}</span>
                <span class="device__more">{move || text.get()}</span>
            </span>
        </div>
    }
}

#[component]
fn UnderWay(exporting: Exporting, export: Signal<Option<Export>>) -> impl IntoView {
    let asks = RwSignal::new(false);
    let progress =
        move || export.with(|export| export.as_ref().map(|export| (export.state, export.progress)));
    let title = move || match progress() {
        Some((ExportState::Waiting, _)) => data().waiting,
        _ => data().running,
    };
    let text = move || match progress() {
        Some((_, progress)) if 0 < progress.total => {
            (data().count)(&format::number(progress.done), &format::number(progress.total))
        }
        _ => data().counting.to_owned(),
    };
    let share = move || {
        progress()
            .filter(|(_, progress)| 0 < progress.total)
            .map(|(_, progress)| progress.done as f64 / progress.total as f64)
    };
    view! {
        <Told icon=IconName::File title text />
        <progress class="progress export__progress" aria-label=move || data().progress value=share max="1"></progress>
        <p class="settings__hint">{move || data().stay}</p>
        <div class="settings__actions">
            <Button kind=ButtonKind::Secondary on:click=move |_| asks.set(true)>
                {move || data().stop}
            </Button>
        </div>
        <ConfirmDialog
            open=asks
            title=move || data().stop_title
            text=move || data().stop_text
            action=move || data().stop
            on_confirm=move |()| {
                if let Some(export) = export.get_untracked() {
                    exporting.remove(&export);
                }
            }
        />
    }
}

#[component]
fn Ready(exporting: Exporting, export: Signal<Option<Export>>) -> impl IntoView {
    let asks = RwSignal::new(false);
    let title = move || {
        let size = export.with(|export| export.as_ref()?.size_bytes);
        size.map_or_else(
            || data().ready.to_owned(),
            |size| format!("{} · {}", data().ready, format::file_size(size)),
        )
    };
    let text = move || {
        export.with(|export| {
            let export = export.as_ref()?;
            let made = (data().made)(&format::moment(export.created_at));
            Some(match export.expires_at {
                Some(until) => format!("{made} · {}", (data().until)(&format::long_date(until))),
                None => made,
            })
        })
    };
    let fetch = move |_| {
        if let Some(export) = export.get_untracked() {
            exporting.download(&export);
        }
    };
    view! {
        <Told icon=IconName::File title text=Signal::derive(move || text().unwrap_or_default()) />
        <div class="settings__actions">
            <Button icon=IconName::Download busy=exporting.is_checking on:click=fetch>
                {move || data().download}
            </Button>
            <Button kind=ButtonKind::Secondary on:click=move |_| asks.set(true)>
                {move || data().remove}
            </Button>
            <Button
                kind=ButtonKind::Plain
                busy=exporting.is_starting
                attr:title=move || data().replaces
                on:click=move |_| exporting.start()
            >
                {move || data().start_anew}
            </Button>
        </div>
        <ConfirmDialog
            open=asks
            title=move || data().remove_title
            text=move || data().remove_text
            action=move || data().remove
            on_confirm=move |()| {
                if let Some(export) = export.get_untracked() {
                    exporting.remove(&export);
                }
            }
        />
    }
}

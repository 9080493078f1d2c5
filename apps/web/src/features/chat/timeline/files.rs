//! Files that are no pictures.

use damso_client_state::EchoFile;
use damso_domain::AttachmentState;
use damso_protocol::Attachment;
use leptos::prelude::*;

use crate::api::download_url;
use crate::i18n::{format, texts};
use crate::ui::{Icon, IconName};

/// A file as a card.
#[derive(Clone, PartialEq)]
pub(in crate::features::chat) struct FileCard {
    name: String,
    size_bytes: i64,
    /// Once it can be read.
    url: Option<String>,
}

impl FileCard {
    pub fn of_attachment(file: &Attachment) -> Self {
        Self {
            name: file.file_name.clone(),
            size_bytes: file.size_bytes,
            url: (file.state == AttachmentState::Ready).then(|| download_url(file.id)),
        }
    }

    pub fn of_echo(file: &EchoFile) -> Self {
        Self {
            name: file.file_name.clone(),
            size_bytes: file.size_bytes,
            url: None,
        }
    }

    /// "2.4 MB · PDF"
    fn detail(&self) -> String {
        let size = format::file_size(self.size_bytes);
        let extension = self
            .name
            .rsplit_once('.')
            .map(|(_, extension)| extension.to_uppercase());
        match extension.filter(|extension| (1..=5).contains(&extension.chars().count())) {
            Some(extension) => format!("{size} · {extension}"),
            None => size,
        }
    }

    pub fn into_view(self) -> AnyView {
        let detail = self.detail();
        let name = self.name.clone();
        let label = {
            // All that is written on the card, so that saying it aloud finds the card.
            let words = format!("{} {detail}", self.name);
            move || (texts().chat.download)(&words)
        };
        let words = view! {
            <span class="file__icon">
                <Icon name=IconName::File />
            </span>
            <span class="file__words">
                <b class="file__name">{self.name}</b>
                " "
                <span class="file__detail num">{detail}</span>
            </span>
        };
        match self.url {
            Some(url) => view! {
                <a class="bubble file" href=url download=name aria-label=label>
                    {words}
                    <Icon name=IconName::Download />
                </a>
            }
            .into_any(),
            None => view! { <div class="bubble file">{words}</div> }.into_any(),
        }
    }
}

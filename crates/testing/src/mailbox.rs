//! The mails that a server has written into a folder, as whoever gets them reads them.

use std::fs;
use std::path::{Path, PathBuf};

use mail_parser::{Message, MessageParser};

/// A folder of mails.
#[derive(Clone, Debug)]
pub struct Mailbox {
    folder: PathBuf,
}

/// A mail as its reader sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceivedMail {
    /// The subject line.
    pub subject: String,
    /// The plain text, with plain line ends.
    pub text: String,
    /// The page.
    pub html: String,
}

impl Mailbox {
    /// Reads from `folder`, which need not be there before the first mail.
    pub fn new(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
        }
    }

    /// What was sent to `address`, in the order of sending.
    pub fn mails_to(&self, address: &str) -> Vec<ReceivedMail> {
        self.files()
            .iter()
            .filter_map(|file| {
                let bytes = fs::read(file).unwrap();
                let mail = MessageParser::default().parse(&bytes).unwrap();
                is_to(&mail, address).then(|| ReceivedMail::from(&mail))
            })
            .collect()
    }

    /// Whole mails only; they are named by their time.
    fn files(&self) -> Vec<PathBuf> {
        let Ok(entries) = fs::read_dir(&self.folder) else {
            return Vec::new();
        };
        let mut files: Vec<_> = entries
            .map(|entry| entry.unwrap().path())
            .filter(|file| file.extension().is_some_and(|ending| ending == "eml"))
            .collect();
        files.sort();
        files
    }
}

impl ReceivedMail {
    /// The link of the mail: it stands alone on its line.
    pub fn link(&self) -> &str {
        self.text
            .lines()
            .find(|line| line.starts_with("http://") || line.starts_with("https://"))
            .expect("the mail has a link")
    }
}

impl From<&Message<'_>> for ReceivedMail {
    fn from(mail: &Message<'_>) -> Self {
        Self {
            subject: mail.subject().unwrap_or_default().to_owned(),
            text: mail.body_text(0).unwrap_or_default().replace("\r\n", "\n"),
            html: mail.body_html(0).unwrap_or_default().replace("\r\n", "\n"),
        }
    }
}

fn is_to(mail: &Message<'_>, address: &str) -> bool {
    let mut recipients = mail.to().into_iter().flat_map(|to| to.iter());
    recipients.any(|recipient| recipient.address() == Some(address))
}

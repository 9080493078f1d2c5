//! Mail into a folder: for trying things out, and for servers whose operator passes mail on by hand.

use std::path::{Path, PathBuf};
use std::time::SystemTime;
use std::{fs, io};

use async_trait::async_trait;
use damso_service::ports::{Mail, MailError, Mailer};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::durable::{random_name, write_atomically};
use crate::mail::{Sender, compose};

/// Stores each mail as one `.eml` file that any mail program opens.
#[derive(Clone, Debug)]
pub struct MailboxFolder {
    folder: PathBuf,
    sender: Sender,
}

impl MailboxFolder {
    /// Uses `folder`, creating it where needed. Blocks.
    pub fn open(folder: &Path, sender: Sender) -> io::Result<Self> {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        // The mails hold links that are worth an account.
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(folder)?;
        Ok(Self {
            folder: folder.to_owned(),
            sender,
        })
    }

    fn store(&self, mail: &Mail) -> Result<(), MailError> {
        let composed = compose(&self.sender, mail, SystemTime::now())?;
        let write = || {
            // Named by time, so that a listing is in the order in which mails were sent.
            let now = Timestamp::now().to_zoned(TimeZone::UTC);
            let stem = format!("{}-{}", now.strftime("%Y%m%dT%H%M%S%9f"), &random_name()?[..8]);
            let temporary = self.folder.join(format!(".{stem}.new"));
            let target = self.folder.join(format!("{stem}.eml"));
            write_atomically(&temporary, &target, &composed.bytes)
        };
        write().map_err(|error| MailError::Unavailable(error.to_string()))
    }
}

#[async_trait]
impl Mailer for MailboxFolder {
    async fn send(&self, mail: Mail) -> Result<(), MailError> {
        let mailbox = self.clone();
        tokio::task::spawn_blocking(move || mailbox.store(&mail))
            .await
            .map_err(|error| MailError::Unavailable(error.to_string()))?
    }
}

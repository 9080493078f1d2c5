//! Files that travel with messages.

use crate::conversation::stored_enum;
use crate::text::{clean_without, is_invisible, turns_direction};
use serde::{Deserialize, Serialize};

stored_enum!(
    /// What a file is, decided from its bytes.
    AttachmentKind {
        /// PNG, JPEG, WebP or GIF; has a thumbnail and a preview.
        Image = "image",
        /// Plays in the browser.
        Video = "video",
        /// Plays in the browser.
        Audio = "audio",
        /// Anything else; a download.
        File = "file",
    }
);

stored_enum!(
    /// How far an upload has come.
    AttachmentState {
        /// The bytes are on their way.
        Uploading = "uploading",
        /// The bytes are there, pictures are being made of them.
        Processing = "processing",
        /// Can be read.
        Ready = "ready",
        /// The bytes were not acceptable.
        Rejected = "rejected",
    }
);

/// The name a download gets: 1 to 255 characters, one line, no path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct FileName(String);

/// Why a text cannot be a file name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileNameError {
    /// Nothing is left of it.
    #[error("must name a file")]
    Empty,
    /// More than [`FileName::MAX_CHARS`] characters.
    #[error("holds at most 255 characters")]
    TooLong,
}

impl FileName {
    /// The most characters.
    pub const MAX_CHARS: usize = 255;

    /// Keeps the last part of a path and drops what a file system or a terminal could trip over, and the
    /// characters that turn the writing direction (`gpj.exe` must not look like `exe.jpg`).
    pub fn parse(raw: &str) -> Result<Self, FileNameError> {
        let name = raw.rsplit(['/', '\\']).next().unwrap_or_default();
        let is_odd = |c: char| c.is_control() || matches!(c, '"' | '<' | '>' | ':' | '|' | '?' | '*');
        let kept = clean_without(name, |c| is_odd(c) || turns_direction(c));
        let kept = kept.trim_start_matches(|c: char| c == '.' || c.is_whitespace());
        let kept = kept.trim_end();
        if kept.chars().all(is_invisible) {
            return Err(FileNameError::Empty);
        }
        if Self::MAX_CHARS < kept.chars().count() {
            return Err(FileNameError::TooLong);
        }
        Ok(Self(kept.to_owned()))
    }

    /// The name itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name itself.
    pub fn into_string(self) -> String {
        self.0
    }
}

/// How many bytes an upload has: 1 to [`UploadSize::MAX_BYTES`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct UploadSize(u64);

/// Why a size is not acceptable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UploadSizeError {
    /// An empty file.
    #[error("an empty file cannot be sent")]
    Empty,
    /// More than [`UploadSize::MAX_BYTES`] bytes.
    #[error("a file has at most 100 MB")]
    TooLarge,
}

impl UploadSize {
    /// 100 MB.
    pub const MAX_BYTES: u64 = 100 * 1_000 * 1_000;

    /// Checks the bounds.
    pub const fn parse(bytes: u64) -> Result<Self, UploadSizeError> {
        match bytes {
            0 => Err(UploadSizeError::Empty),
            1..=Self::MAX_BYTES => Ok(Self(bytes)),
            _ => Err(UploadSizeError::TooLarge),
        }
    }

    /// In bytes.
    pub const fn as_u64(self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_names_lose_paths_and_tricks() {
        for (raw, expected) in [
            ("회의록_최종.pdf", Ok("회의록_최종.pdf")),
            ("../../etc/passwd", Ok("passwd")),
            ("C:\\Users\\minji\\사진.jpg", Ok("사진.jpg")),
            ("photo\u{202e}gpj.exe", Ok("photogpj.exe")),
            ("a\r\nSet-Cookie: x", Ok("aSet-Cookie x")),
            (".htaccess", Ok("htaccess")),
            ("..", Err(FileNameError::Empty)),
            ("", Err(FileNameError::Empty)),
        ] {
            assert_eq!(
                FileName::parse(raw)
                    .as_ref()
                    .map(FileName::as_str)
                    .map_err(|e| *e),
                expected,
                "{raw:?}"
            );
        }
        assert_eq!(FileName::parse(&"가".repeat(256)), Err(FileNameError::TooLong));
    }

    #[test]
    fn uploads_end_at_one_hundred_megabytes() {
        assert_eq!(UploadSize::parse(0), Err(UploadSizeError::Empty));
        assert!(UploadSize::parse(100_000_000).is_ok());
        assert_eq!(UploadSize::parse(100_000_001), Err(UploadSizeError::TooLarge));
    }
}

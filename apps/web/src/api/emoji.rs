//! The table of emoji, a file of the client.

use damso_client_state::emoji::EmojiTable;

use super::{ApiClient, ApiError, http};

/// Where `xtask` puts it. Its name stays the same, so the browser asks whether it has changed.
const ADDRESS: &str = "/emoji.txt";

impl ApiClient {
    /// Fetches it, or takes it from the browser's cache.
    pub async fn emoji_table(self) -> Result<EmojiTable, ApiError> {
        let text = http::fetch_file(ADDRESS).await?;
        let table = EmojiTable::read(&text);
        if table.groups().is_empty() {
            return Err(ApiError::Unreadable);
        }
        Ok(table)
    }
}

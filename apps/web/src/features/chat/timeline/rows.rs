//! The rows of the moment, found by their key.

use std::collections::HashMap;
use std::sync::Arc;

use damso_client_state::{Row, RowBody, RowKey};

/// The rows of the moment.
#[derive(Clone)]
pub(super) struct Rows {
    list: Arc<Vec<Row>>,
    index: Arc<HashMap<RowKey, usize>>,
}

impl PartialEq for Rows {
    fn eq(&self, other: &Self) -> bool {
        self.list == other.list
    }
}

impl Rows {
    pub fn new(list: Vec<Row>) -> Self {
        let index = list.iter().enumerate().map(|(at, row)| (row.key, at)).collect();
        Self {
            list: Arc::new(list),
            index: Arc::new(index),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    pub fn keys(&self) -> Vec<RowKey> {
        self.list.iter().map(|row| row.key).collect()
    }

    pub fn body(&self, key: RowKey) -> Option<&RowBody> {
        self.index
            .get(&key)
            .and_then(|at| self.list.get(*at))
            .map(|row| &row.body)
    }
}

/// What the element of a row is called in the page.
pub(super) fn element_id(key: RowKey) -> String {
    match key {
        RowKey::Day(day) => format!("row-day-{day}"),
        RowKey::UnreadDivider => DIVIDER_ID.to_owned(),
        RowKey::Mine(client_key) => format!("row-{client_key}"),
        RowKey::Seq(seq) => format!("row-{seq}"),
    }
}

/// Where a conversation with unread messages opens.
pub(super) const DIVIDER_ID: &str = "row-unread";

//! Opaque positions in lists.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use damso_domain::PageSize;
use damso_protocol::{ErrorKind, FieldErrorKind, Page};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{Fields, ServiceResult};

/// The longest cursor that is looked at; ours are far shorter.
const MAX_BYTES: usize = 512;

/// Where a list goes on, and how many items it is to bring.
#[derive(Debug)]
pub struct Paging<P> {
    /// The last item of the page before.
    pub after: Option<P>,
    /// How many items the page holds.
    pub size: PageSize,
}

impl<P: DeserializeOwned + Serialize> Paging<P> {
    /// Reads a list's query; a cursor that is none of ours is refused.
    pub fn parse(cursor: Option<&str>, limit: Option<u16>) -> ServiceResult<Self> {
        let size = page_size(limit)?;
        let after = cursor
            .map(|cursor| decode(cursor).ok_or(ErrorKind::MalformedRequest))
            .transpose()?;
        Ok(Self { after, size })
    }

    /// One more than the page holds, to see whether there is another.
    pub fn fetch(&self) -> i64 {
        self.size.as_i64() + 1
    }

    /// Cuts what was fetched to a page, and says where the next begins.
    pub fn page<T>(&self, mut fetched: Vec<T>, position: impl Fn(&T) -> P) -> Page<T> {
        let has_more = fetched.len() > self.size.as_usize();
        fetched.truncate(self.size.as_usize());
        let next_cursor = if has_more {
            fetched.last().map(|last| encode(&position(last)))
        } else {
            None
        };
        Page {
            items: fetched,
            next_cursor,
        }
    }
}

/// Reads a page size; 50 when absent.
pub(crate) fn page_size(limit: Option<u16>) -> ServiceResult<PageSize> {
    let Some(limit) = limit else {
        return Ok(PageSize::DEFAULT);
    };
    PageSize::parse(limit.into()).ok_or_else(|| {
        let mut fields = Fields::default();
        fields.add("limit", FieldErrorKind::OutOfRange, "is between 1 and 100");
        fields.into()
    })
}

/// The cursor of a position that is no item's.
pub(crate) fn encode(position: &impl Serialize) -> String {
    let json = serde_json::to_vec(position).expect("positions hold only numbers, ids and times");
    URL_SAFE_NO_PAD.encode(json)
}

fn decode<P: DeserializeOwned>(cursor: &str) -> Option<P> {
    if MAX_BYTES < cursor.len() {
        return None;
    }
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_says_where_the_next_begins() {
        let first = Paging::<i64>::parse(None, Some(2)).unwrap();
        let page = first.page(vec![10, 20, 30], |item| *item);
        assert_eq!(page.items, [10, 20]);
        let next = Paging::<i64>::parse(page.next_cursor.as_deref(), Some(2)).unwrap();
        assert_eq!(next.after, Some(20));
        assert_eq!(next.page(vec![30], |item| *item).next_cursor, None);
    }

    #[test]
    fn a_foreign_cursor_is_refused() {
        for cursor in ["", "!", "AAAA", &"A".repeat(600)] {
            assert!(Paging::<i64>::parse(Some(cursor), None).is_err(), "{cursor}");
        }
        assert!(
            Paging::<i64>::parse(None, Some(0)).is_err() && Paging::<i64>::parse(None, Some(101)).is_err()
        );
    }
}

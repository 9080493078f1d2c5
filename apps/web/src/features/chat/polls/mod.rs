//! Polls: making them, voting in them, closing them.

mod draft;
mod make;
mod menu;
mod view;
mod voters;

use draft::PollDraft;
pub(super) use make::PollDialog;
pub(super) use menu::ClosePollItem;
pub(super) use view::{PollContent, PollView};
pub(super) use voters::{Polling, VotersDialog};

//! What is asked for beside the streams. An answer is of the moment in which it was given: by the time it comes, it may
//! be of a stretch, or of members, that are not there any more.

use damso_domain::ConversationId;
use damso_protocol::{MemberRead, Messages};

use super::Model;

/// Where a page belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In place of what is loaded: the newest page, or one around a message.
    Anywhere,
    /// Before what is loaded.
    Before,
    /// After what is loaded.
    After,
}

/// A page that was asked for; [`Model::take_page`] or [`Model::page_failed`] ends it.
#[derive(Debug)]
#[must_use]
pub struct PageRequest {
    conversation: ConversationId,
    place: Place,
    number: u64,
}

/// A question how far everyone has read; [`Model::take_reads`] ends it.
#[derive(Debug)]
#[must_use]
pub struct ReadsRequest {
    conversation: ConversationId,
    number: u64,
}

impl Model {
    /// A page is about to be asked for. What happens from now on is applied to it as well.
    pub fn request_page(&mut self, conversation: ConversationId, place: Place) -> PageRequest {
        let number = self.next_request();
        self.timeline_mut(conversation).page_requested(number, place);
        PageRequest {
            conversation,
            place,
            number,
        }
    }

    /// Takes over a page, unless it has no place there any more. Says whether names have been learnt by it.
    pub fn take_page(&mut self, request: PageRequest, mut page: Messages) -> bool {
        let users = std::mem::take(&mut page.users);
        let items = std::mem::take(&mut page.items);
        page.items = items
            .into_iter()
            .map(|message| self.voting.take(message))
            .collect();
        let timeline = self.timelines.get_mut(&request.conversation);
        let is_wanted =
            timeline.is_some_and(|timeline| timeline.take_page(request.number, request.place, page));
        if let Some(timeline) = self.timelines.get_mut(&request.conversation) {
            timeline.correct_votes(&self.voting);
        }
        is_wanted && self.people.learn_all(users)
    }

    /// A page did not come. Says whether it is still wanted.
    pub fn page_failed(&mut self, request: PageRequest) -> bool {
        let timeline = self.timelines.get_mut(&request.conversation);
        timeline.is_some_and(|timeline| timeline.page_failed(request.number))
    }

    /// How far everyone has read is about to be asked for.
    pub fn request_reads(&mut self, conversation: ConversationId) -> ReadsRequest {
        let number = self.next_request();
        if let Some(chat) = self.chats.get_mut(conversation) {
            chat.reads_requested(number);
        }
        ReadsRequest { conversation, number }
    }

    /// Takes over how far everyone has read; `None` when no answer has come. Says whether it has to be asked for again:
    /// meanwhile somebody has come, gone, or is counted otherwise.
    pub fn take_reads(&mut self, request: ReadsRequest, reads: Option<&[MemberRead]>) -> bool {
        let Some(chat) = self.chats.get_mut(request.conversation) else {
            return false;
        };
        let (is_right, Some(reads)) = (chat.reads_settled(request.number), reads) else {
            return false;
        };
        if is_right {
            chat.load_reads(self.me, reads);
        }
        !is_right
    }

    fn next_request(&mut self) -> u64 {
        self.requests += 1;
        self.requests
    }
}

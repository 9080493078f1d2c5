//! The message that stands on top of a conversation, kept as it is now.

use damso_protocol::Message;

use crate::Chat;

impl Chat {
    /// Takes over what stands on top, unless I have hidden it.
    pub(crate) fn put_notice(&mut self, notice: Option<Box<Message>>) {
        self.conversation.notice = notice.filter(|notice| !self.is_hidden(notice.seq));
    }

    /// What stands on top says what it says now.
    pub(crate) fn update_notice(&mut self, message: &Message) {
        if let Some(notice) = &mut self.conversation.notice
            && notice.seq == message.seq
            && notice.rev < message.rev
        {
            **notice = message.clone().into_notice();
        }
    }

    /// A message is gone, and with it what stood on top if it was that.
    pub(crate) fn drop_notice_if(&mut self, is_gone: impl FnOnce(&Message) -> bool) {
        self.conversation.notice.take_if(|notice| is_gone(notice));
    }
}

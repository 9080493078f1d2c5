//! What somebody asks to be sent.

use damso_domain::{
    AttachmentId, ClientKey, ConversationId, Mention, MessageId, MessageRef, MessageText, MessageTextError,
    Seq, Timestamp, UserId,
};
use damso_protocol::{ErrorKind, ForwardOf, SendMessageRequest};
use damso_repository::send::QueuedMessage;

use crate::{ServiceResult, mention};

/// What somebody wants to say, once it is in order.
pub(crate) struct Outgoing {
    pub client_key: ClientKey,
    pub text: Option<MessageText>,
    pub attachment_ids: Vec<AttachmentId>,
    pub reply_to: Option<Seq>,
    pub forward_of: Option<MessageRef>,
    pub mentions: Vec<Mention>,
    pub is_silent: bool,
}

impl Outgoing {
    /// Takes a request whose parts fit together.
    pub fn parse(request: &SendMessageRequest) -> ServiceResult<Self> {
        if let Some(ForwardOf { conversation_id, seq }) = request.forward_of {
            let is_alone = request.text.is_none()
                && request.attachment_ids.is_empty()
                && request.reply_to_seq.is_none()
                && request.mention_spans.is_empty()
                && !request.mentions_all;
            if !is_alone {
                return Err(ErrorKind::ForwardNotAlone.into());
            }
            return Ok(Self {
                client_key: request.client_key,
                text: None,
                attachment_ids: Vec::new(),
                reply_to: None,
                forward_of: Some(MessageRef { conversation_id, seq }),
                mentions: Vec::new(),
                is_silent: request.is_silent,
            });
        }
        if SendMessageRequest::MAX_ATTACHMENTS < request.attachment_ids.len() {
            return Err(ErrorKind::TooManyAttachments.into());
        }
        let text = match request.text.as_deref().map(MessageText::parse) {
            Some(Ok(text)) => Some(text),
            Some(Err(MessageTextError::TooLong { .. })) => return Err(ErrorKind::MessageTooLong.into()),
            Some(Err(MessageTextError::Empty)) | None if request.attachment_ids.is_empty() => {
                return Err(ErrorKind::MessageEmpty.into());
            }
            Some(Err(MessageTextError::Empty)) | None => None,
        };
        let mentions = mention::parse(text.as_ref(), &request.mention_spans, request.mentions_all)?;
        Ok(Self {
            client_key: request.client_key,
            text,
            attachment_ids: request.attachment_ids.clone(),
            reply_to: request.reply_to_seq,
            forward_of: None,
            mentions,
            is_silent: request.is_silent,
        })
    }

    /// As a row among others, if it is nothing but text that mentions nobody and calls as messages do.
    pub fn as_row(&self, author: UserId, conversation: ConversationId) -> Option<QueuedMessage> {
        let is_plain = self.attachment_ids.is_empty()
            && self.reply_to.is_none()
            && self.mentions.is_empty()
            && !self.is_silent;
        let text = self.text.as_ref().filter(|_| is_plain)?;
        Some(QueuedMessage {
            conversation_id: conversation,
            author_id: author,
            client_key: self.client_key,
            id: MessageId::new(),
            text: text.as_str().to_owned(),
            created_at: Timestamp::now(),
        })
    }
}

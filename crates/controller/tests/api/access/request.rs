//! What is asked in a row of the table.

use damso_domain::{
    AttachmentId, ClientKey, ExportId, FolderId, FriendRequestId, ImageId, SessionId, UserId,
};
use damso_protocol::FriendRequest;
use damso_testing::contract::{Operation, operations};
use damso_testing::{Actor, PASSWORD, Reply};
use serde_json::{Value, json};

use super::table::Row;
use super::world::{Place, Role, Scene, new_handle, upload_picture};
use crate::blocks::ask;
use crate::exports::make_export;
use crate::folders::{folders, make_folder};
use crate::polls::lunch;
use crate::probe::{absolute, send};

/// The operation with this name.
pub fn operation(id: &str) -> &'static Operation {
    let found = operations()
        .iter()
        .find(|operation| operation.id.as_deref() == Some(id));
    found.unwrap_or_else(|| panic!("there is no operation {id}"))
}

/// One call: a row, and who makes it.
pub struct Call<'a> {
    pub scene: &'a Scene<'a>,
    pub row: &'a Row,
    pub role: Role,
    pub actor: Actor,
}

impl Call<'_> {
    /// Makes it.
    pub async fn make(&self) -> Reply {
        let operation = operation(self.row.operation);
        let mut path = operation.path.clone();
        for name in operation.placeholders() {
            path = path.replace(&format!("{{{name}}}"), &self.fill(&name).await);
        }
        let query = self.query().await;
        let path = absolute(&format!("{path}{query}"));
        let body = match operation.body {
            Some(_) => Some(self.body().await),
            None => None,
        };
        // Last: what is asked for may have been made with a proof.
        if self.row.what.ends_with("unproved") {
            self.scene.app.forget_proofs().await;
        } else if self.row.what.ends_with("proved") {
            self.scene.app.prove_everybody().await;
        }
        send(&self.actor, operation, &path, body.as_ref()).await
    }

    fn is_of(&self, what: &str) -> bool {
        self.row.what.contains(what)
    }

    /// Whether they can have something of their own.
    fn has_own(&self) -> bool {
        self.is_of("one's own") && self.role.is_signed_in()
    }

    async fn fill(&self, name: &str) -> String {
        match name {
            "conversation_id" if self.is_of("nothing") => UserId::new().to_string(),
            "conversation_id" => self.place().await.id.to_string(),
            "seq" => self.seq().await.to_string(),
            "emoji" => "%F0%9F%91%8D".to_owned(),
            "handle" => self.handle().to_owned(),
            "user_id" => self.person().await.to_string(),
            "attachment_id" => self.file().await.to_string(),
            "image_id" => self.image().await.to_string(),
            "export_id" => self.export().await.to_string(),
            "session_id" => self.session().await.to_string(),
            "folder_id" => self.folder().await.to_string(),
            "code" => self.code().await,
            "passkey_id" => UserId::new().to_string(),
            "friend_request_id" => self.friend_request().await.to_string(),
            _ => panic!("nothing is said about {name}"),
        }
    }

    async fn place(&self) -> Place {
        match self.row.what {
            what if what.starts_with("the direct") => self.scene.direct().await,
            what if what.starts_with("the blocked's direct") => self.scene.blocked_direct().await,
            what if what.starts_with("the notes") => self.scene.notes().await,
            what if what.starts_with("the group") => self.scene.group().await,
            what => panic!("{what} is no conversation"),
        }
    }

    async fn seq(&self) -> i64 {
        let place = self.place().await;
        match self.row.what {
            what if what.ends_with("no such") => 1_000,
            what if what.ends_with("the owner's poll") => place.polls.unwrap().0,
            what if what.ends_with("the member's poll") => place.polls.unwrap().1,
            what if what.ends_with("the member's") => place.by_member.unwrap(),
            _ => place.by_owner,
        }
    }

    async fn person(&self) -> UserId {
        let cast = self.scene.cast;
        match self.row.what.rsplit(", ").next().unwrap_or_default() {
            "the owner" => self.scene.owner.id(),
            "the friend" => cast.friend.id(),
            "the member" => cast.member.id(),
            "the admin" => cast.admin.id(),
            "the removed" => cast.removed.id(),
            "a friend" => cast.host.id(),
            "a stranger" | "whom one does not block" => self.scene.stranger().await.id(),
            "who is gone" => cast.deleted.id(),
            "nobody" => UserId::new(),
            who => panic!("{who} is nobody"),
        }
    }

    async fn code(&self) -> String {
        match self.row.what {
            "a link of the owner" => self.scene.friend_invite().await.code,
            "the group" => self.scene.group_invite().await.code,
            _ => "A".repeat(22),
        }
    }

    fn handle(&self) -> &str {
        match self.row.what {
            "the owner" => &self.scene.owner.session().user.handle,
            "who is gone" => &self.scene.cast.deleted.session().user.handle,
            _ => "nobody",
        }
    }

    async fn file(&self) -> AttachmentId {
        match self.row.what {
            "an announced file" => self.scene.announced_file().await,
            "an unsent file" => self.scene.unsent_file().await,
            "a sent file" => self.scene.group().await.file,
            "a file of the notes" => self.scene.notes().await.file,
            "a file of the blocked" => self.scene.blocked_direct().await.file,
            "a file taken back" => self.scene.deleted_file().await,
            what => panic!("{what} is no file"),
        }
    }

    async fn image(&self) -> ImageId {
        match self.row.what {
            "the owner's picture" => self.scene.avatar().await,
            "the group's picture" => self.scene.group_picture().await,
            "the owner's last picture" => {
                let last = self.scene.avatar().await;
                self.scene.avatar().await;
                self.scene.app.run_jobs().await;
                last
            }
            _ => ImageId::new(),
        }
    }

    async fn session(&self) -> SessionId {
        if self.has_own() {
            return self.actor.session().session_id;
        }
        self.scene.owner.sign_in_again().await.session().session_id
    }

    async fn export(&self) -> ExportId {
        if self.has_own() {
            return make_export(self.scene.app, &self.actor).await;
        }
        make_export(self.scene.app, &self.scene.owner).await
    }

    /// One that is there, or a new one: there may not be many.
    async fn folder(&self) -> FolderId {
        let actor = if self.has_own() {
            &self.actor
        } else {
            &self.scene.owner
        };
        match folders(actor).await.first() {
            Some(folder) => folder.id,
            None => make_folder(actor, "new").await.id,
        }
    }

    async fn friend_request(&self) -> FriendRequestId {
        if self.has_own() {
            let made: FriendRequest = ask(&self.actor, &self.scene.stranger().await).await.json();
            return made.id;
        }
        self.scene.request_to_owner().await.id
    }

    async fn query(&self) -> String {
        match self.row.operation {
            "list_users" => format!("?ids={}", self.scene.owner.id()),
            "list_friend_requests" => "?direction=incoming".to_owned(),
            "search_people" => "?query=hello".to_owned(),
            "search_messages" if self.is_of("everywhere") => "?query=hello".to_owned(),
            "search_messages" => format!("?query=hello&conversation_id={}", self.place().await.id),
            "list_shared_media" => "?type=image".to_owned(),
            "delete_message" if self.is_of("for me") => "?for=me".to_owned(),
            "delete_message" => "?for=everyone".to_owned(),
            _ => String::new(),
        }
    }

    async fn body(&self) -> Value {
        match self.row.operation {
            "sign_up" => json!({ "handle": new_handle("new"), "display_name": "new", "password": PASSWORD }),
            "sign_in" => json!({ "login": self.own_handle(), "password": PASSWORD }),
            "refresh" => json!({ "refresh_token": self.own_refresh_token() }),
            "update_me" => json!({ "display_name": "new" }),
            "set_avatar" => json!({ "attachment_id": self.picture().await }),
            "change_password" => json!({ "current_password": PASSWORD, "new_password": "another long one" }),
            "delete_me" => json!({ "password": PASSWORD, "messages": "erase" }),
            "judge_password" => json!({ "password": "word" }),
            "reauthenticate" => json!({ "password": PASSWORD }),
            "change_email" => json!({ "email": format!("{}@example.org", new_handle("new")) }),
            "confirm_email" => json!({ "token": "none" }),
            "request_password_reset" => json!({ "email": "somebody@example.org" }),
            "confirm_password_reset" => json!({ "token": "none", "new_password": "another long one" }),
            "confirm_totp" | "disable_totp" => json!({ "code": "123456" }),
            "add_passkey" => json!({ "ceremony_id": "none", "name": "phone", "credential": {} }),
            "sign_in_with_passkey" => {
                json!({ "passkey_assertion": { "ceremony_id": "none", "credential": {} } })
            }
            "set_presence" => json!({ "status": "away" }),
            "update_settings" => json!({ "read_receipts": true, "discoverable_by_handle": true }),
            "rename_passkey" | "rename_session" => json!({ "name": "phone" }),
            "sync" => json!({ "user_rev": 0, "conversations": self.positions().await }),
            "create_friend_request" if self.is_of("by a link,") => {
                json!({ "invite_code": self.scene.friend_invite().await.code })
            }
            "create_friend_request" if self.is_of("by a link") => json!({ "invite_code": self.code().await }),
            "create_friend_request" => json!({ "user_id": self.person().await }),
            "update_friend" => json!({ "nickname": "new", "is_favorite": true }),
            "put_block" | "create_group_invite" => json!({}),
            "create_report" if self.is_of(", ") => {
                json!({ "conversation_id": self.place().await.id, "seq": self.seq().await, "reason": "other" })
            }
            "create_report" => json!({ "user_id": self.person().await, "reason": "spam" }),
            "create_conversation" if self.is_of("direct") => {
                json!({ "kind": "direct", "user_id": self.scene.owner.id() })
            }
            "create_conversation" => {
                json!({ "kind": "group", "name": "new", "member_ids": [self.scene.owner.id()] })
            }
            "update_conversation" if self.is_of("history") => json!({ "history": "all" }),
            "update_conversation" if self.is_of("picture") => {
                json!({ "avatar_attachment_id": self.picture().await })
            }
            "update_conversation" | "create_folder" | "update_folder" => json!({ "name": "new" }),
            "update_membership" => json!({ "is_pinned": true }),
            "add_members" => json!({ "user_ids": [self.person().await] }),
            "update_member" => json!({ "role": "admin" }),
            "mark_read" => json!({ "seq": 1 }),
            "set_notice" => json!({ "seq": self.seq().await }),
            "set_draft" => json!({ "text": "half" }),
            "send_message" => self.message().await,
            "create_poll" => serde_json::to_value(lunch()).unwrap(),
            "put_poll_vote" => json!({ "options": [2] }),
            "edit_message" => json!({ "text": "new" }),
            "create_attachment" => {
                json!({ "file_name": "plan.txt", "media_type": "text/plain", "size_bytes": 4 })
            }
            "create_attachment_parts" => json!({ "numbers": [1] }),
            "complete_attachment" => json!({ "parts": [{ "number": 1, "etag": "any" }] }),
            operation => panic!("nothing is said about the body of {operation}"),
        }
    }

    fn own_handle(&self) -> &str {
        let session = self.actor.session.as_ref();
        session.map_or("nobody", |session| &session.user.handle)
    }

    fn own_refresh_token(&self) -> &str {
        match &self.actor.session {
            Some(_) => self.actor.refresh_token(),
            None => "none",
        }
    }

    async fn picture(&self) -> AttachmentId {
        if self.has_own() {
            return upload_picture(&self.actor).await;
        }
        upload_picture(&self.scene.owner).await
    }

    async fn positions(&self) -> Value {
        if self.is_of("the group") {
            return json!([{ "id": self.scene.group().await.id, "rev": 1, "read_seq": 0 }]);
        }
        json!([])
    }

    async fn message(&self) -> Value {
        let key = ClientKey::new();
        let source = match self.row.what {
            what if what.ends_with("forwarding its own") => Some(self.place().await),
            what if what.ends_with("forwarding the direct") => Some(self.scene.direct().await),
            what if what.ends_with("forwarding the group") => Some(self.scene.group().await),
            _ => None,
        };
        if let Some(Place { id, by_owner, .. }) = source {
            return json!({ "client_key": key, "forward_of": { "conversation_id": id, "seq": by_owner } });
        }
        if let Some((_, who)) = self.row.what.split_once("mentioning ") {
            let who = match who {
                "everybody" => None,
                "the owner" => Some(self.scene.owner.id()),
                _ => Some(UserId::new()),
            };
            return json!({
                "client_key": key, "text": "@x", "mentions_all": who.is_none(),
                "mention_spans": [{ "user_id": who, "start": 0, "end": 2 }],
            });
        }
        let file = match self.row.what {
            "the group, unsent file" => self.scene.unsent_file().await,
            "the group, sent file" => self.scene.group().await.file,
            _ => return json!({ "client_key": key, "text": "hello" }),
        };
        json!({ "client_key": key, "attachment_ids": [file] })
    }
}

//! Links into a group.

use damso_domain::{ConversationId, Role, Timestamp};
use damso_protocol::{
    Conversation, ErrorKind, GroupInvite, GroupInvites, InviteKind, InvitePreview, Member, ServerEvent,
    SystemNotice,
};
use damso_testing::{Actor, Reply, TestApp, picture};
use serde_json::{Value, json};

const GONE: (u16, ErrorKind) = (404, ErrorKind::InviteNotFound);

/// A link into a group.
pub async fn invite(actor: &Actor, group: ConversationId, body: &Value) -> GroupInvite {
    create(actor, group, body).await.json()
}

async fn create(actor: &Actor, group: ConversationId, body: &Value) -> Reply {
    actor.post(&format!("/conversations/{group}/invites"), body).await
}

async fn listed(actor: &Actor, group: ConversationId) -> Vec<GroupInvite> {
    let reply = actor.get(&format!("/conversations/{group}/invites")).await;
    reply.json::<GroupInvites>().items
}

async fn revoke(actor: &Actor, group: ConversationId, code: &str) -> Reply {
    actor
        .delete(&format!("/conversations/{group}/invites/{code}"))
        .await
}

pub async fn join(actor: &Actor, code: &str) -> Reply {
    actor.post(&format!("/invites/{code}/join"), &json!({})).await
}

async fn preview(actor: &Actor, code: &str) -> Reply {
    actor.get(&format!("/invites/{code}")).await
}

async fn count(actor: &Actor, group: ConversationId) -> i64 {
    actor.conversation(group).await.member_count
}

/// Makes links over as if their time had passed.
async fn let_time_pass(app: &TestApp) {
    app.database
        .execute("UPDATE invite_links SET expires_at = created_at WHERE expires_at IS NOT NULL")
        .await;
}

#[tokio::test]
async fn whoever_has_a_link_sees_what_it_leads_to_and_comes_in() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let [alex] = app.users(["alex"]).await;
    let group = minji.create_group("hikers", &[&seoyeon]).await.id;
    let before = minji.say(group, "before").await;
    let link = invite(&minji, group, &json!({})).await;
    assert_eq!(link.code.len(), 22);
    assert!(
        link.url.ends_with(&format!("/invite/{}", link.code)),
        "{}",
        link.url
    );
    assert_eq!((link.uses, link.max_uses, link.expires_at), (0, None, None));
    assert_eq!(link.made_by.id, minji.id());
    assert_eq!(listed(&minji, group).await, std::slice::from_ref(&link));

    let seen: InvitePreview = preview(&app.anonymous(), &link.code).await.json();
    let expected = InvitePreview {
        kind: InviteKind::Group,
        name: Some("hikers".to_owned()),
        avatar: None,
        member_count: Some(2),
    };
    assert_eq!(seen, expected);

    let mut inboxes = [
        minji.connect().await,
        seoyeon.connect().await,
        alex.connect().await,
    ];
    let joined: Conversation = join(&alex, &link.code).await.json();
    assert_eq!((joined.id, joined.member_count), (group, 3));
    assert_eq!(joined.membership.role, Role::Member);
    assert_eq!(joined.membership.joined_seq, before.seq);
    let said = joined.last_message.unwrap();
    assert_eq!(
        (said.system, said.author_id),
        (Some(SystemNotice::MemberJoined), alex.id())
    );
    assert_eq!(listed(&minji, group).await[0].uses, 1);
    for inbox in &mut inboxes[..2] {
        let events = inbox.settle().await;
        let [
            ServerEvent::MemberAdded(added),
            ServerEvent::MessageCreated(created),
        ] = &events[..]
        else {
            panic!("{events:?}");
        };
        assert_eq!((added.member.user_id, added.user.id), (alex.id(), alex.id()));
        assert_eq!(created.message.system, Some(SystemNotice::MemberJoined));
    }
    let events = inboxes[2].settle().await;
    assert!(
        matches!(&events[..], [ServerEvent::ConversationJoined(joined)] if joined.conversation.id == group),
        "{events:?}"
    );
    // What was said before they came is not for them, unless the group says so.
    assert!(alex.texts(group).await.is_empty());
    minji
        .update_group(group, &json!({ "history": "all" }))
        .await
        .json::<Conversation>();
    assert_eq!(alex.texts(group).await, ["before"]);
}

#[tokio::test]
async fn who_is_in_it_already_is_answered_with_it_and_uses_nothing_up() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let [alex] = app.users(["alex"]).await;
    let group = minji.create_group("hikers", &[&seoyeon]).await.id;
    let link = invite(&minji, group, &json!({ "max_uses": 1 })).await;
    let mut inbox = minji.connect().await;
    for member in [&minji, &seoyeon] {
        assert_eq!(join(member, &link.code).await.json::<Conversation>().id, group);
    }
    inbox.assert_silent().await;
    assert_eq!(listed(&minji, group).await[0].uses, 0);
    // Whose answer got lost asks again, also once the link is used up by it.
    for _ in 0..2 {
        assert_eq!(join(&alex, &link.code).await.json::<Conversation>().id, group);
    }
    assert!(listed(&minji, group).await.is_empty(), "it is used up");
}

#[tokio::test]
async fn links_are_made_listed_and_taken_back_by_the_owner_and_admins() {
    let app = TestApp::start().await;
    let [owner, admin, member, outsider] = app.friends(["owner", "admin_1", "member", "outsider"]).await;
    let group = owner.create_group("hikers", &[&admin, &member]).await.id;
    owner.set_role(group, &admin, "admin").await.json::<Member>();
    let link = invite(&owner, group, &json!({})).await;
    for (actor, refusal) in [
        (&member, (403, ErrorKind::NotAllowed)),
        (&outsider, (404, ErrorKind::ConversationNotFound)),
    ] {
        assert_eq!(create(actor, group, &json!({})).await.refusal(), refusal);
        let list = actor.get(&format!("/conversations/{group}/invites")).await;
        assert_eq!(list.refusal(), refusal);
        assert_eq!(revoke(actor, group, &link.code).await.refusal(), refusal);
    }
    assert_eq!(listed(&admin, group).await, std::slice::from_ref(&link));
    let by_admin = invite(&admin, group, &json!({})).await;
    assert_ne!(by_admin.code, link.code);
    assert_eq!(revoke(&admin, group, &link.code).await.status, 204);
    assert_eq!(listed(&owner, group).await, [by_admin]);
    assert_eq!(revoke(&admin, group, &link.code).await.refusal(), GONE);
    // The link of one group is not taken back by who runs another one.
    let other = owner.create_group("others", &[&member]).await.id;
    let elsewhere = invite(&owner, other, &json!({})).await;
    assert_eq!(revoke(&owner, group, &elsewhere.code).await.refusal(), GONE);
    assert_eq!(listed(&owner, other).await.len(), 1);
}

#[tokio::test]
async fn a_link_that_is_over_is_not_there_whatever_the_reason() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let [alex, late] = app.users(["alex", "late"]).await;
    let group = minji.create_group("hikers", &[&seoyeon]).await.id;
    let revoked = invite(&minji, group, &json!({})).await.code;
    assert_eq!(revoke(&minji, group, &revoked).await.status, 204);
    let used_up = invite(&minji, group, &json!({ "max_uses": 1 })).await.code;
    join(&alex, &used_up).await.json::<Conversation>();
    let expired = invite(&minji, group, &json!({ "expires_in_secs": 60 }))
        .await
        .code;
    assert_eq!(preview(&late, &expired).await.status, 200);
    let_time_pass(&app).await;
    let friend: Value = minji.post("/me/friend-invites", &json!({})).await.json();
    let mut inbox = minji.connect().await;
    for code in [
        revoked.as_str(),
        &used_up,
        &expired,
        &"A".repeat(22),
        // Too short, too long, not the characters, not the one way to write it.
        "A",
        &"A".repeat(23),
        &"A".repeat(43),
        &"!".repeat(22),
        &format!("{}B", "A".repeat(21)),
        "%00",
        "..%2F..",
        "%F0%9F%91%8D",
    ] {
        assert_eq!(preview(&app.anonymous(), code).await.refusal(), GONE, "{code}");
        assert_eq!(join(&late, code).await.refusal(), GONE, "{code}");
    }
    let to_friend = friend["code"].as_str().unwrap();
    assert_eq!(join(&late, to_friend).await.refusal(), GONE, "no group is there");
    inbox.assert_silent().await;
    assert_eq!(count(&minji, group).await, 3);
    assert!(listed(&minji, group).await.is_empty());
    app.sweep().await;
    assert_eq!(
        app.database.count("SELECT count(*) FROM invite_links").await,
        1,
        "the friend's is kept"
    );
}

#[tokio::test]
async fn the_last_use_is_one_persons() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let crowd = app.users(["one", "two", "three", "four"]).await;
    let group = minji.create_group("hikers", &[&seoyeon]).await.id;
    let code = invite(&minji, group, &json!({ "max_uses": 2 })).await.code;
    let [one, two, three, four] = &crowd;
    let replies = tokio::join!(
        join(one, &code),
        join(two, &code),
        join(three, &code),
        join(four, &code)
    );
    let replies = [replies.0, replies.1, replies.2, replies.3];
    let (came, refused): (Vec<_>, Vec<_>) = replies.iter().partition(|reply| reply.status == 200);
    assert_eq!((came.len(), refused.len()), (2, 2));
    assert!(refused.iter().all(|reply| reply.refusal() == GONE));
    assert_eq!(count(&minji, group).await, 4);
}

#[tokio::test]
async fn one_person_twice_at_once_uses_one() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let [alex] = app.users(["alex"]).await;
    let group = minji.create_group("hikers", &[&seoyeon]).await.id;
    let code = invite(&minji, group, &json!({ "max_uses": 5 })).await.code;
    let (one, other) = tokio::join!(join(&alex, &code), join(&alex, &code));
    assert_eq!(
        [one.status, other.status].map(|status| status.as_u16()),
        [200, 200]
    );
    assert_eq!(listed(&minji, group).await[0].uses, 1);
    assert_eq!(count(&minji, group).await, 3);
}

#[tokio::test]
async fn who_was_removed_comes_back_by_no_link_until_somebody_adds_them() {
    let app = TestApp::start().await;
    let [minji, seoyeon, jiho] = app.friends(["minji", "seoyeon", "jiho"]).await;
    let group = minji.create_group("hikers", &[&seoyeon, &jiho]).await.id;
    let code = invite(&minji, group, &json!({})).await.code;
    // Who left by themself comes back.
    assert_eq!(jiho.leave(group).await.status, 204);
    join(&jiho, &code).await.json::<Conversation>();
    minji.remove_member(group, &seoyeon).await;
    let mut inbox = minji.connect().await;
    let refused = join(&seoyeon, &code).await;
    assert_eq!(refused.refusal(), (403, ErrorKind::RemovedFromGroup));
    inbox.assert_silent().await;
    assert_eq!(listed(&minji, group).await[0].uses, 1);
    assert_eq!(count(&minji, group).await, 2);
    minji.add_members(group, &[&seoyeon]).await.json::<Conversation>();
    assert_eq!(seoyeon.leave(group).await.status, 204);
    join(&seoyeon, &code).await.json::<Conversation>();
    assert_eq!(count(&minji, group).await, 3);
}

#[tokio::test]
async fn a_link_ends_with_the_right_of_its_maker() {
    let app = TestApp::start().await;
    let [minji, seoyeon, jiho] = app.friends(["minji", "seoyeon", "jiho"]).await;
    let [late] = app.users(["late"]).await;
    let group = minji.create_group("hikers", &[&seoyeon, &jiho]).await.id;
    let own = invite(&minji, group, &json!({})).await.code;
    let theirs = async || {
        minji.set_role(group, &seoyeon, "admin").await.json::<Member>();
        invite(&seoyeon, group, &json!({})).await.code
    };
    let code = theirs().await;
    minji.set_role(group, &seoyeon, "member").await.json::<Member>();
    assert_eq!(join(&late, &code).await.refusal(), GONE, "an admin no more");
    let code = theirs().await;
    assert_eq!(join(&late, &code).await.status, 200);
    assert_eq!(late.leave(group).await.status, 204);
    assert_eq!(seoyeon.leave(group).await.status, 204);
    assert_eq!(join(&late, &code).await.refusal(), GONE, "gone");
    minji.add_members(group, &[&seoyeon]).await.json::<Conversation>();
    let code = theirs().await;
    minji.remove_member(group, &seoyeon).await;
    assert_eq!(preview(&late, &code).await.refusal(), GONE, "removed");
    // Who hands over stays an admin, and their links stay good.
    minji.set_role(group, &jiho, "owner").await.json::<Member>();
    assert_eq!(preview(&late, &own).await.status, 200);
    let farewell = json!({ "password": damso_testing::PASSWORD, "messages": "keep" });
    assert_eq!(minji.post("/me/deletion", &farewell).await.status, 200);
    assert_eq!(join(&late, &own).await.refusal(), GONE, "the account is gone");
    assert_eq!(app.database.count("SELECT count(*) FROM invite_links").await, 0);
}

#[tokio::test]
async fn a_full_group_takes_nobody_and_the_link_stays_as_it_is() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let [alex] = app.users(["alex"]).await;
    let group = minji.create_group("hikers", &[&seoyeon]).await.id;
    let link = invite(&minji, group, &json!({})).await;
    app.database.execute(&format!(
        "INSERT INTO members (conversation_id, user_id, role, joined_seq, joined_rev, joined_at, read_seq, is_counted, \
         is_listed, is_pinned, rev) SELECT '{group}', gen_random_uuid(), 'member', 0, 0, now(), 0, true, true, false, 0 \
         FROM generate_series(1, 998)"
    ))
    .await;
    let mut inbox = minji.connect().await;
    assert_eq!(
        join(&alex, &link.code).await.refusal(),
        (422, ErrorKind::GroupFull)
    );
    inbox.assert_silent().await;
    assert_eq!(listed(&minji, group).await[0].uses, 0);
}

#[tokio::test]
async fn links_have_bounds() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let group = minji.create_group("hikers", &[&seoyeon]).await.id;
    let direct = minji.open_direct(&seoyeon).await.id;
    for body in [
        json!({ "max_uses": 0 }),
        json!({ "max_uses": -1 }),
        json!({ "max_uses": 1_001 }),
        json!({ "max_uses": i64::MAX }),
        json!({ "expires_in_secs": 59 }),
        json!({ "expires_in_secs": 31_536_001 }),
        json!({ "expires_in_secs": i64::MIN }),
    ] {
        let refused = create(&minji, group, &body).await;
        assert_eq!(refused.refusal(), (422, ErrorKind::InvalidFields), "{body}");
    }
    for body in [
        json!({ "max_uses": 1.5 }),
        json!({ "uses": 1 }),
        json!({ "max_uses": "1" }),
    ] {
        let refused = create(&minji, group, &body).await;
        assert_eq!(refused.refusal(), (400, ErrorKind::MalformedRequest), "{body}");
    }
    assert_eq!(
        create(&minji, direct, &json!({})).await.refusal(),
        (409, ErrorKind::NotAGroup)
    );
    assert!(listed(&minji, group).await.is_empty());
    let week = invite(
        &minji,
        group,
        &json!({ "max_uses": 1_000, "expires_in_secs": 604_800 }),
    )
    .await;
    let lifetime = week.expires_at.unwrap().as_millis() - Timestamp::now().as_millis();
    assert!((604_700_000..=604_800_000).contains(&lifetime), "{lifetime}");
    for _ in 1..GroupInvite::MOST {
        invite(&minji, group, &json!({})).await;
    }
    let refused = create(&minji, group, &json!({})).await;
    assert_eq!(refused.refusal(), (422, ErrorKind::TooManyInvites));
    assert_eq!(listed(&minji, group).await.len(), GroupInvite::MOST);
    // Of which one is over, another one can be made.
    let_time_pass(&app).await;
    invite(&minji, group, &json!({})).await;
}

#[tokio::test]
async fn the_picture_of_a_preview_is_read_with_the_code_and_no_other_one_is() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let group = minji.create_group("hikers", &[&seoyeon]).await.id;
    let upload = async || minji.upload("me.png", "image/png", picture::png(8, 8)).await.id;
    let body = json!({ "avatar_attachment_id": upload().await });
    minji.update_group(group, &body).await.json::<Conversation>();
    let me: Value = minji
        .put("/me/avatar", &json!({ "attachment_id": upload().await }))
        .await
        .json();
    let code = invite(&minji, group, &json!({})).await.code;
    let (anonymous, own) = (app.anonymous(), me["avatar"]["id"].as_str().unwrap().to_owned());
    let seen: InvitePreview = preview(&anonymous, &code).await.json();
    let shown = seen.avatar.unwrap().id.to_string();
    let read = async |id: &str, code: &str| {
        let path = format!("/images/{id}?size=128&invite_code={code}");
        anonymous.get(&path).await
    };
    let picture = read(&shown, &code).await;
    assert_eq!(
        (picture.status.as_u16(), picture.header("content-type")),
        (200, "image/webp")
    );
    let none = (404, ErrorKind::ImageNotFound);
    assert_eq!(read(&own, &code).await.refusal(), none, "somebody's own");
    assert_eq!(read(&shown, "none").await.refusal(), none);
    assert_eq!(
        anonymous.get(&format!("/images/{shown}")).await.refusal(),
        (401, ErrorKind::NotAuthenticated)
    );
    assert_eq!(revoke(&minji, group, &code).await.status, 204);
    assert_eq!(read(&shown, &code).await.refusal(), none);
}

#[tokio::test]
async fn the_database_has_the_hash_of_a_code_and_never_the_code() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let group = minji.create_group("hikers", &[&seoyeon]).await.id;
    let link = invite(&minji, group, &json!({})).await;
    let raw = format!("decode(translate('{}', '-_', '+/') || '==', 'base64')", link.code);
    let stored = "invite_links::text";
    let sql = format!(
        "SELECT count(*) FROM invite_links WHERE position('{}' in {stored}) > 0 OR position(encode({raw}, 'hex') in {stored}) > 0",
        link.code
    );
    assert_eq!(app.database.count(&sql).await, 0);
    let by_hash = format!("SELECT count(*) FROM invite_links WHERE hash = sha256({raw})");
    assert_eq!(app.database.count(&by_hash).await, 1);
    assert_eq!(
        listed(&minji, group).await[0].url,
        link.url,
        "it is shown again all the same"
    );
}

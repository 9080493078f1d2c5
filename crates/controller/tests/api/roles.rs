//! Who may do what in a group: every role against every action.

use damso_domain::{ConversationId, Role};
use damso_protocol::{Conversation, ErrorKind, Member, ServerEvent, SystemNotice};
use damso_testing::{Actor, Reply, TestApp};
use serde_json::{Value, json};

/// A group with one of each, somebody who was removed, and somebody who never was in it.
struct Cast {
    app: TestApp,
    group: ConversationId,
    owner: Actor,
    admin: Actor,
    other_admin: Actor,
    member: Actor,
    other_member: Actor,
    removed: Actor,
    outsider: Actor,
}

impl Cast {
    async fn assemble() -> Self {
        let app = TestApp::start().await;
        let [owner, admin, other_admin, member, other_member, removed, outsider] = app
            .friends([
                "owner", "admin_1", "admin_2", "member_1", "member_2", "removed", "outsider",
            ])
            .await;
        let others = [&admin, &other_admin, &member, &other_member, &removed];
        let group = owner.create_group("hikers", &others).await.id;
        for admin in [&admin, &other_admin] {
            owner.set_role(group, admin, "admin").await.json::<Member>();
        }
        owner.remove_member(group, &removed).await;
        Self {
            app,
            group,
            owner,
            admin,
            other_admin,
            member,
            other_member,
            removed,
            outsider,
        }
    }
}

const OK: Option<(u16, ErrorKind)> = None;
const NOT_ALLOWED: Option<(u16, ErrorKind)> = Some((403, ErrorKind::NotAllowed));
const NOT_THERE: Option<(u16, ErrorKind)> = Some((404, ErrorKind::ConversationNotFound));

#[track_caller]
fn check(what: &str, reply: &Reply, expected: Option<(u16, ErrorKind)>) {
    match expected {
        None => assert!(
            reply.status.is_success(),
            "{what}: {} {}",
            reply.status,
            reply.text()
        ),
        Some(expected) => assert_eq!(reply.refusal(), expected, "{what}"),
    }
}

#[tokio::test]
async fn the_group_itself_is_changed_by_its_owner_and_admins() {
    let cast = Cast::assemble().await;
    for (who, actor, expected) in [
        ("owner", &cast.owner, OK),
        ("admin", &cast.admin, OK),
        ("member", &cast.member, NOT_ALLOWED),
        ("removed", &cast.removed, NOT_THERE),
        ("outsider", &cast.outsider, NOT_THERE),
    ] {
        for change in [
            json!({ "name": who }),
            json!({ "history": "all" }),
            json!({ "avatar_attachment_id": null }),
        ] {
            check(
                &format!("{who} {change}"),
                &actor.update_group(cast.group, &change).await,
                expected,
            );
        }
    }
}

#[tokio::test]
async fn messages_of_others_are_deleted_by_the_owner_and_admins() {
    let cast = Cast::assemble().await;
    for (who, actor, expected) in [
        ("owner", &cast.owner, OK),
        ("admin", &cast.admin, OK),
        ("member", &cast.member, NOT_ALLOWED),
        ("removed", &cast.removed, NOT_THERE),
        ("outsider", &cast.outsider, NOT_THERE),
    ] {
        let message = cast.other_member.say(cast.group, "mine").await;
        let reply = actor
            .delete_message(cast.group, message.seq.as_i64(), "everyone")
            .await;
        check(who, &reply, expected);
    }
}

#[tokio::test]
async fn people_are_removed_by_those_who_stand_above_them() {
    let cast = Cast::assemble().await;
    for (what, actor, target, expected) in [
        ("member on member", &cast.member, &cast.other_member, NOT_ALLOWED),
        ("member on admin", &cast.member, &cast.admin, NOT_ALLOWED),
        ("member on owner", &cast.member, &cast.owner, NOT_ALLOWED),
        ("member on themself", &cast.member, &cast.member, NOT_ALLOWED),
        ("admin on admin", &cast.admin, &cast.other_admin, NOT_ALLOWED),
        ("admin on owner", &cast.admin, &cast.owner, NOT_ALLOWED),
        ("owner on themself", &cast.owner, &cast.owner, NOT_ALLOWED),
        ("outsider on member", &cast.outsider, &cast.member, NOT_THERE),
        ("removed on member", &cast.removed, &cast.member, NOT_THERE),
        (
            "owner on outsider",
            &cast.owner,
            &cast.outsider,
            Some((404, ErrorKind::MemberNotFound)),
        ),
        ("admin on member", &cast.admin, &cast.other_member, OK),
        ("owner on admin", &cast.owner, &cast.other_admin, OK),
        (
            "owner on somebody gone",
            &cast.owner,
            &cast.other_admin,
            Some((404, ErrorKind::MemberNotFound)),
        ),
    ] {
        check(what, &actor.remove_member(cast.group, target).await, expected);
    }
    assert_eq!(cast.owner.conversation(cast.group).await.member_count, 3);
}

#[tokio::test]
async fn roles_are_given_by_the_owner() {
    let cast = Cast::assemble().await;
    for (what, actor, target, role, expected) in [
        ("member", &cast.member, &cast.other_member, "admin", NOT_ALLOWED),
        ("admin", &cast.admin, &cast.member, "admin", NOT_ALLOWED),
        ("admin, themself", &cast.admin, &cast.admin, "owner", NOT_ALLOWED),
        ("owner, themself", &cast.owner, &cast.owner, "member", NOT_ALLOWED),
        ("outsider", &cast.outsider, &cast.member, "admin", NOT_THERE),
        ("removed", &cast.removed, &cast.removed, "admin", NOT_THERE),
        (
            "nobody",
            &cast.owner,
            &cast.outsider,
            "admin",
            Some((404, ErrorKind::MemberNotFound)),
        ),
        (
            "unknown role",
            &cast.owner,
            &cast.member,
            "king",
            Some((400, ErrorKind::MalformedRequest)),
        ),
        ("owner up", &cast.owner, &cast.member, "admin", OK),
        ("owner again", &cast.owner, &cast.member, "admin", OK),
        ("owner down", &cast.owner, &cast.admin, "member", OK),
    ] {
        check(what, &actor.set_role(cast.group, target, role).await, expected);
    }
}

#[tokio::test]
async fn handing_over_leaves_exactly_one_owner() {
    let cast = Cast::assemble().await;
    let mut inbox = cast.member.connect().await;
    let before = cast.member.conversation(cast.group).await;
    let handed: Member = cast
        .owner
        .set_role(cast.group, &cast.member, "owner")
        .await
        .json();
    assert_eq!(handed.role, Role::Owner);
    let after: Conversation = cast.owner.conversation(cast.group).await;
    assert_eq!(after.membership.role, Role::Admin);
    let owners = after.members.iter().filter(|member| member.role == Role::Owner);
    assert_eq!(
        owners.map(|member| member.user_id).collect::<Vec<_>>(),
        [cast.member.id()]
    );
    let events = inbox.settle().await;
    assert!(
        matches!(&events[..], [ServerEvent::MemberUpdated(_), ServerEvent::MemberUpdated(_), ServerEvent::MessageCreated(created)]
        if created.message.system == Some(SystemNotice::OwnerChanged { user_id: cast.member.id() }))
    );
    let revs: Vec<_> = events
        .iter()
        .filter_map(ServerEvent::conversation_rev)
        .map(|(_, rev)| rev.as_i64())
        .collect();
    assert_eq!(
        revs,
        (before.rev.as_i64() + 1..=after.rev.as_i64()).collect::<Vec<_>>()
    );
}

/// To somebody outside a group there is no group, whatever they try; and nobody inside hears of it.
#[tokio::test]
async fn to_outsiders_a_group_is_not_there() {
    let cast = Cast::assemble().await;
    let group = cast.group;
    let before = cast.owner.conversation(group).await;
    let mut inbox = cast.owner.connect().await;
    for actor in [&cast.outsider, &cast.removed] {
        let base = format!("/conversations/{group}");
        let key = damso_domain::ClientKey::new();
        for (method, path, body) in [
            ("GET", base.clone(), Value::Null),
            ("PATCH", base.clone(), json!({ "name": "x" })),
            (
                "PATCH",
                format!("{base}/membership"),
                json!({ "is_pinned": true }),
            ),
            ("POST", format!("{base}/leave"), Value::Null),
            ("GET", format!("{base}/members"), Value::Null),
            (
                "POST",
                format!("{base}/members"),
                json!({ "user_ids": [cast.outsider.id()] }),
            ),
            (
                "PATCH",
                format!("{base}/members/{}", cast.member.id()),
                json!({ "role": "admin" }),
            ),
            (
                "DELETE",
                format!("{base}/members/{}", cast.member.id()),
                Value::Null,
            ),
            ("POST", format!("{base}/typing"), Value::Null),
            ("GET", format!("{base}/messages"), Value::Null),
            (
                "POST",
                format!("{base}/messages"),
                json!({ "client_key": key, "text": "x" }),
            ),
            ("GET", format!("{base}/messages/1"), Value::Null),
            ("DELETE", format!("{base}/messages/1?for=everyone"), Value::Null),
            ("DELETE", format!("{base}/messages/1?for=me"), Value::Null),
            ("GET", format!("{base}/messages/1/readers"), Value::Null),
            ("PATCH", format!("{base}/messages/1"), json!({ "text": "x" })),
            ("GET", format!("{base}/messages/1/edits"), Value::Null),
            (
                "PUT",
                format!("{base}/messages/1/reactions/%F0%9F%91%8D"),
                Value::Null,
            ),
            (
                "DELETE",
                format!("{base}/messages/1/reactions/%F0%9F%91%8D"),
                Value::Null,
            ),
            ("GET", format!("{base}/messages/1/reactions"), Value::Null),
            ("GET", format!("{base}/reads"), Value::Null),
            ("PUT", format!("{base}/read"), json!({ "seq": 1 })),
        ] {
            let mut request = actor.request(method.parse().unwrap(), &path);
            if !body.is_null() {
                request = request.json(&body);
            }
            check(
                &format!("{method} {path}"),
                &actor.send_request(request).await,
                NOT_THERE,
            );
        }
    }
    inbox.assert_silent().await;
    assert_eq!(cast.owner.conversation(group).await, before);
    assert_eq!(
        cast.app
            .database
            .count("SELECT count(*) FROM hidden_messages")
            .await,
        0
    );
}

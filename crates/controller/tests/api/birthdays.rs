//! Birthdays: who is told the day, and that nobody is told the year.

use damso_domain::{Rev, UserId};
use damso_protocol::{ErrorKind, FieldErrorKind, Friend, Me, Page, ServerEvent};
use damso_testing::{Actor, Inbox, Reply, TestApp};
use serde_json::{Value, json};

use crate::blocks::unblock;

async fn is_born(actor: &Actor, birthday: Value) -> Me {
    actor.patch("/me", &json!({ "birthday": birthday })).await.json()
}

async fn shows(actor: &Actor, visibility: &str) {
    let change = json!({ "birthday_visibility": visibility });
    actor.patch("/me/settings", &change).await.json::<Value>();
}

/// What somebody is told when they ask.
async fn told(actor: &Actor, id: UserId) -> Option<String> {
    let friends: Page<Friend> = actor.get("/friends").await.json();
    let friend = friends
        .items
        .into_iter()
        .find(|friend| friend.user.id == id)
        .unwrap();
    friend.birthday.map(|birthday| birthday.to_string())
}

/// What a socket is told of a friend next, and with which number.
async fn hears(inbox: &mut Inbox) -> (Rev, Option<String>) {
    inbox
        .wait_for(|event| match event {
            ServerEvent::FriendUpdated(updated) => {
                let birthday = updated.friend.birthday.map(|birthday| birthday.to_string());
                Some((updated.user_rev, birthday))
            }
            _ => None,
        })
        .await
}

/// That a socket was told nothing of a friend's birthday until now.
async fn assert_not_told(inbox: &mut Inbox) {
    let heard = inbox.settle().await;
    let is_told = |event: &ServerEvent| matches!(event, ServerEvent::FriendUpdated(_));
    assert!(!heard.iter().any(is_told), "{heard:?}");
}

#[tokio::test]
async fn friends_are_told_the_day_and_nobody_the_year() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let [stranger] = app.users(["stranger"]).await;
    assert_eq!(minji.me().await.birthday, None);
    assert_eq!(told(&seoyeon, minji.id()).await, None);
    let before = seoyeon.me().await.user_rev;
    let (mut friend, mut outside) = (seoyeon.connect().await, stranger.connect().await);

    let me = is_born(&minji, "1990-03-05".into()).await;
    assert_eq!(me.birthday.unwrap().to_string(), "1990-03-05");
    assert_eq!(minji.me().await.birthday, me.birthday);
    assert_eq!(
        hears(&mut friend).await,
        (before.next(), Some("03-05".to_owned()))
    );
    assert_eq!(told(&seoyeon, minji.id()).await.as_deref(), Some("03-05"));
    let sync = seoyeon.sync_since(before.as_i64(), &[]).await;
    assert_eq!(sync.user_rev, before.next());
    assert!(!serde_json::to_string(&sync).unwrap().contains("1990"));
    outside.assert_silent().await;
    for reply in [
        seoyeon.get("/friends").await,
        seoyeon.get(&format!("/users/{}", minji.id())).await,
        stranger.get(&format!("/users/{}", minji.id())).await,
    ] {
        assert!(!reply.text().contains("1990"));
    }

    // The year is nobody's business, and what changes nothing for friends is told to nobody.
    is_born(&minji, "1991-03-05".into()).await;
    is_born(&minji, "03-05".into()).await;
    minji
        .patch("/me", &json!({ "status_message": "x" }))
        .await
        .json::<Me>();
    assert_not_told(&mut friend).await;
    is_born(&minji, Value::Null).await;
    assert_eq!(hears(&mut friend).await.1, None);
    assert_eq!(minji.me().await.birthday, None);
    assert_eq!(seoyeon.me().await.user_rev, before.next().next());
}

#[tokio::test]
async fn who_shows_it_to_nobody_shows_it_to_nobody() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    is_born(&minji, "02-29".into()).await;
    let mut friend = seoyeon.connect().await;
    shows(&minji, "nobody").await;
    assert_eq!(hears(&mut friend).await.1, None);
    assert_eq!(told(&seoyeon, minji.id()).await, None);
    is_born(&minji, "03-01".into()).await;
    shows(&minji, "nobody").await;
    assert_not_told(&mut friend).await;
    assert_eq!(minji.me().await.birthday.unwrap().to_string(), "03-01");
    shows(&minji, "friends").await;
    assert_eq!(hears(&mut friend).await.1.as_deref(), Some("03-01"));
    // Who becomes a friend later is told with the friendship.
    let [jiho] = app.users(["jiho"]).await;
    minji.befriend(&jiho).await;
    assert_eq!(told(&jiho, minji.id()).await.as_deref(), Some("03-01"));
}

fn field(reply: &Reply) -> (String, FieldErrorKind) {
    assert_eq!(reply.refusal(), (422, ErrorKind::InvalidFields));
    let problem: damso_protocol::Problem = serde_json::from_slice(&reply.body).unwrap();
    (problem.fields[0].field.clone(), problem.fields[0].kind)
}

#[tokio::test]
async fn a_day_that_there_was_not_is_refused() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    is_born(&minji, "2000-02-29".into()).await;
    let mut friend = seoyeon.connect().await;
    for (birthday, kind) in [
        ("2001-02-29", FieldErrorKind::InvalidFormat),
        ("02-30", FieldErrorKind::InvalidFormat),
        ("3월 5일", FieldErrorKind::InvalidFormat),
        ("", FieldErrorKind::InvalidFormat),
        ("1899-12-31", FieldErrorKind::OutOfRange),
        ("9998-01-01", FieldErrorKind::OutOfRange),
    ] {
        let change = json!({ "birthday": birthday, "display_name": "other" });
        let reply = minji.patch("/me", &change).await;
        assert_eq!(field(&reply), ("birthday".to_owned(), kind), "{birthday}");
    }
    let reply = minji.patch("/me", &json!({ "birthday": 305 })).await;
    assert_eq!(reply.refusal(), (400, ErrorKind::MalformedRequest));
    let me = minji.me().await;
    assert_eq!(
        (
            me.display_name.as_str(),
            me.birthday.unwrap().to_string().as_str()
        ),
        ("minji", "2000-02-29")
    );
    friend.assert_silent().await;
}

#[tokio::test]
async fn who_hides_their_profile_from_somebody_hides_it_and_shows_it_again_with_it() {
    let app = TestApp::start().await;
    let [minji, mallory] = app.friends(["minji", "mallory"]).await;
    is_born(&minji, "1990-03-05".into()).await;
    let mut theirs = mallory.connect().await;
    let path = format!("/blocks/{}", mallory.id());
    minji.put(&path, &json!({})).await.json::<Value>();
    // A plain block hides nothing of the profile, or it would show.
    assert_not_told(&mut theirs).await;
    assert_eq!(told(&mallory, minji.id()).await.as_deref(), Some("03-05"));
    minji
        .put(&path, &json!({ "hide_profile": true }))
        .await
        .json::<Value>();
    assert_eq!(hears(&mut theirs).await.1, None);
    assert_eq!(told(&mallory, minji.id()).await, None);
    is_born(&minji, "03-06".into()).await;
    assert_not_told(&mut theirs).await;
    assert_eq!(told(&mallory, minji.id()).await, None);
    unblock(&minji, &mallory).await;
    assert_eq!(hears(&mut theirs).await.1.as_deref(), Some("03-06"));
}

/// Friends' own streams take a number each, so their accounts are locked; so they are while a friendship is made.
#[tokio::test]
async fn birthdays_and_friendships_at_once_end_the_same_for_all() {
    let app = TestApp::start().await;
    let [minji, seoyeon, jiho] = app.users(["minji", "seoyeon", "jiho"]).await;
    minji.befriend(&seoyeon).await;
    for round in 1..=9 {
        let day = format!("03-0{round}");
        let change = json!({ "birthday": day });
        let theirs = json!({ "birthday": format!("04-0{round}") });
        let (mine, other, ()) = tokio::join!(
            minji.patch("/me", &change),
            seoyeon.patch("/me", &theirs),
            async {
                if round == 5 {
                    jiho.befriend(&minji).await;
                }
            }
        );
        assert_eq!((mine.status.as_u16(), other.status.as_u16()), (200, 200));
        assert_eq!(told(&seoyeon, minji.id()).await, Some(day.clone()));
        if 5 <= round {
            assert_eq!(told(&jiho, minji.id()).await, Some(day));
        }
    }
}

#[tokio::test]
async fn a_deleted_account_has_none() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    is_born(&minji, "1990-03-05".into()).await;
    let body = json!({ "password": damso_testing::PASSWORD, "messages": "erase" });
    assert_eq!(minji.post("/me/deletion", &body).await.status, 200);
    let kept = "SELECT count(*) FROM users WHERE birthday IS NOT NULL";
    assert_eq!(app.database.count(kept).await, 0);
}

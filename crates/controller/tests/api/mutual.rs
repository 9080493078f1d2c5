//! What two people have in common, and who is told of it.

use damso_domain::UserId;
use damso_protocol::{ErrorKind, Mutual};
use damso_testing::{Actor, TestApp};
use serde_json::json;

use crate::blocks::block;

async fn mutual(viewer: &Actor, other: &Actor) -> Mutual {
    viewer.get(&format!("/users/{}/mutual", other.id())).await.json()
}

fn names(mutual: &Mutual) -> Vec<&str> {
    let names = mutual.friends.iter().map(|friend| friend.display_name.as_str());
    names.collect()
}

#[tokio::test]
async fn friends_and_groups_of_both_are_told_and_nobody_else_s() {
    let app = TestApp::start().await;
    let [minji, seoyeon, jiho] = app.friends(["minji", "seoyeon", "jiho"]).await;
    let [alex] = app.users(["alex"]).await;
    minji.befriend(&alex).await;
    let both = minji.create_group("hikers", &[&seoyeon, &jiho]).await;
    minji.create_group("books", &[&jiho, &alex]).await;
    let left = minji.create_group("left", &[&seoyeon]).await;
    seoyeon.leave(left.id).await;
    minji.open_direct(&seoyeon).await;
    minji
        .update_membership(both.id, &json!({ "name_override": "산 친구들" }))
        .await;

    let told = mutual(&minji, &seoyeon).await;
    assert_eq!((names(&told), told.friend_count), (vec!["jiho"], 1));
    assert_eq!((told.groups.len(), told.group_count), (1, 1));
    let group = &told.groups[0];
    assert_eq!(
        (group.id, group.name.as_deref(), group.member_count),
        (both.id, Some("산 친구들"), 3)
    );
    let theirs = mutual(&seoyeon, &minji).await;
    assert_eq!(
        (names(&theirs), theirs.groups[0].name.as_deref()),
        (vec!["jiho"], Some("hikers"))
    );
    assert_eq!(mutual(&seoyeon, &alex).await.group_count, 0);

    let own = mutual(&minji, &minji).await;
    assert_eq!((own.friend_count, own.group_count), (0, 0));
    let nobody = minji.get(&format!("/users/{}/mutual", UserId::new())).await;
    assert_eq!(nobody.refusal(), (404, ErrorKind::UserNotFound));
}

#[tokio::test]
async fn friends_in_common_are_told_to_those_who_have_to_do_with_each_other() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let [jiho, stranger] = app.users(["jiho", "stranger"]).await;
    jiho.befriend(&seoyeon).await;
    stranger.befriend(&seoyeon).await;
    let ask = json!({ "user_id": minji.id() });
    // Whoever asks learns nothing by asking, and whoever is asked sees by whom.
    stranger.post("/friend-requests", &ask).await;
    assert_eq!(mutual(&stranger, &minji).await.friend_count, 0);
    assert_eq!(names(&mutual(&minji, &stranger).await), ["seoyeon"]);
    // So does whoever is in a group with them, as long as both are.
    assert_eq!(mutual(&jiho, &minji).await.friend_count, 0);
    let group = seoyeon.create_group("hikers", &[&minji, &jiho]).await;
    assert_eq!(names(&mutual(&jiho, &minji).await), ["seoyeon"]);
    jiho.leave(group.id).await;
    assert_eq!(mutual(&jiho, &minji).await.friend_count, 0);
}

/// Of the two rows of a friendship a block takes one: third people, and the blocked one, see it as before.
#[tokio::test]
async fn a_block_changes_nothing_but_what_the_blocker_sees() {
    let app = TestApp::start().await;
    let [minji, seoyeon, jiho] = app.friends(["minji", "seoyeon", "jiho"]).await;
    let seen = async |blocker: &str| {
        let (one, other, third) = tokio::join!(
            mutual(&minji, &seoyeon),
            mutual(&jiho, &seoyeon),
            mutual(&jiho, &minji)
        );
        let names = |mutual: &Mutual| names(mutual).into_iter().map(str::to_owned).collect::<Vec<_>>();
        (blocker.is_empty(), names(&one), names(&other), names(&third))
    };
    let before = seen("").await;
    assert_eq!(before.1, ["jiho"]);
    block(&seoyeon, &minji).await;
    assert_eq!(seen("").await, before);
    // Whom one has blocked one has in common with nobody.
    assert_eq!(mutual(&seoyeon, &jiho).await.friend_count, 0);
    assert_eq!(names(&mutual(&jiho, &seoyeon).await), ["minji"]);
}

#[tokio::test]
async fn an_answer_holds_a_hundred_and_counts_the_rest() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    app.database
        .execute(&format!(
            "WITH made AS (INSERT INTO users (id, handle, display_name, status_message, password_hash, locale, version, \
                 rev, created_at) SELECT gen_random_uuid(), 'h' || n, 'x', '', 'x', 'ko', 1, 0, now() \
                 FROM generate_series(1, 103) n RETURNING id) \
             INSERT INTO friendships (user_id, friend_id, since) \
                 SELECT v.id, made.id, now() FROM made, (VALUES ('{}'::uuid), ('{}'::uuid)) v (id)",
            minji.id(),
            seoyeon.id()
        ))
        .await;
    let told = mutual(&minji, &seoyeon).await;
    assert_eq!((told.friends.len(), told.friend_count), (100, 103));
}

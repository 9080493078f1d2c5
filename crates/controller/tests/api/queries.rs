//! How many statements a request costs: that does not depend on the machine, nor on how much is there.

use damso_testing::TestApp;
use serde_json::json;
use tokio::task::JoinSet;

use crate::mentions::mention;

#[tokio::test]
async fn a_batch_of_sends_is_one_statement() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let group = minji.create_group("hikers", &[&seoyeon]).await.id;
    let direct = minji.open_direct(&seoyeon).await.id;
    minji.say(direct, "comes into both lists").await;
    app.database.take_statements();

    for text in ["the list of members is not at hand yet", "now it is"] {
        minji.say(group, text).await;
        assert_eq!(app.database.take_statements().len(), 1, "{text}");
    }

    // While one flush waits for a lock, twenty sends gather behind it: few flushes more.
    let lock = app.database.lock_conversation(group).await;
    let mut sends = JoinSet::new();
    for author in [&minji, &seoyeon].iter().cycle().take(20) {
        let author = (*author).clone();
        sends.spawn(async move { author.say(group, "one of many").await });
    }
    app.database.wait_for_a_blocked_backend().await;
    app.database.take_statements();
    lock.release().await;
    assert_eq!(sends.join_all().await.len(), 20);
    let flushes = app.database.take_statements();
    let flushes = flushes.iter().filter(|sql| sql.contains("store_")).count();
    assert!(flushes <= 3, "{flushes}");
}

#[tokio::test]
async fn a_page_is_one_statement_wherever_it_begins() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let group = minji.create_group("hikers", &[&seoyeon]).await.id;
    for n in 0..12 {
        minji.say(group, &n.to_string()).await;
    }
    seoyeon.react(group, 9, "👍").await;
    minji.edit(group, 4, "something else").await;
    mention(&minji, group, &[Some(seoyeon.id()), None]).await;
    let page = |query: &str| format!("/conversations/{group}/messages?limit=4&{query}");
    // The people it names are read once.
    seoyeon.get(&page("")).await;
    for query in ["", "before=9", "after=3", "around=6", "after=13"] {
        app.database.take_statements();
        assert_eq!(seoyeon.get(&page(query)).await.status, 200);
        assert_eq!(app.database.take_statements().len(), 1, "{query}");
    }
}

#[tokio::test]
async fn lists_and_syncs_do_not_grow_with_what_is_in_them() {
    let app = TestApp::start().await;
    let [minji, seoyeon, jiho] = app.friends(["minji", "seoyeon", "jiho"]).await;
    let before = minji.conversations().await;
    let user_rev = minji.me().await.user_rev;
    let mut groups = Vec::new();
    for n in 0..10 {
        let group = minji.create_group(&n.to_string(), &[&seoyeon, &jiho]).await;
        let said = seoyeon.say(group.id, "hello").await.seq.as_i64();
        minji.set_notice(group.id, said).await.json::<serde_json::Value>();
        mention(&seoyeon, group.id, &[Some(minji.id())]).await;
        groups.push(group);
    }
    minji.conversations().await;
    app.database.take_statements();
    assert_eq!(minji.conversations().await.items.len(), before.items.len() + 10);
    assert_eq!(app.database.take_statements().len(), 2);

    minji.remove_member(groups[0].id, &jiho).await;
    let membership = format!("/conversations/{}/membership", groups[1].id);
    minji.patch(&membership, &json!({ "is_pinned": true })).await;
    minji.delete_message(groups[2].id, 2, "me").await;
    let positions: Vec<_> = groups
        .iter()
        .map(|group| json!({ "id": group.id, "rev": group.rev, "read_seq": group.membership.read_seq }))
        .collect();
    for request in [
        json!({ "user_rev": user_rev, "conversations": positions }),
        json!({ "user_rev": 0, "conversations": [] }),
        json!({ "user_rev": 1_000_000, "conversations": positions }),
    ] {
        app.database.take_statements();
        assert_eq!(minji.post("/sync", &request).await.status, 200);
        let statements = app.database.take_statements();
        assert!(statements.len() <= 6, "{}: {statements:#?}", statements.len());
    }
}

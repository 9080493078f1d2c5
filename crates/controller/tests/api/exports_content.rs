//! What is in a copy of everything that is somebody's, and what is not.

use std::time::{Duration, Instant};

use damso_domain::{ConversationId, Seq};
use damso_protocol::{Conversation, Friend, Me, Message};
use damso_testing::{Actor, TestApp, picture};
use serde_json::{Value, json};

use crate::blocks::{ask as befriend, block};
use crate::drafts;
use crate::exports::{Unpacked, make_export};

fn description(id: ConversationId) -> String {
    format!("conversations/{id}.json")
}

fn lines(unpacked: &Unpacked, id: ConversationId) -> Vec<Value> {
    unpacked.lines(&format!("conversations/{id}.messages.jsonl"))
}

fn texts(unpacked: &Unpacked, id: ConversationId) -> Vec<String> {
    let text = |line: Value| line["text"].as_str().map(str::to_owned);
    lines(unpacked, id).into_iter().filter_map(text).collect()
}

/// A line without what an archive says more than the API.
fn as_told(mut line: Value) -> Value {
    for attachment in line["attachments"].as_array_mut().unwrap() {
        attachment.as_object_mut().unwrap().remove("file").unwrap();
    }
    line
}

#[tokio::test]
async fn it_tells_what_the_api_tells() {
    let app = TestApp::start().await;
    let [minji, seoyeon, jiho] = app.friends(["minji", "seoyeon", "jiho"]).await;
    let direct = minji.open_direct(&seoyeon).await.id;
    let group = minji.create_group("주말 산행", &[&seoyeon, &jiho]).await.id;
    minji.say(direct, "안녕?").await;
    let hers = seoyeon.say(direct, "응!").await.seq.as_i64();
    minji.react(direct, hers, "👍").await;
    let changed = minji.say(group, "여섯 시").await.seq.as_i64();
    minji.edit(group, changed, "일곱 시").await;
    minji.edit(group, changed, "여덟 시").await;
    seoyeon.react(group, changed, "❤️").await;
    let taken_back = seoyeon.say(group, "taken back").await.seq.as_i64();
    seoyeon.delete_message(group, taken_back, "everyone").await;
    minji.say(minji.notes().await.id, "우유").await;
    minji
        .update_membership(group, &json!({ "is_pinned": true, "name_override": "우리 산행" }))
        .await;

    drafts::write(&minji, group, "여섯 시에 ").await;

    let unpacked = Unpacked::of(&app, &minji).await;

    let conversations = minji.conversations().await.items;
    assert_eq!(conversations.len(), 3);
    for Conversation { id, .. } in &conversations {
        let told = minji.page(*id, "limit=100").await.items;
        let told: Vec<Value> = told.iter().map(|message| json!(message)).collect();
        let copied: Vec<Value> = lines(&unpacked, *id).into_iter().map(as_told).collect();
        assert_eq!(copied, told);
        let described = unpacked.json(&description(*id));
        assert_eq!(described["message_count"], told.len());
        let page = described["pages"][0].as_str().unwrap();
        assert!(unpacked.text("index.html").contains(page), "{page}");
        assert!(unpacked.text(page).ends_with("</html>\n"));
    }
    let described = unpacked.json(&description(group));
    assert_eq!(
        (&described["name"], &described["title"]),
        (&json!("주말 산행"), &json!("주말 산행"))
    );
    assert_eq!(described["membership"]["is_pinned"], true);
    assert_eq!(described["membership"]["name_override"], "우리 산행");
    assert_eq!(described["draft"]["text"], "여섯 시에 ");
    assert_eq!(described["membership"]["archived_seq"], Value::Null);
    assert_eq!(described["membership"]["has_left"], false);
    assert_eq!(described["members"].as_array().unwrap().len(), 3);
    assert_eq!(described["people"].as_array().unwrap().len(), 3);
    let edits = unpacked.lines(&format!("conversations/{group}.edits.jsonl"));
    let earlier: Vec<_> = edits.iter().map(|edit| (&edit["seq"], &edit["text"])).collect();
    let seq = json!(changed);
    assert_eq!(earlier, [(&seq, &json!("여섯 시")), (&seq, &json!("일곱 시"))]);
    let direct_title = &unpacked.json(&description(direct))["title"];
    assert_eq!(direct_title, "seoyeon");

    let mut account = unpacked.json("account.json");
    let mut me = json!(minji.me().await);
    me.as_object_mut().unwrap().remove("user_rev");
    assert_eq!(
        account.as_object_mut().unwrap().remove("avatar_file"),
        Some(Value::Null)
    );
    assert_eq!(account, me);
    assert_eq!(
        unpacked.json("settings.json"),
        minji.get("/me/settings").await.json::<Value>()
    );
    assert_eq!(
        unpacked.json("sessions.json")["items"].as_array().unwrap().len(),
        1
    );
    let events = unpacked.json("security_events.json");
    let kinds = events["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| &event["kind"]);
    assert!(
        kinds.into_iter().any(|kind| kind == "export_requested"),
        "{events}"
    );
    let manifest = unpacked.json("export.json");
    assert_eq!(
        (&manifest["format"], &manifest["format_version"]),
        (&json!("damso-export"), &json!(1))
    );
    assert_eq!(manifest["counts"]["conversations"], conversations.len());
    assert_eq!(manifest["counts"]["missing_files"], 0);
}

#[tokio::test]
async fn friends_requests_and_blocks_are_in_it() {
    let app = TestApp::start().await;
    let [minji, seoyeon, jiho] = app.friends(["minji", "seoyeon", "jiho"]).await;
    let [asker, asked] = app.users(["asker", "asked"]).await;
    befriend(&asker, &minji).await;
    befriend(&minji, &asked).await;
    let kept = json!({ "nickname": "우리 서연", "is_favorite": true });
    minji
        .patch(&format!("/friends/{}", seoyeon.id()), &kept)
        .await
        .json::<Friend>();
    block(&minji, &jiho).await;
    let unpacked = Unpacked::of(&app, &minji).await;
    let people = unpacked.json("friends.json");
    let names = |list: &str, who: &str| -> Vec<String> {
        let items = people[list].as_array().unwrap().iter();
        items
            .map(|item| item[who]["handle"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(names("friends", "user"), ["seoyeon"]);
    let friend = &people["friends"][0];
    assert_eq!(
        (&friend["nickname"], &friend["is_favorite"], &friend["is_hidden"]),
        (&json!("우리 서연"), &json!(true), &json!(false))
    );
    assert_eq!(names("received_requests", "from"), ["asker"]);
    assert_eq!(names("sent_requests", "to"), ["asked"]);
    assert_eq!(names("blocks", "user"), ["jiho"]);
    let told: Value = minji.get("/blocks").await.json();
    assert_eq!(people["blocks"], told["items"]);
    assert!(
        unpacked
            .text("index.html")
            .contains(seoyeon.session().user.handle.as_str())
    );
}

#[tokio::test]
async fn what_may_not_be_seen_is_not_in_it() {
    let app = TestApp::start().await;
    let [minji, seoyeon, mallory] = app.friends(["minji", "seoyeon", "mallory"]).await;
    let group = seoyeon.create_group("hikers", &[&mallory]).await.id;
    seoyeon.say(group, "SECRET before they joined").await;
    seoyeon.add_members(group, &[&minji]).await;
    seoyeon.say(group, "seen").await;
    let hidden = seoyeon.say(group, "SECRET that was hidden").await.seq.as_i64();
    minji.delete_message(group, hidden, "me").await;
    let own_hidden = minji
        .say(group, "SECRET of one's own that was hidden")
        .await
        .seq
        .as_i64();
    minji.delete_message(group, own_hidden, "me").await;
    let deleted = seoyeon.say(group, "SECRET that was deleted").await.seq.as_i64();
    seoyeon.delete_message(group, deleted, "everyone").await;
    let others_edit = seoyeon.say(group, "SECRET that was changed").await.seq.as_i64();
    seoyeon.edit(group, others_edit, "what it says now").await;
    let direct = minji.open_direct(&mallory).await.id;
    mallory.say(direct, "before the block").await;
    block(&minji, &mallory).await;
    mallory.say(direct, "SECRET that was withheld").await;
    // Somebody has opened a conversation and said nothing yet.
    let [stranger] = app.users(["stranger"]).await;
    stranger.befriend(&minji).await;
    let silent = stranger.open_direct(&minji).await.id;
    // And one whom they block has opened one and said something.
    let [blocked] = app.users(["blocked"]).await;
    blocked.befriend(&minji).await;
    block(&minji, &blocked).await;
    let unheard = blocked.open_direct(&minji).await.id;
    blocked.say(unheard, "SECRET into a new conversation").await;
    let others = seoyeon.open_direct(&mallory).await.id;
    seoyeon.say(others, "SECRET between others").await;

    let unpacked = Unpacked::of(&app, &minji).await;

    assert!(!unpacked.all().contains("SECRET"), "{}", unpacked.all());
    assert_eq!(texts(&unpacked, group), ["seen", "what it says now"]);
    assert_eq!(texts(&unpacked, direct), ["before the block"]);
    for id in [silent, unheard, others] {
        assert!(!unpacked.all().contains(&id.to_string()));
    }
    // The blocked one sees what they have written.
    let theirs = Unpacked::of(&app, &blocked).await;
    assert_eq!(texts(&theirs, unheard), ["SECRET into a new conversation"]);
}

#[tokio::test]
async fn what_one_wrote_before_leaving_stays_ones_own() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let group = seoyeon.create_group("hikers", &[&minji]).await.id;
    seoyeon.say(group, "by somebody else, before").await;
    minji.say(group, "mine, before").await;
    let file = minji.upload("plan.txt", "text/plain", b"plan".to_vec()).await.id;
    minji.send_files(group, &[file]).await;
    seoyeon.update_group(group, &json!({ "name": "climbers" })).await;
    minji.leave(group).await;
    seoyeon
        .update_group(group, &json!({ "name": "without you" }))
        .await;
    seoyeon.say(group, "by somebody else, meanwhile").await;

    let left = Unpacked::of(&app, &minji).await;

    assert_eq!(texts(&left, group), ["mine, before"]);
    assert_eq!(left.0[&format!("media/{file}-plan.txt")], b"plan");
    let described = left.json(&description(group));
    assert_eq!(described["membership"]["has_left"], true);
    assert_eq!(described["name"], "climbers", "as it was called when they left");
    assert_eq!(described["members"], json!([]));
    assert!(!left.all().contains("without you"));

    seoyeon.add_members(group, &[&minji]).await;
    seoyeon.say(group, "by somebody else, after").await;
    let back = Unpacked::of(&app, &minji).await;
    assert_eq!(texts(&back, group), ["mine, before", "by somebody else, after"]);
    assert_eq!(back.json(&description(group))["name"], "without you");

    // A direct conversation that was cleared is gone but for one's own words.
    let direct = minji.open_direct(&seoyeon).await.id;
    seoyeon.say(direct, "hers").await;
    minji.say(direct, "mine").await;
    minji.leave(direct).await;
    assert_eq!(texts(&Unpacked::of(&app, &minji).await, direct), ["mine"]);
}

#[tokio::test]
async fn files_are_the_bytes_that_the_server_serves() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let direct = minji.open_direct(&seoyeon).await.id;
    let noise: Vec<u8> = (0..3_000_000_u32).map(|at| (at % 253) as u8).collect();
    let image = seoyeon
        .upload("산 \u{1f3d4}.jpg", "image/jpeg", picture::jpeg(64, 32))
        .await;
    let file = seoyeon
        .upload("../../회의록.pdf", "application/pdf", noise.clone())
        .await;
    let page = seoyeon
        .upload("page.html", "text/html", b"<script>1</script>".to_vec())
        .await;
    seoyeon
        .send_files(direct, &[image.id, file.id, page.id])
        .await
        .json::<Message>();
    let unsent = seoyeon
        .upload("unsent.txt", "text/plain", b"unsent".to_vec())
        .await
        .id;
    let upload = minji.upload("me.png", "image/png", picture::png(80, 80)).await.id;
    let body = json!({ "attachment_id": upload });
    let avatar = minji
        .put("/me/avatar", &body)
        .await
        .json::<Me>()
        .avatar
        .unwrap()
        .id;

    let unpacked = Unpacked::of(&app, &minji).await;

    let line = &lines(&unpacked, direct)[0];
    let paths: Vec<&str> = line["attachments"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["file"].as_str().unwrap())
        .collect();
    for (path, id) in paths.iter().zip([image.id, file.id, page.id]) {
        let served = minji.get(&format!("/attachments/{id}/content")).await;
        assert!(unpacked.0[*path] == served.body, "{path}");
    }
    assert_eq!(paths[1], format!("media/{}-회의록.pdf", file.id));
    assert_eq!(paths[2], format!("media/{}-page.html.txt", page.id));
    assert!(unpacked.0[paths[1]] == noise);
    let served = minji.get(&format!("/images/{avatar}")).await;
    let own = unpacked.json("account.json")["avatar_file"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(unpacked.0[&own] == served.body);
    assert!(!unpacked.all().contains(&unsent.to_string()));
    let html = unpacked.text(&format!("conversations/{direct}-1.html"));
    assert!(
        html.contains(&format!("<img src=\"../media/{}-", image.id)),
        "{html}"
    );
    assert!(
        html.contains(&format!("href=\"../media/{}-%ED%9A%8C", file.id)),
        "{html}"
    );
    assert_eq!(unpacked.json("export.json")["counts"]["files"], 4);
}

#[tokio::test]
async fn names_and_texts_are_never_a_part_of_the_page() {
    let app = TestApp::start().await;
    let [minji, mallory] = app.friends(["minji", "mallory"]).await;
    let evil = "<script>alert(1)</script>";
    let reply = mallory
        .patch("/me", &json!({ "display_name": evil, "status_message": evil }))
        .await;
    assert_eq!(reply.status, 200);
    let image = "\"'><img src=x onerror=x>";
    let group = mallory.create_group(image, &[&minji]).await.id;
    mallory
        .say(group, "</div><script src=//evil.example></script> & \"'")
        .await;
    mallory
        .update_group(group, &json!({ "name": format!("{image}{evil}") }))
        .await;
    minji.patch("/me", &json!({ "status_message": evil })).await;
    let direct = mallory.open_direct(&minji).await.id;
    mallory.say(direct, "hi").await;

    let unpacked = Unpacked::of(&app, &minji).await;

    let mut pages = 0;
    for (path, bytes) in &unpacked.0 {
        if std::path::Path::new(path)
            .extension()
            .is_none_or(|end| end != "html")
        {
            continue;
        }
        pages += 1;
        let html = String::from_utf8(bytes.clone()).unwrap();
        assert!(!html.contains("<script"), "{path}: {html}");
        assert!(!html.contains("<img src=x"), "{path}: {html}");
        assert!(!html.contains(" onerror=x>"), "{path}: {html}");
        assert!(html.contains("default-src 'none'"));
        assert!(!html.contains("http://") && !html.contains("https://"), "{path}");
    }
    assert_eq!(pages, 4, "the index, notes, the direct and the group");
    assert!(unpacked.text("index.html").contains("&lt;script&gt;alert(1)"));
    let named = unpacked.json(&description(direct));
    assert_eq!(named["title"], evil);
}

#[tokio::test]
async fn nothing_of_others_is_in_it_but_what_they_show() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let direct = minji.open_direct(&seoyeon).await.id;
    seoyeon.say(direct, "hi").await;
    app.database
        .execute(
            "UPDATE users SET email = handle || '@mail.example', verified_email = handle || '@mail.example'",
        )
        .await;
    app.database
        .execute("UPDATE sessions SET address = '192.0.2.77'")
        .await;
    let others = format!(
        "UPDATE sessions SET address = '192.0.2.99' WHERE user_id = '{}'",
        seoyeon.id()
    );
    app.database.execute(&others).await;
    block(&seoyeon, &minji).await;
    let all = Unpacked::of(&app, &minji).await.all();
    assert!(all.contains("minji@mail.example") && all.contains("192.0.2.77"));
    for private in [
        "seoyeon@mail",
        "192.0.2.99",
        "password",
        "argon2",
        "object_key",
        "files/",
    ] {
        assert!(!all.contains(private), "{private}");
    }
}

#[tokio::test]
async fn pages_speak_the_language_of_the_account() {
    let app = TestApp::start().await;
    let [minji] = app.users(["minji"]).await;
    let notes = minji.notes().await.id;
    minji.say(notes, "hello").await;
    let korean = Unpacked::of(&app, &minji).await;
    minji.patch("/me", &json!({ "locale": "en" })).await;
    let english = Unpacked::of(&app, &minji).await;
    let page = format!("conversations/{notes}-1.html");
    for (unpacked, lang, title, index) in [
        (korean, "ko", "나와의 채팅", "담소 내보내기"),
        (english, "en", "Notes to myself", "Damso export"),
    ] {
        assert!(unpacked.text("index.html").contains(index));
        let html = unpacked.text(&page);
        assert!(html.contains(&format!("<html lang=\"{lang}\">")));
        assert!(html.contains(title), "{html}");
        assert!(html.contains("hello"));
    }
}

/// Puts messages of somebody into a conversation, as sending them would.
async fn fill(app: &TestApp, conversation: ConversationId, author: &Actor, count: i64) {
    let author = author.id();
    app.database
        .execute(&format!(
            "INSERT INTO messages (conversation_id, seq, id, rev, author_id, client_key, kind, text, created_at) \
             SELECT c.id, c.last_seq + n, gen_random_uuid(), c.rev + n, '{author}', gen_random_uuid(), 'user', \
                 'message ' || n || ' 오늘은 어디까지 갔다 왔는지 이야기해 줘', now() + n * interval '1 second' \
             FROM conversations c, generate_series(1, {count}) n WHERE c.id = '{conversation}'; \
             UPDATE conversations SET last_seq = last_seq + {count}, rev = rev + {count} \
             WHERE id = '{conversation}'"
        ))
        .await;
}

#[tokio::test]
async fn a_large_account_is_read_page_by_page() {
    let app = TestApp::start().await;
    let [minji, seoyeon] = app.friends(["minji", "seoyeon"]).await;
    let direct = minji.open_direct(&seoyeon).await.id;
    minji.say(direct, "first").await;
    fill(&app, direct, &seoyeon, 20_000).await;
    app.database.take_statements();
    let begun = Instant::now();

    let id = make_export(&app, &minji).await;

    let took = begun.elapsed();
    assert!(took < Duration::from_mins(1), "{took:?}");
    let statements = app.database.take_statements();
    assert!(statements.len() < 250, "{}", statements.len());
    let reply = minji.get(&format!("/me/exports/{id}/content")).await;
    let unpacked = Unpacked::read(&reply.body);
    let copied = lines(&unpacked, direct);
    assert_eq!(copied.len(), 20_001);
    for (at, line) in copied.iter().enumerate() {
        assert_eq!(line["seq"], json!(Seq::new(i64::try_from(at).unwrap() + 1)));
    }
    let described = unpacked.json(&description(direct));
    let pages = described["pages"].as_array().unwrap();
    assert_eq!(pages.len(), 5);
    for (at, page) in pages.iter().enumerate() {
        let html = unpacked.text(page.as_str().unwrap());
        let count = html.matches("<div class=\"m\"").count();
        assert_eq!(count, if at == 4 { 1 } else { 5_000 });
        let has_link = |to: usize| html.contains(&format!("href=\"{direct}-{to}.html\""));
        assert_eq!((has_link(at), has_link(at + 2)), (0 < at, at < 4), "{at}");
    }
    let export: Value = minji.get(&format!("/me/exports/{id}")).await.json();
    assert_eq!(export["progress"], json!({ "done": 20_001, "total": 20_001 }));
}

//! `damso admin`, while the server runs and when it does not.

use std::fs;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::Path;
use std::process::Output;

use rustix::process::Signal;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::process::{Damso, OtherDatabase, exchange, open_folder, run_to_end};

const PASSWORD: &str = "correct horse battery";

/// A server's folder and what else it is started with.
struct Place {
    folder: TempDir,
    args: Vec<String>,
}

impl Place {
    fn new(args: &[&str]) -> Self {
        Self {
            folder: open_folder(),
            args: args.iter().map(|&arg| arg.to_owned()).collect(),
        }
    }

    fn args(&self) -> Vec<&str> {
        self.args.iter().map(String::as_str).collect()
    }

    fn serve(&self) -> (Damso, u16) {
        let mut server = Damso::serve(self.folder.path(), &self.args());
        let port = server.wait_until_ready();
        (server, port)
    }

    fn admin(&self, command: &[&str]) -> Output {
        admin(self.folder.path(), &self.args(), command)
    }

    /// The answer, as a program reads it.
    #[track_caller]
    fn json(&self, command: &[&str]) -> Value {
        let output = self.admin(&[command, &["--json"]].concat());
        assert!(output.status.success(), "{command:?}: {output:?}");
        read(&output)
    }

    /// The answer, as people read it.
    #[track_caller]
    fn text(&self, command: &[&str]) -> String {
        let output = self.admin(command);
        assert!(output.status.success(), "{command:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    #[track_caller]
    fn refusal(&self, command: &[&str]) -> (Option<i32>, String) {
        let output = self.admin(command);
        assert!(output.stdout.is_empty(), "{output:?}");
        (
            output.status.code(),
            String::from_utf8_lossy(&output.stderr).trim().to_owned(),
        )
    }
}

fn admin(folder: &Path, settings: &[&str], command: &[&str]) -> Output {
    let folder = ["--data-dir", folder.to_str().unwrap()];
    run_to_end(&[&["admin"], command, &folder[..], settings].concat())
}

#[track_caller]
fn read(output: &Output) -> Value {
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    assert_eq!(text.lines().count(), 1, "{text}");
    serde_json::from_str(&text).unwrap()
}

/// The status and the body of a request to the API.
fn call(port: u16, path: &str, body: &Value) -> (u16, Value) {
    let mut stream = std::net::TcpStream::connect(("127.0.0.1", port)).unwrap();
    let answer = exchange(
        &mut stream,
        port,
        "POST",
        &format!("/api/v1{path}"),
        &body.to_string(),
    );
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, serde_json::from_str(body).unwrap_or(Value::Null))
}

fn sign_up(port: u16, handle: &str, code: Option<&str>) -> (u16, Value) {
    let mut body = json!({
        "handle": handle, "display_name": "김민지", "password": PASSWORD, "token_transport": "body",
    });
    if let Some(code) = code {
        body["invite_code"] = json!(code);
    }
    call(port, "/auth/sign-up", &body)
}

fn sign_in(port: u16, handle: &str, password: &str) -> (u16, Value) {
    let body = json!({ "login": handle, "password": password });
    let (status, body) = call(port, "/auth/sign-in", &body);
    (status, body["kind"].clone())
}

#[test]
fn commands_reach_the_server_that_runs_and_mean_the_same_when_none_does() {
    let place = Place::new(&[]);
    let (server, port) = place.serve();
    let socket = place.folder.path().join("admin.sock");
    let found = fs::symlink_metadata(&socket).unwrap();
    assert!(found.file_type().is_socket());
    assert_eq!(found.permissions().mode() & 0o777, 0o600);
    let (status, minji) = sign_up(port, "minji", None);
    assert_eq!(status, 201);

    let changed = place.json(&["user", "disable", "minji", "--reason", "spam"]);

    assert_eq!(changed["changed"]["ended_sessions"], json!([minji["session_id"]]));
    // Known at once to the server that runs.
    let refresh = json!({ "refresh_token": minji["refresh_token"] });
    assert_eq!(call(port, "/auth/refresh", &refresh).0, 401);
    assert_eq!(sign_in(port, "minji", PASSWORD), (403, json!("account_disabled")));
    assert_eq!(
        sign_in(port, "minji", "not the password"),
        (401, json!("invalid_credentials"))
    );
    let listed = place.json(&["user", "list", "--query", "민지"]);
    assert_eq!(listed["users"][0]["disabled_reason"], "spam");
    assert!(place.text(&["user", "list"]).contains("disabled"));
    let running = place.json(&["user", "show", "minji"]);

    server.stop();
    assert!(!socket.exists());
    assert_eq!(place.json(&["user", "show", "minji"]), running);
    let enabled = place.json(&["user", "enable", "@minji"]);
    assert_eq!(enabled["changed"]["user"]["disabled_at"], Value::Null);
    assert!(!socket.exists());

    let (server, port) = place.serve();
    assert_eq!(sign_in(port, "minji", PASSWORD).0, 200);
    let issued = place.json(&["user", "reset-link", "minji"]);
    let link = issued["reset_link"]["link"].as_str().unwrap();
    let (page, token) = link.split_once('#').unwrap();
    assert_eq!(page, format!("http://localhost:{port}/reset"));
    let body = json!({ "token": token, "new_password": "another horse battery" });
    assert_eq!(call(port, "/auth/password-reset/confirm", &body).0, 204);
    assert_eq!(sign_in(port, "minji", "another horse battery").0, 200);
    let ended = place.text(&["user", "sign-out", "minji"]);
    assert!(ended.ends_with("sessions ended  1\n"), "{ended}");
    server.stop();
}

#[test]
fn invitations_and_reports_pass_through_a_server() {
    let place = Place::new(&["--sign-up", "invite"]);
    let (server, port) = place.serve();
    assert_eq!(sign_up(port, "minji", None).1["kind"], "sign_up_invite_required");
    let made = place.json(&["invite", "--uses", "2", "--expires-in", "12h"]);
    let code = made["new_invite"]["code"].as_str().unwrap();
    assert_eq!(
        made["new_invite"]["link"],
        format!("http://localhost:{port}/sign-up?invite={code}")
    );
    let (_, minji) = sign_up(port, "minji", Some(code));
    let (status, mallory) = sign_up(port, "mallory", Some(code));
    assert_eq!(status, 201);
    assert_eq!(sign_up(port, "jiho", Some(code)).1["kind"], "invite_invalid");
    let listed = place.json(&["invite", "list"]);
    assert_eq!(listed["invites"][0]["state"], "used_up");
    let id = listed["invites"][0]["id"].as_str().unwrap();
    let revoked = place.text(&["invite", "revoke", id]);
    assert!(revoked.contains("revoked"), "{revoked}");
    assert!(place.text(&["invite"]).starts_with("http://localhost:"));

    let body = json!({
        "user_id": mallory["user"]["id"], "reason": "impersonation", "note": "저는 제가 민지예요.\n\u{202e}진짜로",
    });
    let (status, created) = call_as(port, &minji, "/reports", &body);
    assert_eq!(status, 201, "{created}");
    let id = created["id"].as_str().unwrap();
    server.stop();
    // As a stopped server's, too.
    let listed = place.text(&["report", "list"]);
    assert!(
        listed.contains("impersonation") && listed.contains("@mallory"),
        "{listed}"
    );
    assert!(listed.contains("민지예요.\\n\\u{202e}진짜로"), "{listed}");
    let shown = place.json(&["report", "show", id]);
    assert_eq!(shown["report"]["evidence"]["profile"]["handle"], "mallory");
    let resolved = place.json(&["report", "resolve", id, "--note", "talked to them"]);
    assert_eq!(resolved["report"]["report"]["resolution"], "talked to them");
    assert_eq!(place.json(&["report", "list"])["reports"], json!([]));
    assert_eq!(place.json(&["report", "list", "--all"])["reports"][0]["id"], id);
}

fn call_as(port: u16, who: &Value, path: &str, body: &Value) -> (u16, Value) {
    use std::io::{Read as _, Write as _};
    let (token, body) = (who["access_token"].as_str().unwrap(), body.to_string());
    let mut stream = std::net::TcpStream::connect(("127.0.0.1", port)).unwrap();
    let length = body.len();
    let request = format!(
        "POST /api/v1{path} HTTP/1.1\r\nhost: localhost:{port}\r\nconnection: close\r\n\
         authorization: Bearer {token}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, serde_json::from_str(body).unwrap_or(Value::Null))
}

#[test]
fn what_people_call_themselves_does_not_speak_to_the_terminal() {
    let database = OtherDatabase::start();
    let place = Place::new(&["--database-url", database.url()]);
    let (server, port) = place.serve();
    assert_eq!(sign_up(port, "mallory", None).0, 201);
    let nasty = "\u{1b}]0;pwned\u{7}\u{1b}[2J\u{9b}31m\u{202e}root\r\n\u{2066}";
    // Names are cleaned when they are chosen: this one came another way.
    database.execute(&format!("UPDATE users SET display_name = '{nasty}'"));
    let commands = [&["user", "list"][..], &["user", "show", "mallory"]];
    for command in commands {
        check_harmless(&place, command, nasty);
    }
    server.stop();
    for command in commands {
        check_harmless(&place, command, nasty);
    }
}

fn check_harmless(place: &Place, command: &[&str], nasty: &str) {
    let acts = |c: char| (c.is_control() && c != '\n') || ('\u{202a}'..='\u{2069}').contains(&c);
    let text = place.text(command);
    assert!(!text.contains(acts), "{text:?}");
    assert!(
        text.contains("\\u{1b}]0;pwned\\u{7}\\u{1b}[2J\\u{9b}31m\\u{202e}root\\r\\n\\u{2066}"),
        "{text}"
    );
    let output = place.admin(&[command, &["--json"]].concat());
    let raw = String::from_utf8(output.stdout.clone()).unwrap();
    assert!(!raw.contains(acts), "{raw:?}");
    let json = read(&output);
    let user = json.get("user").unwrap_or_else(|| &json["users"][0]);
    assert_eq!(user["display_name"], nasty, "it means the same");
}

#[test]
fn exit_codes_say_why_something_was_not_done() {
    let place = Place::new(&["--log", "off"]);
    let nowhere = place.refusal(&["user", "list"]);
    assert_eq!(nowhere.0, Some(1));
    assert!(nowhere.1.contains("there is no Damso in"), "{}", nowhere.1);
    assert!(
        fs::read_dir(place.folder.path()).unwrap().next().is_none(),
        "nothing is made there"
    );
    let (server, port) = place.serve();
    assert_eq!(sign_up(port, "minji", None).0, 201);
    assert_eq!(place.refusal(&["user", "show"]).0, Some(2));
    assert_eq!(place.refusal(&["invite", "--expires-in", "9999d"]).0, Some(2));
    assert_eq!(
        place.refusal(&["user", "show", "nobody\u{1b}[2J"]),
        (Some(3), "damso: there is no account nobody\\u{1b}[2J".to_owned())
    );
    assert_eq!(
        place.refusal(&["invite", "revoke", "nothing"]),
        (Some(3), "damso: there is no such invitation".to_owned())
    );
    place.json(&["user", "disable", "minji"]);
    let refused = place.admin(&["user", "reset-link", "minji", "--json"]);
    assert_eq!(refused.status.code(), Some(4));
    assert_eq!(read(&refused)["error"]["kind"], "refused");
    server.stop();
}

/// Whoever asks beside a server's back would change what it does not hear of.
#[test]
fn a_database_that_another_server_serves_is_left_alone() {
    let database = OtherDatabase::start();
    let place = Place::new(&["--database-url", database.url()]);
    let (server, port) = place.serve();
    assert_eq!(sign_up(port, "minji", None).0, 201);
    let other = open_folder();
    fs::copy(
        place.folder.path().join("secret.key"),
        other.path().join("secret.key"),
    )
    .unwrap();
    let settings = ["--database-url", database.url(), "--log", "off"];

    let output = admin(other.path(), &settings, &["user", "disable", "minji"]);

    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        said.contains("another server is running on this database"),
        "{said}"
    );
    assert_eq!(sign_in(port, "minji", PASSWORD).0, 200);
    server.stop();
}

#[test]
fn what_a_killed_server_left_is_in_nobodys_way() {
    let database = OtherDatabase::start();
    let place = Place::new(&["--database-url", database.url()]);
    let (mut killed, _) = place.serve();
    killed.signal(Signal::KILL);
    killed.wait();
    assert!(place.folder.path().join("admin.sock").exists());
    // Two at once: one waits for the other.
    let (one, other) = std::thread::scope(|scope| {
        let list = || place.json(&["user", "list"]);
        let (one, other) = (scope.spawn(list), scope.spawn(list));
        (one.join().unwrap(), other.join().unwrap())
    });
    assert_eq!(one, json!({ "users": [] }));
    assert_eq!(other, one);
    let (server, port) = place.serve();
    assert_eq!(sign_up(port, "minji", None).0, 201);
    assert_eq!(place.json(&["user", "list"])["users"][0]["handle"], "minji");
    server.stop();
}

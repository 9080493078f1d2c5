//! What one of the two worlds looks like from inside, without what tells the worlds apart.

use std::collections::HashMap;

use damso_domain::{Timestamp, UserId};
use damso_testing::{Actor, Inbox};
use reqwest::Method;
use serde_json::{Map, Value};

use super::World;

/// Everything one of them was answered and told, in order.
pub(super) struct Transcript<'a> {
    pub(super) world: &'a World<'a>,
    pub(super) actor: &'a Actor,
    pub(super) inbox: Inbox,
    pub(super) lines: Vec<(String, Value)>,
    pub(super) names: HashMap<String, String>,
}

impl<'a> Transcript<'a> {
    pub(super) async fn of(world: &'a World<'a>, actor: &'a Actor) -> Self {
        let mut inbox = actor.connect().await;
        inbox.watch(&[world.direct, world.group]).await;
        Self {
            world,
            actor,
            inbox,
            lines: Vec::new(),
            names: HashMap::new(),
        }
    }

    pub(super) async fn call(&mut self, method: Method, path: &str, body: Option<Value>) -> Value {
        let mut request = self.actor.request(method.clone(), path);
        if let Some(body) = &body {
            request = request.json(body);
        }
        let reply = self.actor.send_request(request).await;
        let answer: Value = serde_json::from_slice(&reply.body).unwrap_or_else(|_| reply.text().into());
        let line = format!("{method} {path} {}", reply.status);
        self.note(&line, &answer);
        answer
    }

    pub(super) async fn get(&mut self, path: &str) -> Value {
        self.call(Method::GET, path, None).await
    }

    /// What the socket has brought.
    pub(super) async fn hear(&mut self) {
        self.world.tell().await;
        for event in self.inbox.settle().await {
            let event = serde_json::to_value(&event).unwrap();
            self.note("event", &event);
        }
    }

    fn note(&mut self, line: &str, answer: &Value) {
        let ends = ['/', '=', '&', '?', ' ', ','];
        let mut plain = String::new();
        for part in line.split_inclusive(ends) {
            let word = part.trim_end_matches(ends);
            plain.push_str(&self.plain(word));
            plain.push_str(&part[word.len()..]);
        }
        let answer = self.normal(answer, "");
        self.lines.push((plain, answer));
    }

    /// Ids by the order in which they come up, handles without what tells the worlds apart, times as such.
    fn plain(&mut self, text: &str) -> String {
        if let Some(name) = self.names.get(text) {
            return name.clone();
        }
        if text.parse::<UserId>().is_ok() {
            let next = format!("id {}", self.names.len());
            return self.names.entry(text.to_owned()).or_insert(next).clone();
        }
        if serde_json::from_value::<Timestamp>(text.into()).is_ok() {
            return "a time".to_owned();
        }
        text.replace(self.world.mark, "")
    }

    fn normal(&mut self, value: &Value, name: &str) -> Value {
        match value {
            Value::String(_) if name == "url" || name == "request_id" => "not compared".into(),
            Value::Number(_) if name == "version" => "a version".into(),
            Value::String(text) => self.plain(text).into(),
            Value::Array(items) => items.iter().map(|item| self.normal(item, name)).collect(),
            Value::Object(fields) => {
                let fields: Map<String, Value> = fields
                    .iter()
                    .map(|(name, value)| (name.clone(), self.normal(value, name)))
                    .collect();
                Value::Object(fields)
            }
            other => other.clone(),
        }
    }
}

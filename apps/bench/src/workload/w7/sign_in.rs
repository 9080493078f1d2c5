//! Everybody signs in at the same moment, with a password that has to be hashed.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Instant;

use anyhow::Result;
use serde_json::json;
use tokio::task::JoinSet;

use crate::accounts::PASSWORD;
use crate::cli::StormOptions;
use crate::histogram::Latencies;
use crate::http::{HttpClient, Request};
use crate::process;
use crate::report::{Figure, Row};
use crate::server::Server;

#[derive(Default)]
struct Answers {
    signed_in: Cell<u64>,
    shed: Cell<u64>,
    failed: Cell<u64>,
    latencies: RefCell<Option<Latencies>>,
}

/// Runs it.
pub async fn run(options: &StormOptions, server: &mut Server, handles: &[String]) -> Result<Row> {
    let conditions = options.common.conditions(server);
    conditions
        .repeat(format!("{} sign-ins at once", options.sign_ins), async || {
            server.kill()?;
            server.start_again().await?;
            let answers = Rc::new(Answers::default());
            let mut tasks = JoinSet::new();
            let start = Instant::now();
            for handle in handles.iter().cycle().take(options.sign_ins) {
                let http = HttpClient::new(server.address);
                tasks.spawn_local(sign_in(http, handle.clone(), answers.clone()));
            }
            while tasks.join_next().await.is_some() {}
            let elapsed = start.elapsed();
            let signed_in = answers.signed_in.get();
            let all = (signed_in + answers.shed.get() + answers.failed.get()).max(1);
            let latencies = answers.latencies.take().unwrap_or_else(Latencies::new);
            let peak = process::memory_kib(server.pid()?, "VmHWM")? as f64 / 1024.0;
            let share = |count: u64| count as f64 / all as f64 * 100.0;
            Ok(vec![
                Figure::new("signed in", "/s", signed_in as f64 / elapsed.as_secs_f64()),
                Figure::new("shed with 503", "%", share(answers.shed.get())),
                Figure::new("otherwise refused or lost", "%", share(answers.failed.get())),
                Figure::new(
                    "signed in, p50",
                    "ms",
                    latencies.quantile(0.5).as_secs_f64() * 1e3,
                ),
                Figure::new(
                    "signed in, p99",
                    "ms",
                    latencies.quantile(0.99).as_secs_f64() * 1e3,
                ),
                Figure::new("peak memory of the server", "MiB", peak),
            ])
        })
        .await
}

async fn sign_in(mut http: HttpClient, handle: String, answers: Rc<Answers>) {
    let body = json!({ "login": handle, "password": PASSWORD, "token_transport": "body" }).to_string();
    let request = Request {
        method: "POST",
        path: "/auth/sign-in",
        token: None,
        body: Some(&body),
    };
    let start = Instant::now();
    let count = match http.send(&request).await.map(|answer| answer.status) {
        Ok(200) => {
            let mut latencies = answers.latencies.borrow_mut();
            latencies
                .get_or_insert_with(Latencies::new)
                .record(start.elapsed());
            &answers.signed_in
        }
        Ok(503) => &answers.shed,
        Ok(_) | Err(_) => &answers.failed,
    };
    count.set(count.get() + 1);
}

//! The generator against a real server, small enough for a test: W1 and W2 in little.

use std::rc::Rc;
use std::time::Duration;

use damso_testing::{Actor, TestApp};
use tokio::task::LocalSet;

use crate::accounts::Account;
use crate::load::{Window, closed_loop};
use crate::receivers::{Deliveries, Receivers};
use crate::socket::{Socket, source_address};
use crate::usage::Watched;
use crate::workload::sender::{Scene, Sender, Talk};

fn account(actor: &Actor) -> Account {
    Account {
        id: actor.id(),
        handle: actor.session().user.handle.clone(),
        token: actor.session().access_token.clone(),
        refresh_token: actor.refresh_token().to_owned(),
    }
}

#[tokio::test]
async fn what_is_sent_is_stored_and_arrives_at_everybody_once() {
    let app = TestApp::start().await;
    let people = app.friends(["minji", "seoyeon"]).await;
    let conversation = app.direct_conversation(&people[0], &people[1]).await;
    let address = app.url.trim_start_matches("http://").parse().unwrap();

    let run = async {
        let deliveries = Deliveries::new();
        let mut sockets = Vec::new();
        for (number, person) in people.iter().enumerate() {
            let token = &person.session().access_token;
            let (socket, ready) = Socket::sign_in(source_address(number), address, token)
                .await
                .unwrap();
            assert!(ready.starts_with(br#"{"type":"ready""#));
            sockets.push(socket);
        }
        let _receivers = Receivers::read(sockets, &deliveries);
        let scene = Rc::new(Scene {
            accounts: people.iter().map(account).collect(),
            talks: vec![Talk::new(conversation, vec![0, 1])],
            deliveries: deliveries.clone(),
        });
        let window = Window {
            warm_up: Duration::ZERO,
            measure: Duration::from_millis(200),
        };
        let watched = Watched {
            server: std::process::id(),
            postmaster: None,
            deliveries: None,
        };
        let senders = Sender::several(address, &scene, 3);
        let (outcome, _) = closed_loop(senders, window, &watched).await.unwrap();
        assert_eq!(outcome.failed, 0, "{:?}", outcome.first_failure);

        // Whatever was answered was announced before; it only has to be read.
        let everything = 2 * deliveries.announced();
        while deliveries.count() < everything {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        assert_eq!(deliveries.count(), everything);
        assert_eq!(deliveries.closed(), 0);
        deliveries.announced()
    };
    let sent = LocalSet::new().run_until(run).await;

    let newest = people[1].messages(conversation).await.items.pop().unwrap();
    assert_eq!(u64::try_from(newest.seq.as_i64()).unwrap(), sent);
}

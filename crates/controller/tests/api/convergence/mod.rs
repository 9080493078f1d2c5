//! Whatever people do, and however the network treats its events, every device ends at what a fresh look shows.
//!
//! Each case has four people with two devices each. A device is the web client's own state
//! (`damso_client_state::Model`), fed by the hub's frames: some come late, twice or in another order, some are of a
//! kind that it does not know, and one of the two devices also loses some. Use cases are called as handlers call
//! them. The seed is printed. The usual one is always the same, so that a change is to blame for what fails;
//! `DAMSO_SEED` chooses another, and `DAMSO_CASES` fewer or more cases.

mod action;
mod device;
mod fresh;
#[cfg(feature = "planted-bugs")]
mod planted;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use damso_domain::{
    ClientKey, ConversationId, DisplayName, Handle, Locale, MessageId, MessageRef, Seq, Timestamp, UserId,
};
use damso_protocol::CreateConversationRequest;
use damso_repository::user::NewUser;
use damso_repository::{self as repository, Connection, RepositoryError};
use damso_service::Services;
use damso_testing::TestApp;
use fastrand::Rng;

use self::device::{Device, Network};

const SEED: u64 = 1;
const CASES: u64 = 500;
const STEPS: usize = 100;
/// Devices are compared with a fresh look so often in a case.
const CHECKS: usize = 2;
/// Cases that run side by side: most of a case is waiting for the database.
const AT_ONCE: u64 = 6;

/// What a case is about.
struct World {
    services: Services,
    people: Vec<UserId>,
    /// Conversations somebody of them was in at some time.
    places: Vec<ConversationId>,
    /// Keys that were used, to be used again, and what was stored under them.
    keys: Vec<Sent>,
    /// Polls that were made.
    polls: Vec<MessageRef>,
}

/// A message that was acknowledged.
#[derive(Clone, Copy, Debug)]
struct Sent {
    user: UserId,
    place: ConversationId,
    key: ClientKey,
    id: MessageId,
    seq: Seq,
}

impl Sent {
    const fn target(&self) -> MessageRef {
        MessageRef {
            conversation_id: self.place,
            seq: self.seq,
        }
    }
}

impl World {
    fn knows(&self, key: ClientKey) -> bool {
        self.keys.iter().any(|sent| sent.key == key)
    }

    async fn new(services: &Services) -> Self {
        let mut world = Self {
            services: services.clone(),
            people: sign_up(services, 4).await,
            places: Vec::new(),
            keys: Vec::new(),
            polls: Vec::new(),
        };
        let [one, two, three, four] = world.people[..] else {
            unreachable!("four signed up")
        };
        for member_ids in [vec![two, three], vec![two, three, four]] {
            let group = CreateConversationRequest::Group {
                name: None,
                member_ids,
            };
            world.open(one, group).await;
        }
        for user_id in [two, four] {
            world
                .open(one, CreateConversationRequest::Direct { user_id })
                .await;
        }
        world
    }

    async fn open(&mut self, user: UserId, request: CreateConversationRequest) {
        if let Ok(opened) = self.services.conversations.create(user, request).await
            && !self.places.contains(&opened.conversation.id)
        {
            self.places.push(opened.conversation.id);
        }
    }
}

/// Accounts without passwords, all friends of each other.
async fn sign_up(services: &Services, count: usize) -> Vec<UserId> {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let people: Vec<NewUser> = (0..count)
        .map(|_| NewUser {
            id: UserId::new(),
            handle: Handle::parse(&format!("p{}", NEXT.fetch_add(1, Ordering::Relaxed) + 1_000)).unwrap(),
            display_name: DisplayName::parse("somebody").unwrap(),
            password_hash: "none".to_owned(),
            pending_email: None,
            locale: Locale::Ko,
            created_at: Timestamp::now(),
        })
        .collect();
    let ids: Vec<UserId> = people.iter().map(|new| new.id).collect();
    let stored = services.database.transaction(async move |conn: &mut Connection| {
        for new in &people {
            repository::user::insert(conn, new).await?;
        }
        for (at, one) in people.iter().enumerate() {
            for other in &people[at + 1..] {
                repository::friend::insert_both(conn, one.id, other.id, Timestamp::now()).await?;
            }
        }
        Ok::<_, RepositoryError>(())
    });
    stored.await.unwrap();
    ids
}

async fn play(services: &Services, seed: u64) {
    let mut rng = Rng::with_seed(seed);
    let promises = format!("DAMSO_SEED={seed} DAMSO_CASES=1");
    let mut world = World::new(services).await;
    let mut devices = Vec::new();
    for user in world.people.clone() {
        for network in [Network::Reliable, Network::Lossy] {
            let asks_each = if seed.is_multiple_of(2) { 3 } else { 12 };
            devices.push(Box::pin(Device::open(services, user, network, asks_each)).await);
        }
    }
    for check in 0..CHECKS {
        for _ in 0..STEPS / CHECKS {
            if rng.u8(..10) == 0 {
                action::act_twice_at_once(&mut world, &mut rng).await;
            } else {
                action::act(&mut world, &mut rng, &promises).await;
            }
            if rng.u8(..4) == 0 {
                services.hub.tell_gathered();
            }
            for device in &mut devices {
                device.step(&mut rng).await;
            }
        }
        #[cfg(feature = "planted-bugs")]
        planted::restart();
        action::send_again(&world, &mut rng, &promises).await;
        services.hub.tell_gathered();
        for device in &mut devices {
            device.settle().await;
            let (shown, fresh) = (device.shown(), fresh::look(services, device.user()).await);
            assert!(
                shown == fresh,
                "{promises}, check {check}, {device:?}\n{}",
                shown.differences(&fresh)
            );
        }
    }
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[expect(clippy::print_stdout, reason = "the seed repeats a run that failed")]
async fn every_device_ends_at_what_a_fresh_look_shows() {
    let first = number("DAMSO_SEED").unwrap_or(SEED);
    let cases = number("DAMSO_CASES").unwrap_or(CASES);
    println!("DAMSO_SEED={first} DAMSO_CASES={cases}");
    let app = TestApp::start().await;
    #[cfg(feature = "planted-bugs")]
    planted::choose_from_environment();
    let services = app.services.clone();
    let next = Arc::new(AtomicU64::new(0));
    let mut players = tokio::task::JoinSet::new();
    for _ in 0..AT_ONCE {
        let (services, next) = (services.clone(), next.clone());
        players.spawn(async move {
            loop {
                let case = next.fetch_add(1, Ordering::Relaxed);
                if cases <= case {
                    return;
                }
                Box::pin(play(&services, first + case)).await;
            }
        });
    }
    // The first that fails ends the test, with its seed.
    while let Some(player) = players.join_next().await {
        player.unwrap();
    }
}

//! Telling friends who is here.
//!
//! Presence has no number and no history: what friends were told last is kept in memory, whoever comes is told of
//! everybody, and of what changes within a moment only the outcome is told.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use damso_domain::{ShownStatus, Timestamp, UserId};
use damso_protocol::{ChangedPresence, Presence, PresenceChanged, ServerEvent};
use damso_repository as repository;
use damso_repository::Connection;
use damso_repository::user::User;
use tokio::time::{Instant, sleep, sleep_until};

use crate::realtime::PresenceNews;
use crate::{Context, ServiceError, ServiceResult, view};

/// How long comings and goings are gathered.
const GATHER: Duration = Duration::from_millis(700);
/// How many people are looked up at once; more come with the next round.
const MOST_AT_ONCE: usize = 2_000;
/// How many are told with one frame.
const MOST_IN_FRAME: usize = 500;
/// How often it is noted that those who are here were seen, so that a crash takes little of it.
const NOTE_SEEN: Duration = Duration::from_mins(5);

/// Tells friends who is here.
#[derive(Clone)]
pub struct PresenceService {
    context: Context,
    told: Arc<Mutex<HashMap<UserId, Told>>>,
}

/// What friends were told last of somebody who is here.
#[derive(Clone, Debug)]
struct Told {
    presence: Presence,
    /// When it will be over.
    expires_at: Option<Timestamp>,
}

impl PresenceService {
    pub(crate) fn new(context: Context) -> Self {
        Self {
            context,
            told: Arc::default(),
        }
    }

    /// Runs until its task is aborted. While nobody comes or goes it sleeps.
    pub async fn run(self) {
        let mut next_note = Instant::now() + NOTE_SEEN;
        loop {
            let expiry = self.next_expiry().unwrap_or(next_note).min(next_note);
            tokio::select! {
                () = self.context.hub.presence_news() => sleep(GATHER).await,
                () = sleep_until(expiry) => (),
            }
            self.expire(Timestamp::now());
            if next_note <= Instant::now() {
                next_note = Instant::now() + NOTE_SEEN;
                self.note_all_seen().await;
            }
            if let Err(error) = self.tell_news().await {
                tracing::warn!(%error, "Friends could not be told who is here");
                sleep(GATHER).await;
            }
        }
    }

    /// Tells friends what has changed since they were told last.
    pub async fn tell_news(&self) -> ServiceResult<()> {
        let news = self.context.hub.take_presence_news(MOST_AT_ONCE);
        let outcome = self.tell(&news).await;
        if outcome.is_err() {
            self.context.hub.put_back(news);
        }
        outcome
    }

    /// Notes that everybody who is here was seen; before the server stops.
    pub async fn note_all_seen(&self) {
        let here: Vec<UserId> = self.told().keys().copied().collect();
        if let Err(error) = self.note_seen(here, Timestamp::now()).await {
            tracing::warn!(%error, "It could not be noted when people were last seen");
        }
    }

    async fn tell(&self, news: &PresenceNews) -> ServiceResult<()> {
        let subjects: HashSet<UserId> = news.moved.union(&news.changed).copied().collect();
        let (targets, viewers) = (to_vec(&subjects), to_vec(&news.newcomers));
        let mut one_sided_viewers = viewers.clone();
        one_sided_viewers.extend(news.parted.iter().map(|(viewer, _)| *viewer));
        if targets.is_empty() && one_sided_viewers.is_empty() {
            return Ok(());
        }
        let (pairs, one_sided, people) = self
            .context
            .database
            .run(async move |conn: &mut Connection| {
                let pairs = repository::friend::list_keepers(conn, &targets, &viewers).await?;
                let one_sided = repository::friend::list_one_sided(conn, &one_sided_viewers).await?;
                let mut ids = targets;
                ids.extend(pairs.iter().map(|(target, _)| *target));
                ids.extend(one_sided.iter().map(|(_, friendship)| friendship.friend_id));
                ids.sort_unstable();
                ids.dedup();
                let people = repository::user::list(conn, &ids).await?;
                Ok::<_, ServiceError>((pairs, one_sided, people))
            })
            .await?;
        let people: HashMap<UserId, User> = people.into_iter().map(|user| (user.id, user)).collect();
        let now = Timestamp::now();
        let shown = self.shown(news, &people, now);
        let changed = self.keep(news, &people, &shown, now);
        // Noted before it is told: whoever looks it up afterwards finds the same. When it cannot be noted it is told
        // all the same.
        if let Err(error) = self.note_seen(changed.gone, now).await {
            tracing::warn!(%error, "It could not be noted when people were last seen");
        }
        let mut frames: HashMap<UserId, Vec<UserId>> = HashMap::new();
        for (target, viewer) in pairs {
            let is_new = changed.subjects.contains(&target) || news.newcomers.contains(&viewer);
            if is_new && self.context.hub.is_connected(viewer) {
                frames.entry(viewer).or_default().push(target);
            }
        }
        let mut absences: HashMap<(UserId, UserId), Presence> = HashMap::new();
        for (viewer, friendship) in one_sided {
            let target = friendship.friend_id;
            let is_new = news.newcomers.contains(&viewer) || news.parted.contains(&(viewer, target));
            if let Some(user) = people.get(&target)
                && is_new
                && self.context.hub.is_connected(viewer)
            {
                absences.insert((viewer, target), view::absence(user, &friendship));
                frames.entry(viewer).or_default().push(target);
            }
        }
        self.send(frames, &shown, &absences);
        Ok(())
    }

    /// What those who keep them as friends see of these people now.
    fn shown(
        &self,
        news: &PresenceNews,
        people: &HashMap<UserId, User>,
        now: Timestamp,
    ) -> HashMap<UserId, Presence> {
        let told = self.told();
        people
            .values()
            .map(|user| {
                let mut presence = view::presence(user, self.context.hub.is_connected(user.id), now);
                // They go in this moment, which is when they were last seen.
                let goes = presence.status == ShownStatus::Offline
                    && (told.contains_key(&user.id) || self.was_here_for_a_moment(news, user));
                if goes && user.settings.presence_visibility.is_shared() {
                    presence.last_seen_at = Some(now);
                }
                (user.id, presence)
            })
            .collect()
    }

    /// Keeps what is about to be told, and says of whom it is not what was told before.
    fn keep(
        &self,
        news: &PresenceNews,
        people: &HashMap<UserId, User>,
        shown: &HashMap<UserId, Presence>,
        now: Timestamp,
    ) -> Changed {
        let mut told = self.told();
        let mut changed = Changed::default();
        for id in news.moved.union(&news.changed) {
            let (Some(user), Some(presence)) = (people.get(id), shown.get(id)) else {
                continue;
            };
            let before = if presence.status == ShownStatus::Offline {
                told.remove(id)
            } else {
                told.insert(
                    *id,
                    Told {
                        presence: presence.clone(),
                        // What is over already has been told as such; it would be over again at once.
                        expires_at: user.settings.presence.expires_at.filter(|at| now < *at),
                    },
                )
            };
            let was_here_for_a_moment = before.is_none() && self.was_here_for_a_moment(news, user);
            let is_same = match &before {
                Some(before) => before.presence == *presence,
                None => presence.status == ShownStatus::Offline && !was_here_for_a_moment,
            };
            if news.changed.contains(id) {
                self.context.hub.share(*id, user.rev, &user.settings);
            }
            if !is_same || news.changed.contains(id) {
                changed.subjects.insert(*id);
            }
            if (before.is_some() || was_here_for_a_moment) && presence.status == ShownStatus::Offline {
                changed.gone.push(*id);
            }
        }
        changed
    }

    /// Whether somebody came and went before it was told, and does not hide it. Whoever asked meanwhile has seen them.
    fn was_here_for_a_moment(&self, news: &PresenceNews, user: &User) -> bool {
        news.moved.contains(&user.id)
            && !self.context.hub.is_connected(user.id)
            && user.settings.presence_visibility.is_shared()
            && !view::is_invisible(&user.settings)
    }

    /// Tells each viewer of their targets. Those who hear of the same people get the same bytes, but for those who do
    /// not see all of them.
    fn send(
        &self,
        frames: HashMap<UserId, Vec<UserId>>,
        shown: &HashMap<UserId, Presence>,
        absences: &HashMap<(UserId, UserId), Presence>,
    ) {
        let mut by_content: HashMap<(Option<UserId>, Vec<UserId>), Vec<UserId>> = HashMap::new();
        for (viewer, mut targets) in frames {
            targets.sort_unstable();
            let differs = targets
                .iter()
                .any(|target| absences.contains_key(&(viewer, *target)));
            by_content
                .entry((differs.then_some(viewer), targets))
                .or_default()
                .push(viewer);
        }
        for ((only, targets), viewers) in by_content {
            let items = targets.iter().filter_map(|id| {
                let absence = only.and_then(|viewer| absences.get(&(viewer, *id)));
                Some((*id, absence.or_else(|| shown.get(id))?.clone()))
            });
            let items: Vec<ChangedPresence> = items
                .map(|(user_id, presence)| ChangedPresence {
                    user_id,
                    status: presence.status,
                    text: presence.text,
                    last_seen_at: presence.last_seen_at,
                })
                .collect();
            for items in items.chunks(MOST_IN_FRAME) {
                let event = ServerEvent::PresenceChanged(PresenceChanged {
                    items: items.to_vec(),
                });
                self.context.hub.to_users(&viewers, &event);
            }
        }
    }

    async fn note_seen(&self, users: Vec<UserId>, now: Timestamp) -> ServiceResult<()> {
        if users.is_empty() {
            return Ok(());
        }
        self.context
            .database
            .transaction(async move |conn: &mut Connection| {
                Ok::<_, ServiceError>(repository::user::note_seen(conn, &users, now).await?)
            })
            .await
    }

    fn told(&self) -> std::sync::MutexGuard<'_, HashMap<UserId, Told>> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// When the next status is over.
    fn next_expiry(&self) -> Option<Instant> {
        let told = self.told();
        let next = told.values().filter_map(|told| told.expires_at).min()?;
        let millis = next.as_millis().saturating_sub(Timestamp::now().as_millis());
        Some(Instant::now() + Duration::from_millis(u64::try_from(millis).unwrap_or(0)))
    }

    /// What is over has to be told.
    fn expire(&self, now: Timestamp) {
        let over: Vec<UserId> = {
            let mut told = self.told();
            let is_over = |told: &Told| told.expires_at.is_some_and(|at| at <= now);
            let over = told.iter_mut().filter(|(_, told)| is_over(told));
            over.map(|(id, told)| {
                told.expires_at = None;
                *id
            })
            .collect()
        };
        over.into_iter()
            .for_each(|id| self.context.hub.presence_changed(id));
    }
}

/// Of whom friends have to be told.
#[derive(Default)]
struct Changed {
    subjects: HashSet<UserId>,
    /// Those who are not to be seen any more.
    gone: Vec<UserId>,
}

fn to_vec(ids: &HashSet<UserId>) -> Vec<UserId> {
    ids.iter().copied().collect()
}

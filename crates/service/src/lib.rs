//! Use cases: who may do what, each change in one transaction, announced once it is committed.
//!
//! Invariant: nothing here knows HTTP, actix or SQL. A service method can be called from a handler, a socket,
//! a background job or a test, and behaves the same. The outside world is behind [`ports`].

mod access;
pub mod account;
pub mod admin;
mod announcement;
pub mod attachment;
mod audience;
pub mod auth;
pub mod birthday;
mod block;
pub mod content;
pub mod conversation;
pub mod cursor;
mod deletion;
mod doubt;
pub mod draft;
pub mod edit;
pub mod email;
mod error;
pub mod export;
mod factor;
pub mod folder;
mod forward;
pub mod friend;
mod friendship;
pub mod group;
mod history;
pub mod image;
mod invite;
pub mod invite_link;
pub mod job;
pub mod keys;
mod letter;
mod link;
pub mod media;
pub mod member;
pub mod mention;
pub mod message;
pub mod mutual;
mod notice;
mod object;
mod outgoing;
pub mod passkey;
mod password;
pub mod poll;
pub mod ports;
mod post;
pub mod presence;
mod profiles;
pub mod proof;
mod queue;
pub mod rate;
pub mod reaction;
pub mod read;
pub mod realtime;
pub mod report;
pub mod reset;
mod rotation;
pub mod search;
pub mod search_index;
mod search_people;
pub mod security_log;
mod sending;
pub mod session;
pub mod settings;
pub mod shared_media;
mod sign_in;
mod strength;
pub mod sync;
pub mod token;
pub mod totp;
pub mod user;
mod view;

use std::sync::Arc;

use damso_repository::Database;

#[cfg(feature = "planted-bugs")]
pub use damso_repository::planted;
pub use error::{Fields, Refusal, ServiceError, ServiceResult};
pub use token::CurrentUser;

use crate::factor::Factors;
use crate::job::{Bell, JobWorker};
use crate::keys::Keys;
use crate::password::PasswordHasher;
use crate::ports::{Mailer, ObjectStore};
use crate::post::{Clerk, Post};
use crate::profiles::Profiles;
use crate::rate::RateLimits;
use crate::realtime::Hub;
use crate::search_index::{Indexer, Unindexed};

/// How a server behaves, as far as the use cases are concerned.
#[derive(Clone, Debug)]
pub struct ServiceConfig {
    /// Whether new accounts can be made.
    pub sign_up: damso_protocol::SignUp,
    /// Where people reach this server: scheme, host and port. Links in mails begin with it, and passkeys are bound to
    /// its host.
    pub server_url: String,
    /// Whether there are limits to how often somebody may do something.
    pub rate_limits: bool,
    /// How many passwords are hashed at once; more wait, and beyond [`ServiceConfig::password_queue`] are
    /// turned away. Where there are several cores, one is left to those who write.
    pub password_threads: usize,
    /// How many callers may wait for a password to be hashed.
    pub password_queue: usize,
    /// How many pictures are decoded at once.
    pub image_threads: usize,
}

impl Default for ServiceConfig {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            sign_up: damso_protocol::SignUp::Open,
            server_url: "http://localhost:8080".to_owned(),
            rate_limits: true,
            password_threads: (cores - 1).max(1),
            password_queue: 64 * cores,
            image_threads: cores.div_ceil(2),
        }
    }
}

/// Every use case, wired once at start and handed to whoever needs one.
#[derive(Clone)]
pub struct Services {
    /// Signing up, in and out.
    pub auth: auth::AuthService,
    /// One's own account.
    pub account: account::AccountService,
    /// The address of an account.
    pub emails: email::EmailService,
    /// A new password for whoever has forgotten the old one.
    pub resets: reset::ResetService,
    /// Proofs besides the session.
    pub proofs: proof::ProofService,
    /// Codes from an app.
    pub totp: totp::TotpService,
    /// Keys that sign in without a password.
    pub passkeys: passkey::PasskeyService,
    /// What has happened to accounts.
    pub security_log: security_log::SecurityLog,
    /// One's own devices.
    pub sessions: session::SessionService,
    /// People as others see them.
    pub users: user::UserService,
    /// Friends and requests.
    pub friends: friend::FriendService,
    /// Whom somebody wants nothing of.
    pub blocks: block::BlockService,
    /// Conversations, as each member sees them.
    pub conversations: conversation::ConversationService,
    /// Groups.
    pub groups: group::GroupService,
    /// Who is in a conversation.
    pub members: member::MemberService,
    /// Links that people hand out.
    pub invite_links: invite_link::InviteLinkService,
    /// Messages.
    pub messages: message::MessageService,
    /// What stands on top of conversations.
    pub notices: notice::NoticeService,
    /// What people have begun to write.
    pub drafts: draft::DraftService,
    /// Changing messages.
    pub edits: edit::EditService,
    /// Reacting to messages.
    pub reactions: reaction::ReactionService,
    /// Polls and votes in them.
    pub polls: poll::PollService,
    /// What people let others see of themselves.
    pub settings: settings::SettingsService,
    /// Folders of conversations.
    pub folders: folder::FolderService,
    /// Who is here.
    pub presence: presence::PresenceService,
    /// Read pointers.
    pub reads: read::ReadService,
    /// Where people are mentioned.
    pub mentions: mention::MentionService,
    /// Finding messages.
    pub search: search::SearchService,
    /// What the messages of conversations hold.
    pub shared_media: shared_media::SharedMediaService,
    /// Catching up.
    pub sync: sync::SyncService,
    /// What people tell the operator of each other.
    pub reports: report::ReportService,
    /// What the operator does.
    pub admin: admin::AdminService,
    /// Uploads.
    pub attachments: attachment::AttachmentService,
    /// What became of them.
    pub content: content::ContentService,
    /// Copies of everything of an account.
    pub exports: export::ExportService,
    /// Pictures of people and groups.
    pub images: image::ImageService,
    /// Who is connected.
    pub hub: Hub,
    /// How often somebody may do what.
    pub limits: RateLimits,
    /// The storage, for the probes.
    pub objects: Arc<dyn ObjectStore>,
    /// The database, for the probes.
    pub database: Database,
    post: Post,
    bell: Bell,
    unindexed: Unindexed,
}

impl Services {
    /// Wires everything. `database` has to be migrated; without a `mailer` no mail is sent.
    pub fn new(
        config: &ServiceConfig,
        database: Database,
        objects: Arc<dyn ObjectStore>,
        mailer: Option<Arc<dyn Mailer>>,
        keys: &Keys,
    ) -> Self {
        let hub = Hub::new();
        doubt::watch(&database, &hub);
        let passwords = PasswordHasher::new(config.password_threads, config.password_queue);
        let limits = RateLimits::new(config.rate_limits);
        let sessions = session::SessionService::new(database.clone(), hub.clone());
        let pictures = media::pool::ImagePool::new(config.image_threads);
        let images = image::ImageService::new(database.clone(), objects.clone(), pictures.clone());
        let post = Post::new(mailer, &config.server_url);
        let bell = Bell::default();
        let context = Context {
            database: database.clone(),
            hub: hub.clone(),
            profiles: Profiles::default(),
            limits: limits.clone(),
            post: post.clone(),
            bell: bell.clone(),
            unindexed: Unindexed::default(),
        };
        let factors = Factors::new(keys);
        let passkeys = passkey::PasskeyService::new(context.clone(), &config.server_url);
        let unindexed = context.unindexed.clone();
        let admin_sessions = sessions.clone();
        let groups = group::GroupService::new(context.clone(), images.clone());
        Self {
            auth: auth::AuthService::new(
                context.clone(),
                passwords.clone(),
                factors.clone(),
                passkeys.clone(),
                sessions.clone(),
                keys,
                config.sign_up,
            ),
            account: account::AccountService::new(
                context.clone(),
                passwords.clone(),
                passkeys.clone(),
                sessions.clone(),
                images.clone(),
            ),
            emails: email::EmailService::new(context.clone()),
            resets: reset::ResetService::new(
                context.clone(),
                passwords.clone(),
                factors.clone(),
                sessions.clone(),
            ),
            proofs: proof::ProofService::new(context.clone(), passwords, factors.clone(), passkeys.clone()),
            totp: totp::TotpService::new(context.clone(), factors),
            passkeys,
            security_log: security_log::SecurityLog::new(context.clone()),
            sessions,
            users: user::UserService::new(context.clone()),
            friends: friend::FriendService::new(context.clone()),
            blocks: block::BlockService::new(context.clone()),
            conversations: conversation::ConversationService::new(context.clone(), groups.clone()),
            groups,
            members: member::MemberService::new(context.clone()),
            invite_links: invite_link::InviteLinkService::new(context.clone(), keys),
            messages: message::MessageService::new(context.clone()),
            notices: notice::NoticeService::new(context.clone()),
            drafts: draft::DraftService::new(context.clone()),
            edits: edit::EditService::new(context.clone()),
            reactions: reaction::ReactionService::new(context.clone()),
            polls: poll::PollService::new(context.clone()),
            settings: settings::SettingsService::new(context.clone()),
            folders: folder::FolderService::new(context.clone()),
            presence: presence::PresenceService::new(context.clone()),
            reads: read::ReadService::new(context.clone()),
            mentions: mention::MentionService::new(context.clone()),
            search: search::SearchService::new(context.clone()),
            shared_media: shared_media::SharedMediaService::new(context.clone()),
            sync: sync::SyncService::new(context.clone()),
            exports: export::ExportService::new(context.clone(), objects.clone()),
            reports: report::ReportService::new(context.clone()),
            admin: admin::AdminService::new(context.clone(), admin_sessions),
            content: content::ContentService::new(context.clone(), objects.clone()),
            attachments: attachment::AttachmentService::new(context, objects.clone(), pictures),
            images,
            hub,
            limits,
            objects,
            database,
            post,
            bell,
            unindexed,
        }
    }

    /// Works off what these use cases leave for later.
    pub fn worker(&self) -> JobWorker {
        let clerk = Clerk::new(self.database.clone(), self.limits.clone(), self.post.clone());
        JobWorker::new(
            self.database.clone(),
            self.objects.clone(),
            clerk,
            self.bell.clone(),
        )
    }

    /// Writes what messages are searched by.
    pub fn indexer(&self) -> Indexer {
        Indexer::new(
            self.database.clone(),
            self.unindexed.clone(),
            self.messages.queue(),
        )
    }

    /// What this server can do beyond the minimum, as it is told before anybody signs in.
    pub fn features(&self) -> Vec<String> {
        let mail = self.post.is_available().then_some("mail");
        let passkeys = self.passkeys.are_available().then_some("passkeys");
        mail.into_iter().chain(passkeys).map(str::to_owned).collect()
    }
}

/// What nearly every use case needs.
#[derive(Clone)]
pub(crate) struct Context {
    pub(crate) database: Database,
    pub(crate) hub: Hub,
    pub(crate) profiles: Profiles,
    pub(crate) limits: RateLimits,
    pub(crate) post: Post,
    pub(crate) bell: Bell,
    pub(crate) unindexed: Unindexed,
}

//! What the tabs of one account in one browser tell each other.
//!
//! One of them leads: it has the socket, catches up, and sends what is in the outbox. It passes on what it
//! hears; the others keep a model of their own by it.

use damso_domain::{ClientKey, ConversationId};

/// What one tab tells the others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TabMessage {
    /// From the leader: it leads, and whether its connection is live.
    Leads {
        /// Whether events arrive at the moment.
        is_live: bool,
    },
    /// Asks who leads, and who is there.
    Hello,
    /// I am there, and do not lead.
    Here,
    /// From the leader: a frame of the socket, as it came.
    Frame(String),
    /// To the leader: catch up from these positions.
    Ask(String),
    /// From the leader: what was asked for, and the answer.
    Synced {
        /// The body of the request.
        request: String,
        /// The body of the answer.
        answer: String,
    },
    /// A message in the outbox is new, or stands otherwise now.
    Echo(String),
    /// A message was taken out of the outbox.
    Dropped(ClientKey),
    /// To the leader: what is on the screen of this tab.
    Watch(Vec<ConversationId>),
    /// To the leader: I am typing.
    Typing(ConversationId),
}

impl TabMessage {
    /// As one text, with the tab it comes from.
    pub fn encode(&self, from: ClientKey) -> String {
        let (word, rest) = match self {
            Self::Leads { is_live: true } => ("live", String::new()),
            Self::Leads { is_live: false } => ("leads", String::new()),
            Self::Hello => ("hello", String::new()),
            Self::Here => ("here", String::new()),
            Self::Frame(text) => ("frame", text.clone()),
            Self::Ask(request) => ("ask", request.clone()),
            // JSON without a line break inside, ours as well as the server's: the first one parts them.
            Self::Synced { request, answer } => ("synced", format!("{request}\n{answer}")),
            Self::Echo(json) => ("echo", json.clone()),
            Self::Dropped(key) => ("dropped", key.to_string()),
            Self::Watch(ids) => ("watch", join(ids)),
            Self::Typing(id) => ("typing", id.to_string()),
        };
        format!("{from} {word} {rest}")
    }

    /// Reads one; `None` for what another version of the client says.
    pub fn decode(text: &str) -> Option<(ClientKey, Self)> {
        let (from, text) = text.split_once(' ')?;
        let (word, rest) = text.split_once(' ')?;
        let message = match word {
            "live" => Self::Leads { is_live: true },
            "leads" => Self::Leads { is_live: false },
            "hello" => Self::Hello,
            "here" => Self::Here,
            "frame" => Self::Frame(rest.to_owned()),
            "ask" => Self::Ask(rest.to_owned()),
            "synced" => {
                let (request, answer) = rest.split_once('\n')?;
                Self::Synced {
                    request: request.to_owned(),
                    answer: answer.to_owned(),
                }
            }
            "echo" => Self::Echo(rest.to_owned()),
            "dropped" => Self::Dropped(rest.parse().ok()?),
            "watch" => Self::Watch(rest.split(',').filter_map(|id| id.parse().ok()).collect()),
            "typing" => Self::Typing(rest.parse().ok()?),
            _ => return None,
        };
        Some((from.parse().ok()?, message))
    }
}

fn join(ids: &[ConversationId]) -> String {
    let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
    ids.join(",")
}

/// What is on the screens of all tabs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Watches {
    by_tab: Vec<(ClientKey, Vec<ConversationId>)>,
}

impl Watches {
    /// What one tab shows now.
    pub fn set(&mut self, tab: ClientKey, shown: Vec<ConversationId>) {
        self.by_tab.retain(|(known, _)| *known != tab);
        if !shown.is_empty() {
            self.by_tab.push((tab, shown));
        }
    }

    /// What any of them shows, each once.
    pub fn union(&self) -> Vec<ConversationId> {
        let mut ids: Vec<_> = self.by_tab.iter().flat_map(|(_, shown)| shown).copied().collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    }

    /// Whether a tab shows anything.
    pub fn has(&self, tab: ClientKey) -> bool {
        self.by_tab.iter().any(|(known, _)| *known == tab)
    }
}

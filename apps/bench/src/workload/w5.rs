//! W5, search: words of a database with millions of messages, a third of them in Korean.

use std::rc::Rc;
use std::sync::LazyLock;
use std::time::Instant;

use anyhow::{Result, ensure};
use damso_domain::{ConversationId, SearchQuery};
use damso_repository::search::{Position, Wanted};
use damso_repository::{self as repository, Connection as DatabaseConnection, Database};

use super::{cost_figures, failure_figure, latency_figures};
use crate::accounts::{self, Account};
use crate::cli::HistoryOptions;
use crate::http::{HttpClient, Request};
use crate::load::{Arrival, Client, open_loop};
use crate::machine;
use crate::report::{Figure, Report, Row};
use crate::seed::{self, Past};
use crate::server::Server;
use crate::usage::Watched;
use crate::zipf::Zipf;

const PEOPLE: usize = 1_000;
const MEMBERS: usize = 5;
const MESSAGES_PER_CONVERSATION: usize = 1_000;
const SEEKERS: usize = 64;
/// The words that messages are made of, in each language; the first are frequent.
const WORDS: usize = 3_000;
const WORDS_OF_MESSAGE: usize = 7;
/// What the server's worker takes at once of a single conversation.
const INDEXED_AT_ONCE: i64 = 512;

/// What is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    TwoSyllablesFrequent,
    TwoSyllablesRare,
    ThreeLetters,
    TwoWords,
}

impl Kind {
    const ALL: [Self; 4] = [
        Self::TwoSyllablesFrequent,
        Self::TwoSyllablesRare,
        Self::ThreeLetters,
        Self::TwoWords,
    ];

    const fn label(self) -> &'static str {
        match self {
            Self::TwoSyllablesFrequent => "two syllables, frequent",
            Self::TwoSyllablesRare => "two syllables, rare",
            Self::ThreeLetters => "three letters",
            Self::TwoWords => "two words",
        }
    }

    fn query(self, random: &mut fastrand::Rng) -> String {
        match self {
            Self::TwoSyllablesFrequent => korean(random.usize(..20)),
            Self::TwoSyllablesRare => korean(random.usize(WORDS / 2..WORDS)),
            Self::ThreeLetters => english(random.usize(..WORDS)).chars().take(3).collect(),
            Self::TwoWords => format!(
                "{} {}",
                korean(random.usize(..200)),
                korean(random.usize(..WORDS))
            ),
        }
    }
}

fn korean(rank: usize) -> String {
    const SYLLABLES: &str = "가나다라마바사아자차카타파하거너더러머버서어저처커터퍼허고노도로모보소오조초코토포호구누두루무부수우주추";
    let at = |at: usize| SYLLABLES.chars().nth(at % SYLLABLES.chars().count());
    at(rank * 7 + 3)
        .into_iter()
        .chain(at(rank / 52 + rank * 11))
        .collect()
}

fn english(rank: usize) -> String {
    const PARTS: [&str; 20] = [
        "ma", "ter", "con", "ri", "so", "len", "dif", "por", "ta", "vis", "ne", "ble", "gro", "hin", "us",
        "quo", "wer", "ya", "ze", "kla",
    ];
    [rank, rank / 20 + rank, rank / 400 + 3 * rank]
        .map(|at| PARTS[at % PARTS.len()])
        .concat()
}

/// What the message with this number says.
fn text(number: usize) -> String {
    static ZIPF: LazyLock<Zipf> = LazyLock::new(|| Zipf::new(WORDS));
    const ENDINGS: [&str; 6] = ["를", "는", "에서", "", "도", "이랑"];
    let mut random = fastrand::Rng::with_seed(number as u64);
    let is_korean = number.is_multiple_of(3);
    let words = (0..WORDS_OF_MESSAGE).map(|_| {
        let rank = ZIPF.pick(&mut random);
        if is_korean {
            format!("{}{}", korean(rank), ENDINGS[random.usize(..ENDINGS.len())])
        } else {
            english(rank)
        }
    });
    words.collect::<Vec<_>>().join(" ")
}

/// Runs it.
pub async fn run(options: &HistoryOptions) -> Result<Report> {
    let server = options.common.start_server().await?;
    let database = server.cluster()?.open("damso")?;
    let accounts = accounts::create(&server, &database, PEOPLE).await?;
    let conversations = (options.messages / MESSAGES_PER_CONVERSATION).max(10);
    let size = seed::Size {
        conversations,
        members: MEMBERS,
        messages: options.messages,
        text,
    };
    let pasts = seed::fill(&database, &accounts, size).await?;
    let begun = Instant::now();
    index(&database, &pasts).await?;
    let rate = options.messages as f64 / begun.elapsed().as_secs_f64();
    server.cluster()?.settle("damso").await?;
    let statistics = server.cluster()?.connect("damso").await?;
    let bytes: i64 = statistics
        .query_one(
            "SELECT pg_indexes_size('message_search') + pg_table_size('message_search')",
            &[],
        )
        .await?
        .try_get(0)?;
    let keys: i64 = statistics
        .query_one("SELECT pg_relation_size('message_search_by_key')", &[])
        .await?
        .try_get(0)?;
    let each = |bytes: i64| bytes as f64 / options.messages as f64;
    let library = Rc::new(Library {
        accounts,
        pasts,
        zipf: Zipf::new(conversations),
    });
    let mut report = Report {
        workload: "W5",
        header: vec![
            machine::description(),
            format!(
                "{} messages in {conversations} conversations (Zipf), a third in Korean",
                options.messages
            ),
            format!(
                "indexed at {rate:.0} messages/s; {:.0} bytes a message, {:.0} of them trigrams",
                each(bytes),
                each(keys)
            ),
            format!("open loop at {} searches/s, hot caches", options.rate),
        ],
        rows: Vec::new(),
    };
    for kind in Kind::ALL {
        let stage = Stage {
            options,
            server: &server,
            library: &library,
            kind,
        };
        report.rows.push(stage.searches().await?);
        report.rows.push(stage.alone(&database).await?);
    }
    database.close();
    Ok(report)
}

/// As the server's worker does it when it has nothing else to do.
async fn index(database: &Database, pasts: &[Past]) -> Result<()> {
    for past in pasts {
        while index_more(database, past.id).await? {}
    }
    Ok(())
}

async fn index_more(database: &Database, id: ConversationId) -> Result<bool> {
    use repository::search_index as index;
    database
        .run(async move |conn: &mut DatabaseConnection| {
            Ok::<_, anyhow::Error>(index::insert_progress(conn, &[id]).await?)
        })
        .await?;
    database
        .transaction(async move |conn: &mut DatabaseConnection| {
            index::begin(conn).await?;
            let since = index::lock_progress(conn, &[id]).await?;
            let changes = index::list_changes(conn, &since, INDEXED_AT_ONCE).await?;
            let has_more = !changes.unfinished.is_empty();
            index::write(conn, changes).await?;
            Ok::<_, anyhow::Error>(has_more)
        })
        .await
}

/// Who looks.
struct Library {
    accounts: Vec<Account>,
    pasts: Vec<Past>,
    zipf: Zipf,
}

impl Library {
    /// Whoever is in a busy conversation looks more often.
    fn pick(&self, random: &mut fastrand::Rng) -> &Account {
        let past = &self.pasts[self.zipf.pick(random)];
        &self.accounts[past.members[random.usize(..past.members.len())]]
    }
}

struct Stage<'a> {
    options: &'a HistoryOptions,
    server: &'a Server,
    library: &'a Rc<Library>,
    kind: Kind,
}

impl Stage<'_> {
    /// Through the API.
    async fn searches(&self) -> Result<Row> {
        let common = &self.options.common;
        let watched = self.server.watched()?;
        common
            .conditions(self.server)
            .repeat(self.kind.label().to_owned(), async || {
                let seekers = (0..SEEKERS).map(|number| Seeker {
                    http: HttpClient::new(self.server.address),
                    library: self.library.clone(),
                    random: fastrand::Rng::with_seed(number as u64),
                    kind: self.kind,
                });
                let (outcome, _) =
                    open_loop(seekers.collect(), self.options.rate, common.window(), &watched).await?;
                outcome.refuse_failure()?;
                let mut figures = latency_figures(&outcome);
                figures.extend(cost_figures(&outcome, "search", outcome.done));
                figures.push(failure_figure(&outcome));
                Ok(figures)
            })
            .await
    }

    /// The index alone, through the repository.
    async fn alone(&self, database: &Database) -> Result<Row> {
        let common = &self.options.common;
        let watched = Watched {
            server: std::process::id(),
            ..self.server.watched()?
        };
        common
            .conditions(self.server)
            .repeat(
                format!("limit: the index alone, {}", self.kind.label()),
                async || {
                    let seekers = (0..8).map(|number| BareSeeker {
                        database: database.clone(),
                        library: self.library.clone(),
                        random: fastrand::Rng::with_seed(number),
                        kind: self.kind,
                    });
                    let (outcome, _) = open_loop(
                        seekers.collect(),
                        self.options.rate,
                        common.probe_window(),
                        &watched,
                    )
                    .await?;
                    outcome.refuse_failure()?;
                    let figures: Vec<Figure> = latency_figures(&outcome);
                    Ok(figures)
                },
            )
            .await
    }
}

/// Looks for one thing after another over HTTP.
struct Seeker {
    http: HttpClient,
    library: Rc<Library>,
    random: fastrand::Rng,
    kind: Kind,
}

impl Client for Seeker {
    async fn act(&mut self, _: Arrival) -> Result<()> {
        let query = self.kind.query(&mut self.random);
        let encoded: Vec<String> = query.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let request = Request {
            method: "GET",
            path: &format!("/search/messages?query={}", encoded.concat()),
            token: Some(&self.library.pick(&mut self.random).token),
            body: None,
        };
        let body = self.http.expect(200, &request).await?;
        ensure!(body.starts_with(b"{"), "a page is an object");
        Ok(())
    }
}

/// Looks for one thing after another in the database.
struct BareSeeker {
    database: Database,
    library: Rc<Library>,
    random: fastrand::Rng,
    kind: Kind,
}

impl Client for BareSeeker {
    async fn act(&mut self, _: Arrival) -> Result<()> {
        const PAGE: i64 = 21;
        let query = SearchQuery::parse(&self.kind.query(&mut self.random))?;
        let wanted = Wanted {
            user_id: self.library.pick(&mut self.random).id,
            conversation_id: None,
            author_id: None,
            content: None,
            after: None,
            patterns: query.patterns(),
        };
        self.database
            .snapshot(async move |conn: &mut DatabaseConnection| {
                repository::search::forbid_reading_all(conn).await?;
                let found =
                    repository::search::list_by_index(conn, &wanted, Position::newest(), PAGE).await?;
                Ok::<_, anyhow::Error>(found.len())
            })
            .await?;
        Ok(())
    }
}

//! Statements of our own SQL that a connection plans once.

use diesel::pg::Pg;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sql_types::Untyped;

/// A statement whose plan a connection keeps. `diesel::sql_query` alone is parsed and planned at each use,
/// because its text might be a new one each time.
pub(crate) struct Kept<Q>(Q);

/// Statements of our own SQL.
pub(crate) trait Keep: Sized {
    /// Keeps the plan. The text has to be a constant: each connection keeps every text it has seen.
    fn kept(self) -> Kept<Self> {
        Kept(self)
    }
}

impl<Q: Query<SqlType = Untyped>> Keep for Q {}

impl<Q: QueryFragment<Pg>> QueryFragment<Pg> for Kept<Q> {
    fn walk_ast<'b>(&'b self, pass: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.0.walk_ast(pass)
    }

    fn is_safe_to_cache_prepared(&self, _: &Pg) -> QueryResult<bool> {
        Ok(true)
    }
}

/// None of its own, so that its text tells it from others.
impl<Q> QueryId for Kept<Q> {
    type QueryId = ();

    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Q> Query for Kept<Q> {
    type SqlType = Untyped;
}

//! Statements of our own SQL that a connection plans once.

use std::marker::PhantomData;

use diesel::pg::Pg;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sql_types::Untyped;

/// A statement whose plan a connection keeps. `diesel::sql_query` alone is parsed and planned at each use,
/// because its text might be a new one each time. Its columns are read by their names, or as an `ST` by their places.
pub(crate) struct Kept<Q, ST = Untyped>(Q, PhantomData<ST>);

/// Statements of our own SQL.
pub(crate) trait Keep: Sized {
    /// Keeps the plan. The text has to be a constant: each connection keeps every text it has seen.
    fn kept(self) -> Kept<Self> {
        Kept(self, PhantomData)
    }

    /// The same for a statement that answers with many rows of many columns: looking each of them up by its name takes
    /// longer than reading it.
    fn kept_as<ST>(self) -> Kept<Self, ST> {
        Kept(self, PhantomData)
    }
}

impl<Q: Query<SqlType = Untyped>> Keep for Q {}

impl<Q: QueryFragment<Pg>, ST> QueryFragment<Pg> for Kept<Q, ST> {
    fn walk_ast<'b>(&'b self, pass: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.0.walk_ast(pass)
    }

    fn is_safe_to_cache_prepared(&self, _: &Pg) -> QueryResult<bool> {
        Ok(true)
    }
}

/// None of its own, so that its text tells it from others.
impl<Q, ST> QueryId for Kept<Q, ST> {
    type QueryId = ();

    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Q, ST> Query for Kept<Q, ST> {
    type SqlType = ST;
}

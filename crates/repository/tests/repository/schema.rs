//! `schema.rs` is kept by hand; here it is held against the database.

use std::collections::BTreeMap;

use damso_testing::TestDatabase;

use crate::catalogue::{Column, Table, tables};

/// Reads the `table!` macros of a schema file.
fn read_schema(source: &str) -> BTreeMap<String, Table> {
    let blocks = source.split("diesel::table! {").skip(1);
    blocks
        .map(|block| read_table(block.split("\n}").next().unwrap()))
        .collect()
}

fn read_table(block: &str) -> (String, Table) {
    let (head, body) = block.split_once('{').unwrap();
    let (name, key) = head.trim().strip_suffix(')').unwrap().split_once(" (").unwrap();
    let mut key: Vec<String> = key.split(", ").map(str::to_owned).collect();
    let columns: Vec<Column> = body
        .lines()
        .filter_map(|line| line.trim().split_once(" -> "))
        .map(read_column)
        .collect();
    // The catalogue lists key columns in the order of the table.
    key.sort_by_key(|part| columns.iter().position(|(column, ..)| column == part));
    (name.to_owned(), Table { key, columns })
}

fn read_column((name, kind): (&str, &str)) -> Column {
    let kind = kind.trim_end_matches(',');
    let inner = kind
        .strip_prefix("Nullable<")
        .and_then(|rest| rest.strip_suffix('>'));
    (name.to_owned(), inner.unwrap_or(kind).to_owned(), inner.is_some())
}

#[tokio::test]
async fn the_schema_is_what_the_migrations_make() {
    let database = TestDatabase::create().await;
    let live = tables(&database.database).await;
    let written = read_schema(include_str!("../../src/schema.rs"));
    for (name, table) in &live {
        assert_eq!(written.get(name), Some(table), "{name}");
    }
    assert_eq!(written.len(), live.len());
    assert!(10 < live.len());
}

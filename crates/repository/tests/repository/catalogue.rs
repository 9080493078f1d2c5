//! What the database itself says of its tables.

use std::collections::BTreeMap;

use damso_repository::{Connection, Database, RepositoryError};
use diesel::QueryableByName;
use diesel::sql_types::{Bool, Text};
use diesel_async::RunQueryDsl as _;

/// One column: its name, its type as Diesel spells it, and `true` when it may be `NULL`.
pub type Column = (String, String, bool);

/// A table: the columns of its key, and all its columns in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    pub key: Vec<String>,
    pub columns: Vec<Column>,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = Text)]
    column_name: String,
    #[diesel(sql_type = Text)]
    type_name: String,
    #[diesel(sql_type = Bool)]
    is_nullable: bool,
    #[diesel(sql_type = Bool)]
    is_key: bool,
}

/// Every table of ours. Key columns come in the order of the table.
pub async fn tables(database: &Database) -> BTreeMap<String, Table> {
    let rows = database.run(async |conn: &mut Connection| {
        let rows: Vec<Row> = diesel::sql_query(
            "SELECT c.relname::text AS table_name, a.attname::text AS column_name, t.typname::text AS type_name, \
                 NOT a.attnotnull AS is_nullable, \
                 coalesce(a.attnum = ANY (i.indkey), false) AS is_key \
             FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid JOIN pg_type t ON t.oid = a.atttypid \
             LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary \
             WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' \
                 AND a.attnum > 0 AND NOT a.attisdropped AND c.relname <> '__diesel_schema_migrations' \
             ORDER BY c.relname, a.attnum",
        )
        .load(conn)
        .await?;
        Ok::<_, RepositoryError>(rows)
    });
    let mut tables: BTreeMap<String, Table> = BTreeMap::new();
    for row in rows.await.unwrap() {
        let table = tables.entry(row.table_name).or_default();
        if row.is_key {
            table.key.push(row.column_name.clone());
        }
        table.columns.push((
            row.column_name,
            diesel_type(&row.type_name).to_owned(),
            row.is_nullable,
        ));
    }
    tables
}

fn diesel_type(name: &str) -> &'static str {
    match name {
        "uuid" => "Uuid",
        "_uuid" => "Array<Uuid>",
        "text" => "Text",
        "int2" => "SmallInt",
        "int4" => "Integer",
        "int8" => "BigInt",
        "_int8" => "Array<BigInt>",
        "bool" => "Bool",
        "bytea" => "Bytea",
        "jsonb" => "Jsonb",
        "timestamptz" => "Timestamptz",
        other => panic!("no column has had the type {other} so far"),
    }
}

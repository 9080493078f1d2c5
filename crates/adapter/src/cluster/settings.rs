//! Settings of a private cluster, as arguments: they win over what is in its configuration files.

use std::path::Path;

use super::ClusterConfig;

/// The command line of `postgres`.
pub(super) fn arguments(config: &ClusterConfig, data_folder: &Path, socket_folder: &Path) -> Vec<String> {
    let mut arguments = vec!["-D".to_owned(), data_folder.display().to_string()];
    let max_connections = config.max_connections.to_string();
    let socket_folder = quoted(&socket_folder.display().to_string());
    let settings = [
        // Reached through the socket alone.
        ("listen_addresses", ""),
        ("port", "5432"),
        ("unix_socket_directories", socket_folder.as_str()),
        ("unix_socket_permissions", "0700"),
        ("max_connections", &max_connections),
        // A small machine that the server shares with the database.
        ("shared_buffers", "128MB"),
        ("effective_cache_size", "1GB"),
        ("maintenance_work_mem", "64MB"),
        ("max_wal_size", "1GB"), // bounds the time a recovery takes
        ("wal_compression", "on"),
        ("random_page_cost", "1.1"),
        ("jit", "off"), // compiling costs more than our short queries take
        ("timezone", "UTC"),
        ("log_timezone", "UTC"),
        // The log is for operators: no statement, no value, no message text.
        ("log_destination", "stderr"),
        ("logging_collector", "off"),
        ("log_min_error_statement", "panic"),
        ("log_error_verbosity", "terse"),
        ("log_checkpoints", "off"),
    ];
    let durability: &[(&str, &str)] = if config.durable {
        &[
            ("fsync", "on"),
            ("synchronous_commit", "on"),
            ("full_page_writes", "on"),
        ]
    } else {
        &[
            ("fsync", "off"),
            ("synchronous_commit", "off"),
            ("full_page_writes", "off"),
        ]
    };
    for (name, value) in settings.iter().chain(durability) {
        arguments.push("-c".to_owned());
        arguments.push(format!("{name}={value}"));
    }
    arguments
}

/// The setting is a list: a comma or a blank in the path must not end it.
fn quoted(path: &str) -> String {
    format!("\"{}\"", path.replace('"', "\"\""))
}

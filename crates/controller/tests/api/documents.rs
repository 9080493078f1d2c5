//! Documents that name tests.

use std::fs;
use std::path::Path;

/// A promise whose test was renamed or is gone is not shown any more.
#[test]
fn the_tests_that_security_md_names_exist() {
    check("security.md");
}

#[test]
fn the_tests_that_asvs_md_names_exist() {
    check("asvs.md");
}

fn check(name: &str) {
    let crate_folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let document = fs::read_to_string(crate_folder.join("../../docs").join(name)).unwrap();
    let named = document
        .split('`')
        .skip(1)
        .step_by(2)
        .filter_map(|code| code.split_once("::"));
    let mut count = 0;
    for (module, test) in named {
        let file = crate_folder.join(format!("tests/api/{module}.rs"));
        let code = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{module}: {error}"));
        assert!(code.contains(&format!("fn {test}()")), "{module}::{test}");
        count += 1;
    }
    assert!(30 < count, "{count}");
}

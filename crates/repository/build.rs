//! Makes cargo notice a new migration: they are embedded by a macro.
fn main() {
    println!("cargo:rerun-if-changed=../../migrations");
}

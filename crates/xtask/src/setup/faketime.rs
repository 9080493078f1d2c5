//! A clock that can be set without setting the machine's.

use std::fs;

use crate::machine::Machine;

const PACKAGE: &str = "libfaketime";
const LIBRARY: &str = "faketime/libfaketimeMT.so.1";

/// Installs it where that is allowed. The fault checker does without, and says so, where it is not.
pub fn want(machine: &Machine) {
    if is_there() || !machine.can_install() {
        return;
    }
    if let Err(error) = machine.install(&[PACKAGE]) {
        println!("{PACKAGE} cannot be installed, so the fault checker leaves the clock alone: {error:#}");
    }
}

/// Debian keeps it in the folder of the machine's architecture.
fn is_there() -> bool {
    let folders = fs::read_dir("/usr/lib").into_iter().flatten().flatten();
    folders
        .map(|entry| entry.path().join(LIBRARY))
        .any(|path| path.is_file())
}

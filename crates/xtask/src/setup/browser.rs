//! Chromium and a Korean font, which only the browser tests need.

use std::env;
use std::path::PathBuf;

use anyhow::{Result, bail};

use crate::command::{find_program, probe};
use crate::machine::{Machine, Package};

const CHROMIUM: Package = Package {
    apt: &["chromium"],
    dnf: "chromium",
    pacman: "chromium",
    brew: "--cask chromium",
};

const FONT: Package = Package {
    apt: &["fontconfig", "fonts-noto-cjk", "fonts-noto-color-emoji"],
    dnf: "google-noto-sans-cjk-fonts",
    pacman: "noto-fonts-cjk",
    brew: "fontconfig",
};

const NAMES: [&str; 5] = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome-headless-shell",
];

const MAC_APPS: [&str; 2] = [
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/// A usable browser.
pub struct Chromium {
    /// The browser itself.
    pub program: PathBuf,
    /// What it says about itself.
    pub version: String,
}

/// Takes the browser `DAMSO_CHROMIUM` names, else finds one, else installs one.
pub fn find_or_install(machine: &Machine) -> Result<Chromium> {
    if let Some(named) = env::var_os("DAMSO_CHROMIUM") {
        let named = PathBuf::from(named);
        let Some(chromium) = usable(named.clone()) else {
            bail!("DAMSO_CHROMIUM names {}, which does not start", named.display());
        };
        return Ok(chromium);
    }
    machine.find_or_install("Chromium", &CHROMIUM, || {
        let on_path = NAMES.into_iter().filter_map(find_program);
        on_path
            .chain(MAC_APPS.into_iter().map(PathBuf::from))
            .find_map(usable)
    })
}

/// Ubuntu's package is a stub without its snap, so that only an answer counts.
fn usable(program: PathBuf) -> Option<Chromium> {
    let version = probe(&program, &["--version"])?.trim().to_owned();
    Some(Chromium { program, version })
}

/// Without one, screenshots would show boxes and texts would have other widths.
pub fn need_korean_font(machine: &Machine) -> Result<()> {
    // macOS always has one.
    if env::consts::OS == "macos" {
        return Ok(());
    }
    machine.find_or_install("A Korean font", &FONT, || {
        probe("fc-list", &[":lang=ko"])
            .filter(|fonts| !fonts.trim().is_empty())
            .map(drop)
    })
}

//! Seconds of random input for each reader. The seed of the random numbers is printed; `DAMSO_SEED` chooses another,
//! `DAMSO_FUZZ_SECS` how long. For hours there is `cargo fuzz` (CONTRIBUTING.md).
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::time::{Duration, Instant};

use damso_fuzz::Target;
use fastrand::Rng;

const SEED: u64 = 1;
const SECS: u64 = 5;
/// Inputs grow and shrink between nothing and this.
const MOST_BYTES: usize = 32 << 10;
/// Inputs that are kept to be changed further.
const MOST_KEPT: usize = 256;

#[test]
fn frames() {
    try_out(damso_fuzz::FRAME);
}

#[test]
fn texts() {
    try_out(damso_fuzz::TEXT);
}

#[test]
fn markup() {
    try_out(damso_fuzz::MARKUP);
}

#[test]
fn cursors() {
    try_out(damso_fuzz::CURSOR);
}

#[test]
fn images() {
    try_out(damso_fuzz::IMAGE);
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

#[expect(clippy::print_stdout, reason = "the seed repeats a run that failed")]
fn try_out(target: Target) {
    let seed = number("DAMSO_SEED").unwrap_or(SEED);
    let duration = Duration::from_secs(number("DAMSO_FUZZ_SECS").unwrap_or(SECS));
    let mut rng = Rng::with_seed(seed);
    let mut kept = (target.seeds)();
    for input in &kept {
        run(target, input);
    }
    let (begun, mut tried) = (Instant::now(), 0_u64);
    while begun.elapsed() < duration {
        let input = changed(&kept, &mut rng);
        run(target, &input);
        tried += 1;
        // A change upon a change leads further than one alone.
        if rng.u8(..8) == 0 {
            if kept.len() < MOST_KEPT {
                kept.push(input);
            } else {
                let first = (target.seeds)().len();
                let place = rng.usize(first..MOST_KEPT);
                kept[place] = input;
            }
        }
    }
    println!("{}: {tried} inputs, DAMSO_SEED={seed}", target.name);
    assert!(tried > 0);
}

#[expect(clippy::print_stdout, reason = "the input is what is needed to mend it")]
fn run(target: Target, input: &[u8]) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| (target.run)(input))) {
        println!("{} fails with {}", target.name, input.escape_ascii());
        resume_unwind(panic);
    }
}

/// One of the inputs, with some changes.
fn changed(kept: &[Vec<u8>], rng: &mut Rng) -> Vec<u8> {
    let mut input = kept[rng.usize(..kept.len())].clone();
    for _ in 0..rng.usize(1..6) {
        let at = rng.usize(..=input.len());
        let end = (at + rng.usize(..=16)).min(input.len());
        match rng.u8(..8) {
            0 => input.truncate(at),
            1 => drop(input.drain(at..end)),
            2 => drop(input.splice(at..at, interesting(rng).iter().copied())),
            3 => {
                let piece = input[at..end].to_vec();
                input.splice(at..at, piece.repeat(rng.usize(1..40)));
            }
            4 => {
                let other = &kept[rng.usize(..kept.len())];
                let from = rng.usize(..=other.len());
                let to = (from + rng.usize(..=64)).min(other.len());
                drop(input.splice(at..end, other[from..to].iter().copied()));
            }
            5 if at < input.len() => input[at] ^= 1 << rng.u8(..8),
            6 if at < input.len() => input[at] = rng.u8(..),
            _ => input.insert(at, rng.u8(..)),
        }
    }
    input.truncate(MOST_BYTES);
    input
}

/// What readers stumble over.
fn interesting(rng: &mut Rng) -> &'static [u8] {
    const PIECES: [&[u8]; 14] = [
        b"\0",
        b"\"",
        b"\\u0000",
        b"{",
        b"]",
        b"null",
        b"-1",
        b"9223372036854775808",
        b"\xff\xff\xff\xff",
        b"\x7f\xff\xff\xff",
        "\u{200d}".as_bytes(),
        "\u{301}".as_bytes(),
        "\u{202e}".as_bytes(),
        "ㄱ".as_bytes(),
    ];
    PIECES[rng.usize(..PIECES.len())]
}

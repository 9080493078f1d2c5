#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| (damso_fuzz::MARKUP.run)(input));

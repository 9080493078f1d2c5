//! A soft sound of two notes.

use web_sys::{AudioContext, OscillatorType};

/// Frequencies in hertz: E5 and B5, a fifth apart.
const NOTES: [f32; 2] = [659.3, 987.8];
/// Seconds between the two.
const APART: f64 = 0.09;
/// Seconds each is heard.
const LASTS: f64 = 0.32;
const LOUDNESS: f32 = 0.05;

/// Plays it, where the browser lets a page be heard: mostly after something was pressed in it.
pub fn chime() {
    // A browser without it stays silent.
    let _ = try_chime();
}

fn try_chime() -> Result<(), wasm_bindgen::JsValue> {
    let context = AudioContext::new()?;
    let start = context.current_time();
    for (at, frequency) in NOTES.into_iter().enumerate() {
        let begin = start + APART * at as f64;
        let (note, volume) = (context.create_oscillator()?, context.create_gain()?);
        note.set_type(OscillatorType::Sine);
        note.frequency().set_value(frequency);
        volume.gain().set_value_at_time(LOUDNESS, begin)?;
        volume
            .gain()
            .exponential_ramp_to_value_at_time(0.000_1, begin + LASTS)?;
        note.connect_with_audio_node(&volume)?;
        volume.connect_with_audio_node(&context.destination())?;
        note.start_with_when(begin)?;
        note.stop_with_when(begin + LASTS)?;
    }
    // It is given back once it has been heard.
    leptos::prelude::set_timeout(
        move || drop(context.close()),
        std::time::Duration::from_secs_f64(APART + LASTS + 0.2),
    );
    Ok(())
}

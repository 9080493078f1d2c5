//! The colour that stands in for a picture until it is loaded.

/// The average colour of a thumbhash in base64: its first three bytes are all that takes.
pub fn average_colour(thumbhash: &str) -> Option<[u8; 3]> {
    let header = first_three_bytes(thumbhash)?;
    let part = |shift: u32| f64::from((header >> shift) & 63);
    let luminance = part(0) / 63.0;
    let p = part(6) / 31.5 - 1.0;
    let q = part(12) / 31.5 - 1.0;
    let blue = luminance - 2.0 / 3.0 * p;
    let red = f64::midpoint(3.0 * luminance - blue, q);
    let green = red - q;
    Some([red, green, blue].map(|share| (share.clamp(0.0, 1.0) * 255.0).round() as u8))
}

/// Four letters of base64 hold three bytes, the first one lowest in the header.
fn first_three_bytes(text: &str) -> Option<u32> {
    let mut bits = 0;
    for letter in text.as_bytes().get(..4)? {
        bits = (bits << 6) | u32::from(sextet(*letter)?);
    }
    let [_, first, second, third] = bits.to_be_bytes();
    Some(u32::from_le_bytes([first, second, third, 0]))
}

const fn sextet(letter: u8) -> Option<u8> {
    match letter {
        b'A'..=b'Z' => Some(letter - b'A'),
        b'a'..=b'z' => Some(letter - b'a' + 26),
        b'0'..=b'9' => Some(letter - b'0' + 52),
        b'+' | b'-' => Some(62),
        b'/' | b'_' => Some(63),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::average_colour;

    #[test]
    fn colours_are_read_from_the_header() {
        // All bits of luminance set, both differences in the middle: close to white.
        let white = average_colour("P/gB").expect("a header");
        assert!(white.iter().all(|part| 240 < *part), "{white:?}");
        // Nothing set: no light, and differences that clamp to a colour all the same.
        assert!(average_colour("AAAA").is_some());
        assert_eq!(average_colour("AA"), None);
        assert_eq!(average_colour("*AAA"), None);
    }
}

//! Points in time, with the precision that the wire and the database share.

use std::time::Duration;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A point in time in UTC with millisecond precision. On the wire RFC 3339: `2026-11-23T09:30:00.000Z`.
///
/// Milliseconds, because that is what clients are shown: a value that went through the database or the
/// wire equals the one that was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp {
    millis: i64,
}

impl Timestamp {
    /// The clock of this machine.
    pub fn now() -> Self {
        clock::now()
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub const fn as_millis(self) -> i64 {
        self.millis
    }

    /// `None` when the number is outside what a date can be.
    pub fn from_millis(millis: i64) -> Option<Self> {
        (clock::MIN..=clock::MAX)
            .contains(&millis)
            .then_some(Self { millis })
    }

    /// This much later; the end of time when it would lie beyond.
    #[must_use]
    pub fn after(self, duration: Duration) -> Self {
        let millis = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        Self {
            millis: self.millis.saturating_add(millis).min(clock::MAX),
        }
    }

    /// This much earlier; the beginning of time when it would lie before.
    #[must_use]
    pub fn before(self, duration: Duration) -> Self {
        let millis = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        Self {
            millis: self.millis.saturating_sub(millis).max(clock::MIN),
        }
    }
}

/// Outside a browser a library knows the calendar.
#[cfg(not(target_arch = "wasm32"))]
mod clock {
    use super::Timestamp;

    /// The first millisecond of the year -9999, a day in, as the library has it.
    pub(super) const MIN: i64 = -377_705_023_201_000;
    /// The last one of the year 9999, a day short.
    pub(super) const MAX: i64 = 253_402_207_200_999;

    pub(super) fn now() -> Timestamp {
        Timestamp::from_jiff(jiff::Timestamp::now())
    }

    pub(super) fn parse(raw: &str) -> Option<Timestamp> {
        raw.parse::<jiff::Timestamp>().ok().map(Timestamp::from_jiff)
    }

    impl Timestamp {
        /// Drops what is finer than a millisecond.
        pub fn from_jiff(time: jiff::Timestamp) -> Self {
            Self {
                millis: time.as_millisecond().clamp(MIN, MAX),
            }
        }

        /// For the database's types.
        pub fn as_jiff(self) -> jiff::Timestamp {
            // Every value is within the bounds, which are the library's own.
            jiff::Timestamp::from_millisecond(self.millis).unwrap_or(jiff::Timestamp::UNIX_EPOCH)
        }
    }

    impl std::fmt::Display for Timestamp {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            write!(f, "{:.3}", self.as_jiff())
        }
    }
}

/// In a browser the engine does: the library would take a tenth of the client.
#[cfg(target_arch = "wasm32")]
mod clock {
    use super::Timestamp;

    /// The bounds of ECMAScript's `Date` (ECMA-262 §21.4.1.1).
    pub(super) const MIN: i64 = -8_640_000_000_000_000;
    pub(super) const MAX: i64 = 8_640_000_000_000_000;

    #[expect(
        clippy::cast_possible_truncation,
        reason = "a `Date` holds whole milliseconds within 54 bits"
    )]
    fn from_js(millis: f64) -> Option<Timestamp> {
        if millis.is_finite() {
            Timestamp::from_millis(millis as i64)
        } else {
            None
        }
    }

    pub(super) fn now() -> Timestamp {
        from_js(js_sys::Date::now()).unwrap_or(Timestamp { millis: 0 })
    }

    pub(super) fn parse(raw: &str) -> Option<Timestamp> {
        from_js(js_sys::Date::parse(raw))
    }

    impl std::fmt::Display for Timestamp {
        #[expect(
            clippy::cast_precision_loss,
            reason = "within the bounds of `Date` nothing is lost"
        )]
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            let date = js_sys::Date::new(&js_sys::wasm_bindgen::JsValue::from_f64(self.millis as f64));
            f.write_str(&String::from(date.to_iso_string()))
        }
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = String::deserialize(deserializer)?;
        clock::parse(&raw).ok_or_else(|| D::Error::custom("expected a time such as 2026-11-23T09:30:00.000Z"))
    }
}

crate::lean::read_from_text!(Timestamp, clock::parse);

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for Timestamp {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
            .description(Some("RFC 3339, UTC, milliseconds"))
            .examples(["2026-11-23T09:30:00.000Z"])
            .into()
    }
}

#[cfg(feature = "openapi")]
impl utoipa::ToSchema for Timestamp {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bounds_are_the_calendar_s() {
        assert_eq!(jiff::Timestamp::MIN.as_millisecond(), clock::MIN);
        assert_eq!(jiff::Timestamp::MAX.as_millisecond(), clock::MAX);
        let now = Timestamp::now();
        assert_eq!(Timestamp::from_jiff(now.as_jiff()), now);
        assert_eq!(now.after(Duration::MAX).as_millis(), clock::MAX);
    }

    #[test]
    fn travels_as_rfc_3339_with_milliseconds() {
        let time: Timestamp = serde_json::from_str("\"2026-11-23T18:30:00.1239+09:00\"").unwrap();
        assert_eq!(
            serde_json::to_string(&time).unwrap(),
            "\"2026-11-23T09:30:00.123Z\""
        );
        let whole: Timestamp = serde_json::from_str("\"2026-11-23T09:30:00Z\"").unwrap();
        assert_eq!(
            serde_json::to_string(&whole).unwrap(),
            "\"2026-11-23T09:30:00.000Z\""
        );
    }
}

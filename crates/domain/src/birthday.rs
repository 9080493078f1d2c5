//! Birthdays, and when they come.

use std::fmt;
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::conversation::stored_enum;

stored_enum!(
    /// Who is told somebody's birthday.
    BirthdayVisibility {
        /// Those who keep them as a friend.
        Friends = "friends",
        /// Nobody.
        Nobody = "nobody",
    }
);

/// A day of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CalendarDay {
    year: i16,
    day: MonthDay,
}

/// A day that comes each year: `MM-DD`. In years without one, 29 February counts as 28 February.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MonthDay {
    month: u8,
    day: u8,
}

/// The day on which somebody was born, with or without the year: `YYYY-MM-DD` or `MM-DD`. Nobody but its owner is told
/// the year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Birthday {
    year: Option<i16>,
    day: MonthDay,
}

/// Why a text is no birthday.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BirthdayError {
    /// Neither `YYYY-MM-DD` nor `MM-DD`, or a day that the calendar does not have.
    #[error("has to be a day such as 1990-03-05, or 03-05 without the year")]
    NoDay,
    /// Before 1900, or still to come.
    #[error("the year has to be 1900 or later, and the day must not be in the future")]
    OutOfRange,
}

impl CalendarDay {
    /// `None` for a day that the calendar does not have.
    pub fn new(year: i16, month: u8, day: u8) -> Option<Self> {
        let found = MonthDay::new(month, day)?;
        (day <= days_in(year, month)).then_some(Self { year, day: found })
    }

    /// The year.
    pub const fn year(self) -> i16 {
        self.year
    }

    /// The latest day that it is anywhere on Earth.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn latest(now: crate::Timestamp) -> Self {
        const FARTHEST_EAST: std::time::Duration = std::time::Duration::from_hours(14);
        let date = now
            .after(FARTHEST_EAST)
            .as_jiff()
            .to_zoned(jiff::tz::TimeZone::UTC)
            .date();
        let (month, day) = (date.month().unsigned_abs(), date.day().unsigned_abs());
        Self {
            year: date.year(),
            day: MonthDay { month, day },
        }
    }

    /// The first, from 1, is 1 January.
    fn number_in_year(self) -> u16 {
        let before = (1..self.day.month).map(|month| u16::from(days_in(self.year, month)));
        before.sum::<u16>() + u16::from(self.day.day)
    }
}

impl MonthDay {
    /// `None` for a day that no year has.
    pub fn new(month: u8, day: u8) -> Option<Self> {
        let is_day = (1..=12).contains(&month) && (1..=days_in(LEAP_YEAR, month)).contains(&day);
        is_day.then_some(Self { month, day })
    }

    /// 1 to 12.
    pub const fn month(self) -> u8 {
        self.month
    }

    /// 1 to 31.
    pub const fn day(self) -> u8 {
        self.day
    }

    /// The day in this year on which it is celebrated.
    fn in_year(self, year: i16) -> CalendarDay {
        let day = self.day.min(days_in(year, self.month));
        CalendarDay {
            year,
            day: Self { day, ..self },
        }
    }

    /// In how many days it comes; 0 when it is today.
    pub fn days_until(self, today: CalendarDay) -> u16 {
        let this_year = self.in_year(today.year);
        if today <= this_year {
            return this_year.number_in_year() - today.number_in_year();
        }
        let last = CalendarDay {
            year: today.year,
            day: Self { month: 12, day: 31 },
        };
        let left = last.number_in_year() - today.number_in_year();
        left + self.in_year(today.year.saturating_add(1)).number_in_year()
    }
}

impl Birthday {
    /// The earliest year.
    pub const FIRST_YEAR: i16 = 1900;

    /// Reads a birthday that is not later than `latest`.
    ///
    /// # Errors
    ///
    /// [`BirthdayError`] says what is wrong.
    pub fn parse(raw: &str, latest: CalendarDay) -> Result<Self, BirthdayError> {
        let birthday: Self = raw.trim().parse()?;
        let is_within = birthday.year.is_none_or(|year| {
            let born = CalendarDay {
                year,
                day: birthday.day,
            };
            Self::FIRST_YEAR <= year && born <= latest
        });
        if is_within {
            Ok(birthday)
        } else {
            Err(BirthdayError::OutOfRange)
        }
    }

    /// The year, if it is told.
    pub const fn year(self) -> Option<i16> {
        self.year
    }

    /// The day that comes each year.
    pub const fn day(self) -> MonthDay {
        self.day
    }
}

/// Every year has the days of this one, or fewer.
const LEAP_YEAR: i16 = 2000;

const fn days_in(year: i16, month: u8) -> u8 {
    let is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if is_leap => 29,
        2 => 28,
        _ => 31,
    }
}

/// Two digits, and nothing else that numbers can be written with.
fn two_digits(raw: &str) -> Option<u8> {
    let is_plain = raw.len() == 2 && raw.bytes().all(|byte| byte.is_ascii_digit());
    raw.parse().ok().filter(|_| is_plain)
}

impl FromStr for MonthDay {
    type Err = BirthdayError;

    fn from_str(raw: &str) -> Result<Self, Self::Err> {
        let (month, day) = raw.split_once('-').ok_or(BirthdayError::NoDay)?;
        let both = two_digits(month).zip(two_digits(day));
        both.and_then(|(month, day)| Self::new(month, day))
            .ok_or(BirthdayError::NoDay)
    }
}

impl FromStr for Birthday {
    type Err = BirthdayError;

    /// Reads what was stored or told; [`Birthday::parse`] is for what people write.
    fn from_str(raw: &str) -> Result<Self, Self::Err> {
        let Some((year, day)) = raw.split_at_checked(4).filter(|_| raw.len() == 10) else {
            return Ok(Self {
                year: None,
                day: raw.parse()?,
            });
        };
        let is_plain = year.bytes().all(|byte| byte.is_ascii_digit());
        let year: i16 = year
            .parse()
            .ok()
            .filter(|_| is_plain)
            .ok_or(BirthdayError::NoDay)?;
        let day: MonthDay = day.strip_prefix('-').ok_or(BirthdayError::NoDay)?.parse()?;
        CalendarDay::new(year, day.month, day.day).ok_or(BirthdayError::NoDay)?;
        Ok(Self {
            year: Some(year),
            day,
        })
    }
}

impl fmt::Display for MonthDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}-{:02}", self.month, self.day)
    }
}

impl fmt::Display for Birthday {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.year {
            Some(year) => write!(f, "{year:04}-{}", self.day),
            None => self.day.fmt(f),
        }
    }
}

macro_rules! text {
    ($name:ident, $example:literal, $pattern:literal) => {
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?
                    .parse()
                    .map_err(D::Error::custom)
            }
        }

        const _: () = {
            fn parse(raw: &str) -> Option<$name> {
                raw.parse().ok()
            }
            crate::lean::read_from_text!($name, parse);
        };

        #[cfg(feature = "openapi")]
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                use utoipa::openapi::schema::{ObjectBuilder, Type};
                ObjectBuilder::new()
                    .schema_type(Type::String)
                    .pattern(Some($pattern))
                    .examples([$example])
                    .into()
            }
        }

        #[cfg(feature = "openapi")]
        impl utoipa::ToSchema for $name {}
    };
}

text!(MonthDay, "03-05", "^[0-9]{2}-[0-9]{2}$");
text!(Birthday, "1990-03-05", "^([0-9]{4}-)?[0-9]{2}-[0-9]{2}$");

#[cfg(test)]
mod tests {
    use super::*;

    fn day(year: i16, month: u8, day: u8) -> CalendarDay {
        CalendarDay::new(year, month, day).unwrap()
    }

    #[test]
    fn a_birthday_is_a_day_that_there_was() {
        let today = day(2026, 11, 27);
        for (raw, expected) in [
            ("03-05", Ok("03-05")),
            (" 1990-03-05 ", Ok("1990-03-05")),
            ("02-29", Ok("02-29")),
            ("2000-02-29", Ok("2000-02-29")),
            ("2026-11-27", Ok("2026-11-27")),
            ("1900-01-01", Ok("1900-01-01")),
            ("2026-11-28", Err(BirthdayError::OutOfRange)),
            ("1899-12-31", Err(BirthdayError::OutOfRange)),
            ("9999-01-01", Err(BirthdayError::OutOfRange)),
            ("2001-02-29", Err(BirthdayError::NoDay)),
            ("1900-02-29", Err(BirthdayError::NoDay)),
            ("02-30", Err(BirthdayError::NoDay)),
            ("04-31", Err(BirthdayError::NoDay)),
            ("00-10", Err(BirthdayError::NoDay)),
            ("13-01", Err(BirthdayError::NoDay)),
            ("01-00", Err(BirthdayError::NoDay)),
            ("3-5", Err(BirthdayError::NoDay)),
            ("+3-05", Err(BirthdayError::NoDay)),
            ("90-03-05", Err(BirthdayError::NoDay)),
            ("+990-03-05", Err(BirthdayError::NoDay)),
            ("1990/03/05", Err(BirthdayError::NoDay)),
            ("1990-03-05-", Err(BirthdayError::NoDay)),
            ("가나-다라", Err(BirthdayError::NoDay)),
            ("가나다라", Err(BirthdayError::NoDay)),
            ("", Err(BirthdayError::NoDay)),
        ] {
            let parsed = Birthday::parse(raw, today).map(|birthday| birthday.to_string());
            assert_eq!(parsed, expected.map(str::to_owned), "{raw}");
        }
    }

    #[test]
    fn the_latest_day_is_that_of_the_farthest_east() {
        let at = |raw: &str| CalendarDay::latest(serde_json::from_value(raw.into()).unwrap());
        assert_eq!(at("2026-12-31T09:59:59.999Z"), day(2026, 12, 31));
        assert_eq!(at("2026-12-31T10:00:00.000Z"), day(2027, 1, 1));
    }

    #[test]
    fn it_comes_each_year_and_on_28_february_where_there_is_no_29th() {
        for (birthday, today, expected) in [
            ("11-27", day(2026, 11, 27), 0),
            ("11-28", day(2026, 11, 27), 1),
            ("11-26", day(2026, 11, 27), 364),
            ("01-01", day(2026, 12, 31), 1),
            ("01-03", day(2026, 12, 28), 6),
            ("12-31", day(2027, 1, 1), 364),
            ("02-29", day(2026, 2, 28), 0),
            ("02-29", day(2026, 2, 27), 1),
            ("02-29", day(2026, 3, 1), 364),
            ("02-29", day(2028, 2, 28), 1),
            ("02-29", day(2028, 2, 29), 0),
            ("02-28", day(2028, 2, 29), 365),
            ("02-29", day(2027, 3, 1), 365),
            ("03-01", day(2028, 2, 28), 2),
        ] {
            let birthday: MonthDay = birthday.parse().unwrap();
            assert_eq!(birthday.days_until(today), expected, "{birthday} on {today:?}");
        }
    }
}

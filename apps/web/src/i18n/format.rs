//! Dates, times and sizes as the browser writes them in the current language: no tables in the bundle.

use std::cell::RefCell;

use damso_domain::{CalendarDay, Locale, MonthDay, Timestamp};
use js_sys::{Array, Date, Function, Intl::DateTimeFormat, Intl::RelativeTimeFormat, Object, Reflect};
use wasm_bindgen::JsValue;

use super::locale;

/// Which parts of a point in time are written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    /// 오후 2:41
    Time,
    /// 11월 22일 일요일
    Day,
    /// 2025년 11월 22일 토요일
    DayOfYear,
    /// 11월 18일
    ShortDate,
    /// 2025. 11. 18.
    ShortDateOfYear,
    /// 금요일
    Weekday,
    /// 3월 5일
    MonthDay,
    /// 3월
    Month,
    /// 2026년 11월
    MonthOfYear,
    /// 2026년 11월 18일
    LongDate,
    /// 2026년 11월 18일 오후 2:41
    LongMoment,
}

impl Style {
    const fn options(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Time => &[("hour", "numeric"), ("minute", "2-digit")],
            Self::Day => &[("month", "long"), ("day", "numeric"), ("weekday", "long")],
            Self::DayOfYear => &[
                ("year", "numeric"),
                ("month", "long"),
                ("day", "numeric"),
                ("weekday", "long"),
            ],
            Self::ShortDate => &[("month", "short"), ("day", "numeric")],
            Self::ShortDateOfYear => &[("year", "numeric"), ("month", "numeric"), ("day", "numeric")],
            Self::Weekday => &[("weekday", "long")],
            Self::MonthDay => &[("month", "long"), ("day", "numeric")],
            Self::Month => &[("month", "long")],
            Self::MonthOfYear => &[("year", "numeric"), ("month", "long")],
            Self::LongDate => &[("year", "numeric"), ("month", "long"), ("day", "numeric")],
            Self::LongMoment => &[
                ("year", "numeric"),
                ("month", "long"),
                ("day", "numeric"),
                ("hour", "numeric"),
                ("minute", "2-digit"),
            ],
        }
    }
}

/// A formatter is slow to make and fast to use; a list of chats uses one a hundred times.
type Cached = (Locale, Style, Function);

thread_local! {
    static FORMATTERS: RefCell<Vec<Cached>> = const { RefCell::new(Vec::new()) };
}

/// The time of day: 오후 2:41, 2:41 PM.
pub fn time_of_day(time: Timestamp) -> String {
    write(Style::Time, &date(time))
}

/// The heading of a day of messages, with the year when it is not this one.
pub fn day_heading(time: Timestamp) -> String {
    let date = date(time);
    let style = if is_this_year(&date) {
        Style::Day
    } else {
        Style::DayOfYear
    };
    write(style, &date)
}

/// For lists: the time today, then yesterday, the weekday, the date.
pub fn list_time(time: Timestamp) -> String {
    let date = date(time);
    match days_ago(&date) {
        ..=0 => write(Style::Time, &date),
        1 => yesterday(),
        2..=6 => write(Style::Weekday, &date),
        _ if is_this_year(&date) => write(Style::ShortDate, &date),
        _ => write(Style::ShortDateOfYear, &date),
    }
}

/// A day in full: 2026년 11월 18일.
pub fn long_date(time: Timestamp) -> String {
    write(Style::LongDate, &date(time))
}

/// A day that comes each year: 3월 5일.
pub fn month_day(day: MonthDay) -> String {
    write(Style::MonthDay, &in_leap_year(day))
}

/// A month, from 1: 3월.
pub fn month(number: u8) -> String {
    MonthDay::new(number, 1).map_or_else(String::new, |first| write(Style::Month, &in_leap_year(first)))
}

/// A year that has every day.
fn in_leap_year(day: MonthDay) -> Date {
    Date::new_with_year_month_day(2000, i32::from(day.month()) - 1, i32::from(day.day()))
}

/// What day it is in this place; `None` beyond what a calendar has.
pub fn today() -> Option<CalendarDay> {
    let now = Date::new_0();
    let year = i16::try_from(now.get_full_year()).ok()?;
    let (month, day) = (
        u8::try_from(now.get_month() + 1).ok()?,
        u8::try_from(now.get_date()).ok()?,
    );
    CalendarDay::new(year, month, day)
}

/// When something happened, with its time of day where that still says something.
pub fn moment(time: Timestamp) -> String {
    let date = date(time);
    match days_ago(&date) {
        ..=0 => write(Style::Time, &date),
        1 => format!("{} {}", yesterday(), write(Style::Time, &date)),
        _ => write(Style::LongDate, &date),
    }
}

/// A day and its time in full.
pub fn long_moment(time: Timestamp) -> String {
    write(Style::LongMoment, &date(time))
}

/// For programs: what `datetime` of a `<time>` says.
pub fn machine(time: Timestamp) -> String {
    date(time).to_iso_string().into()
}

/// How long ago something was, for as long as that says more than its date: 3분 전, 어제, 지난주.
pub fn ago(time: Timestamp) -> String {
    let seconds = (Timestamp::now().as_millis() - time.as_millis()) / 1_000;
    let days = days_ago(&date(time));
    let (count, unit) = match seconds {
        // A server's clock may be ahead of this one.
        ..60 => (0, "second"),
        60..3_600 => (seconds / 60, "minute"),
        3_600.. if seconds < 86_400 && days == 0 => (seconds / 3_600, "hour"),
        _ if days <= 30 => (days, "day"),
        _ => return long_date(time),
    };
    let format = RelativeTimeFormat::new(&Array::of1(&JsValue::from_str(tag(locale()))), &automatic());
    format.format(-(count as f64), unit).into()
}

/// "yesterday" instead of "1 day ago".
fn automatic() -> Object {
    let options = Object::new();
    // Setting a property of a plain object cannot fail.
    let _ = Reflect::set(
        &options,
        &JsValue::from_str("numeric"),
        &JsValue::from_str("auto"),
    );
    options
}

/// When somebody was last seen.
pub fn last_seen(time: Timestamp) -> String {
    let friends = &super::texts().friends;
    let minutes = (Timestamp::now().as_millis() - time.as_millis()) / 60_000;
    match minutes {
        ..1 => friends.seen_now.to_owned(),
        1..60 => (friends.seen_minutes)(minutes),
        60..1_440 => (friends.seen_hours)(minutes / 60),
        _ => (friends.seen_on)(&list_time(time)),
    }
}

/// The month with its year: 2026년 11월.
pub fn month_of_year(time: Timestamp) -> String {
    write(Style::MonthOfYear, &date(time))
}

/// Whether two points in time lie on the same day here.
pub fn is_same_day(one: Timestamp, other: Timestamp) -> bool {
    day_number(&date(one)) == day_number(&date(other))
}

/// A whole number as people read it: 3,118.
pub fn number(value: i64) -> String {
    js_sys::Number::from(value as f64)
        .to_locale_string(tag(locale()))
        .into()
}

/// Bytes as people read them: 2.4 MB.
pub fn file_size(bytes: i64) -> String {
    const UNITS: [&str; 4] = ["KB", "MB", "GB", "TB"];
    if bytes < 1_000 {
        return format!("{} B", bytes.max(0));
    }
    let mut size = bytes as f64 / 1_000.0;
    let mut unit = 0;
    // 999.96 would read 1000.0 in its unit and 1.0 in the next.
    while 999.5 <= size && unit + 1 < UNITS.len() {
        size /= 1_000.0;
        unit += 1;
    }
    let unit = UNITS[unit];
    if size < 9.95 {
        format!("{size:.1} {unit}")
    } else {
        format!("{size:.0} {unit}")
    }
}

fn date(time: Timestamp) -> Date {
    Date::new(&JsValue::from_f64(time.as_millis() as f64))
}

fn is_this_year(date: &Date) -> bool {
    date.get_full_year() == Date::new_0().get_full_year()
}

/// Days by the calendar of this place, not spans of 24 hours.
fn days_ago(date: &Date) -> i64 {
    day_number(&Date::new_0()) - day_number(date)
}

/// Days since 1970 in the time zone of this place.
fn day_number(date: &Date) -> i64 {
    let local_millis = date.get_time() - date.get_timezone_offset() * 60_000.0;
    (local_millis / 86_400_000.0).floor() as i64
}

fn yesterday() -> String {
    match locale() {
        Locale::Ko => "어제".to_owned(),
        Locale::En => "Yesterday".to_owned(),
    }
}

fn write(style: Style, date: &Date) -> String {
    let format = formatter(locale(), style);
    // It throws only for a date that is none, which a `Timestamp` is not.
    format
        .call1(&JsValue::UNDEFINED, date)
        .ok()
        .and_then(|text| text.as_string())
        .unwrap_or_default()
}

fn formatter(locale: Locale, style: Style) -> Function {
    FORMATTERS.with_borrow_mut(|formatters| {
        if let Some((.., format)) = formatters
            .iter()
            .find(|known| known.0 == locale && known.1 == style)
        {
            return format.clone();
        }
        let format = new_formatter(locale, style);
        formatters.push((locale, style, format.clone()));
        format
    })
}

fn new_formatter(locale: Locale, style: Style) -> Function {
    let options = Object::new();
    for (name, value) in style.options() {
        // Setting a property of a plain object cannot fail.
        let _ = Reflect::set(&options, &JsValue::from_str(name), &JsValue::from_str(value));
    }
    DateTimeFormat::new(&Array::of1(&JsValue::from_str(tag(locale))), &options).format()
}

const fn tag(locale: Locale) -> &'static str {
    match locale {
        Locale::Ko => "ko-KR",
        Locale::En => "en",
    }
}

#[cfg(test)]
mod tests {
    use super::file_size;

    #[test]
    fn sizes_read_like_sizes() {
        for (bytes, expected) in [
            (-1, "0 B"),
            (0, "0 B"),
            (999, "999 B"),
            (1_000, "1.0 KB"),
            (2_411_724, "2.4 MB"),
            (9_960_000, "10 MB"),
            (104_857_600, "105 MB"),
            (999_600, "1.0 MB"),
            (12_000_000_000, "12 GB"),
        ] {
            assert_eq!(file_size(bytes), expected, "{bytes}");
        }
    }
}

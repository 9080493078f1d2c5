//! When I was born: three lists, of which the year may be left open.

use damso_domain::{Birthday, CalendarDay};
use leptos::prelude::*;

use crate::i18n::{format, reach};

/// What is chosen; 0 where nothing is.
#[derive(Clone, Copy)]
pub(super) struct BirthdayChoice {
    year: RwSignal<i16>,
    month: RwSignal<u8>,
    day: RwSignal<u8>,
}

/// What a choice comes to.
pub(super) enum Chosen {
    Nothing,
    Day(Birthday),
    /// Only a part of a day is chosen.
    Incomplete,
    /// There is no such day, or it has not come yet.
    Wrong,
}

impl BirthdayChoice {
    pub(super) fn new(birthday: Option<Birthday>) -> Self {
        Self {
            year: RwSignal::new(birthday.and_then(Birthday::year).unwrap_or(0)),
            month: RwSignal::new(birthday.map_or(0, |birthday| birthday.day().month())),
            day: RwSignal::new(birthday.map_or(0, |birthday| birthday.day().day())),
        }
    }

    pub(super) fn get(self) -> Chosen {
        let (year, month, day) = (self.year.get(), self.month.get(), self.day.get());
        if month == 0 && day == 0 {
            return if year == 0 {
                Chosen::Nothing
            } else {
                Chosen::Incomplete
            };
        }
        if month == 0 || day == 0 {
            return Chosen::Incomplete;
        }
        let text = match year {
            0 => format!("{month:02}-{day:02}"),
            _ => format!("{year:04}-{month:02}-{day:02}"),
        };
        match format::today().map(|today| Birthday::parse(&text, today)) {
            Some(Ok(birthday)) => Chosen::Day(birthday),
            _ => Chosen::Wrong,
        }
    }

    pub(super) fn track(self) {
        self.year.track();
        self.month.track();
        self.day.track();
    }

    /// Whether this is what is chosen.
    pub(super) fn is(self, birthday: Option<Birthday>) -> bool {
        match self.get() {
            Chosen::Nothing => birthday.is_none(),
            Chosen::Day(chosen) => birthday == Some(chosen),
            Chosen::Incomplete | Chosen::Wrong => false,
        }
    }

    /// What is wrong, in words.
    pub(super) fn error(self) -> Option<String> {
        match self.get() {
            Chosen::Nothing | Chosen::Day(_) => None,
            Chosen::Incomplete => Some(reach().born_incomplete.to_owned()),
            Chosen::Wrong => Some(reach().born_wrong.to_owned()),
        }
    }
}

#[component]
pub(super) fn BirthdayField(
    choice: BirthdayChoice,
    /// What is wrong, once that is to be said.
    #[prop(into)]
    error: Signal<Option<String>>,
) -> impl IntoView {
    let this_year = format::today().map_or(Birthday::FIRST_YEAR, CalendarDay::year);
    let years = move || {
        (Birthday::FIRST_YEAR..=this_year)
            .rev()
            .map(|year| (year, (reach().year)(year)))
            .collect::<Vec<_>>()
    };
    let months = || {
        (1..=12)
            .map(|month| (month, format::month(month)))
            .collect::<Vec<_>>()
    };
    let days = || (1..=31).map(|day| (day, (reach().day)(day))).collect::<Vec<_>>();
    view! {
        <fieldset class="field birthday" class=("field--wrong", move || error.with(Option::is_some))>
            <legend class="field__label">{move || reach().born}</legend>
            <div class="birthday__lists">
                <List
                    label=move || reach().born_year
                    none=move || reach().born_no_year
                    options=Signal::derive(years)
                    chosen=choice.year
                />
                <List
                    label=move || reach().born_month
                    none=move || reach().born_month
                    options=Signal::derive(months)
                    chosen=choice.month
                />
                <List
                    label=move || reach().born_day
                    none=move || reach().born_day
                    options=Signal::derive(days)
                    chosen=choice.day
                />
            </div>
            <div class="field__note" aria-live="polite">
                {move || match error.get() {
                    Some(error) => view! { <span class="field__error">{error}</span> }.into_any(),
                    None => view! { <span>{reach().born_hint}</span> }.into_any(),
                }}
            </div>
        </fieldset>
    }
}

/// One of the three.
#[component]
fn List<T>(
    #[prop(into)] label: Signal<String>,
    /// The first line: nothing is chosen.
    #[prop(into)]
    none: Signal<String>,
    options: Signal<Vec<(T, String)>>,
    chosen: RwSignal<T>,
) -> impl IntoView
where
    T: Copy + Default + PartialEq + ToString + std::str::FromStr + Send + Sync + 'static,
{
    view! {
        <span class="field__box birthday__box">
            <select
                class="field__input birthday__list"
                aria-label=move || label.get()
                prop:value=move || chosen.get().to_string()
                on:change:target=move |event| chosen.set(event.target().value().parse().unwrap_or_default())
            >
                <option value=T::default().to_string()>{move || none.get()}</option>
                {move || options.get().into_iter().map(|(value, text)| view! {
                    <option value=value.to_string() selected=move || chosen.get_untracked() == value>{text}</option>
                }).collect_view()}
            </select>
        </span>
    }
}

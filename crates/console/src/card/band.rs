//! The top of the card: who it is, and what must not be missed.

use jiff::civil::Date;
use maud::{Markup, html};
use register::access::Action;
use register::card::{Alert, Field};
use register::health::AlertLevel;
use register::patch_test::PatchState;

use crate::card::{Opened, conflict, hold, linked, minor, mode};
use crate::clock::today;
use crate::icon::Icon;
use crate::text::Language;
use crate::visitor::Visitor;

/// The sticky band with its alerts.
pub(super) fn show(who: &Visitor, opened: &Opened, revealed: bool) -> Markup {
    let t = who.t();
    let card = &opened.card;
    let year = card.birth_year.newest().map(|year| year.get());
    let age = year.map(|year| age(year, today(who.house().clock)));
    let choices = conflict::cases(card, who).len();
    html! {
        div .band {
            div .who {
                h1 { (opened.title(who)) }
                p .facts {
                    @match (&card.birth_year, year, age) {
                        (Field::Awaited, ..) => span .muted { (t.not_known_yet()) },
                        (_, Some(year), Some(age)) => span { (t.born(year, age)) },
                        _ => "",
                    }
                    @for phone in card.phones.iter().filter_map(|entry| entry.field.newest()) {
                        a href={ "tel:" (phone.as_str()) } { (phone) }
                    }
                }
            }
            @if opened.may_change(who, Action::RecordCare) && !card.contact_only() {
                a .button.primary href={ (opened.path()) "/treatments/new" } data-key="Alt+H" { (t.record_treatment()) }
            }
        }
        div .strips {
            div .strip .(tone(opened.alert)) {
                (icon(opened.alert).show())
                strong { (alert_word(t, opened.alert)) }
                @if who.may(Action::ReadCare) && matches!(opened.own_alert, Alert::Listed(_)) && !revealed {
                    a href={ (opened.path()) "/health#health" } data-reveal { (t.show_health()) }
                }
            }
            (linked::strips(who, opened))
            (hold::strips(who, opened))
            @if choices > 0 {
                div .strip.warn {
                    (Icon::Conflict.show()) strong { (t.choices_wait(choices)) }
                    a href={ (opened.path()) "/conflicts" } { (t.choose()) }
                }
            }
            @for (entry, state) in card.patch_alerts(today(who.house().clock)) {
                div .strip.(if state == PatchState::Positive { "danger" } else { "warn" }) {
                    (Icon::Alert.show()) strong { (t.patch_state(state)) }
                    @if !revealed { a href={ (opened.path()) "/health#t-" (entry.id) } data-reveal { (t.look()) } }
                }
            }
            (mode::strip(who, opened))
            (minor::strip(who, opened))
        }
    }
}

/// The alert alone, for forms of the card.
pub(super) fn alert_strip(t: Language, alert: Alert) -> Markup {
    html! {
        div .strip .(tone(alert)) { (icon(alert).show()) strong { (alert_word(t, alert)) } }
    }
}

/// The alert as lists show it: a picture and a word.
pub(crate) fn alert_mark(t: Language, alert: Alert) -> Markup {
    html! { span .mark .(tone(alert)) { (icon(alert).show()) (t.alert_short(alert)) } }
}

/// The alert in words.
pub(crate) const fn alert_word(t: Language, alert: Alert) -> &'static str {
    match alert {
        Alert::NotAsked => t.health_not_asked(),
        Alert::NoneKnown => t.health_none_known(),
        Alert::Listed(AlertLevel::Contraindication) => t.alert_contraindication(),
        Alert::Listed(AlertLevel::Caution) => t.alert_caution(),
        Alert::Listed(AlertLevel::Info) => t.alert_info(),
    }
}

const fn tone(alert: Alert) -> &'static str {
    match alert {
        Alert::NotAsked => "asking",
        Alert::NoneKnown => "ok",
        Alert::Listed(AlertLevel::Contraindication) => "danger",
        Alert::Listed(AlertLevel::Caution) => "warn",
        Alert::Listed(AlertLevel::Info) => "info",
    }
}

const fn icon(alert: Alert) -> Icon {
    match alert {
        Alert::NotAsked => Icon::Unknown,
        Alert::NoneKnown => Icon::Good,
        Alert::Listed(AlertLevel::Info) => Icon::Info,
        Alert::Listed(_) => Icon::Alert,
    }
}

/// Years at the end of this year.
fn age(year: u16, today: Date) -> i32 {
    i32::from(today.year()) - i32::from(year)
}

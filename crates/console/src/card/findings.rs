//! What has to be looked at before a treatment is recorded, and the ticks that confirm it.
//!
//! Each notice is shown before anything is saved: the form comes back with those that it did not show yet. Some only
//! warn; some are confirmed one by one.

use maud::{Markup, html};
use register::card::Card;
use register::catalogue::{Finding, findings};
use register::treatment::Treatment;

use crate::clock::today;
use crate::form::{Faults, Form, hidden, tick};
use crate::icon::Icon;
use crate::text::Language;
use crate::treatments::catalogue;
use crate::visitor::Visitor;

/// The hidden field with the codes of what the form showed.
const SHOWN: &str = "notices";

/// One thing to look at.
pub(crate) struct Notice {
    /// Its name in the form.
    pub(crate) code: &'static str,
    pub(crate) text: String,
    /// What is confirmed; `None` where it only warns.
    tick: Option<String>,
}

/// What the catalogue and the card say about giving this treatment.
pub(super) fn of_catalogue(
    who: &Visitor,
    card: &Card,
    name: &str,
    has_contract: bool,
) -> Vec<Notice> {
    let t = who.t();
    let catalogue = catalogue(who.house());
    let Some((id, item)) = catalogue.named(name) else {
        return Vec::new();
    };
    let found = findings(id, item, card, today(who.house().clock)).into_iter();
    // The form itself may say that one was made now.
    found
        .filter(|one| !(has_contract && *one == Finding::ContractMissing))
        .map(|one| Notice {
            code: one.code(),
            text: t.finding(one),
            tick: one.needs_tick().then(|| t.finding_tick(one)),
        })
        .collect()
}

/// The same for a treatment that was typed in; nothing when an entry already there keeps its treatment.
pub(super) fn before_saving(
    who: &Visitor,
    card: &Card,
    treatment: &Treatment,
    before: Option<&Treatment>,
) -> Vec<Notice> {
    if before.is_some_and(|before| before.name == treatment.name) {
        return Vec::new();
    }
    let made = treatment.contract_made == Some(true);
    of_catalogue(who, card, &treatment.name, made)
}

/// Whether the form showed all of them and every tick is there; notes the ticks that are missing.
pub(super) fn settled(t: Language, notices: &[Notice], form: &Form, faults: &mut Faults) -> bool {
    let shown: Vec<&str> = form.get(SHOWN).split(',').collect();
    let mut settled = true;
    for notice in notices {
        let seen = shown.contains(&notice.code);
        let ticked = notice.tick.is_none() || form.get(&field(notice)) == "yes";
        settled &= seen && ticked;
        if seen && !ticked {
            faults.add(&field(notice), t.tick_first());
        }
    }
    settled
}

fn field(notice: &Notice) -> String {
    format!("confirm_{}", notice.code)
}

/// The notices, above the form's fields. Where they are why nothing was saved, they take the focus.
pub(super) fn show(t: Language, notices: &[Notice], form: &Form, faults: &Faults) -> Markup {
    let codes: Vec<&str> = notices.iter().map(|notice| notice.code).collect();
    html! {
        @if !notices.is_empty() {
            section .panel role="alert" tabindex="-1" data-focus[faults.is_empty()] {
                header { h2 #notices { (t.look_first()) } }
                (hidden(SHOWN, &codes.join(",")))
                @for notice in notices {
                    p .strip.warn { (Icon::Alert.show()) span .words { (notice.text) } }
                    @if let Some(label) = &notice.tick { (tick(&field(notice), label, form, faults)) }
                }
            }
        }
    }
}

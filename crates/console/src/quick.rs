//! A user's quick code, with which a locked session in a shared browser opens again.

use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use register::audit::Act;
use register::document::FieldKey;
use register::edit::{Change, Target};
use register::people::QuickCode;
use register::value::Content;
use zeroize::Zeroizing;

use crate::form::{Faults, Field, Form, Input, hidden, whose};
use crate::me;
use crate::problem::{Problem, redirect};
use crate::session::login::{log, own_password};
use crate::visitor::{Posted, Visitor};

/// The fewest digits.
const FEWEST: usize = 6;
/// The most digits.
const MOST: usize = 12;

/// Sets the code, for who gives the password.
pub(crate) async fn set(Posted { who, form }: Posted) -> Result<Response, Problem> {
    let t = who.t();
    let house = who.house();
    let mut faults = Faults::default();
    let code = Zeroizing::new(form.get("quick").trim().to_owned());
    if !is_good(&code) {
        faults.add("quick", t.quick_weak(FEWEST));
    }
    if faults.is_empty() {
        own_password(&who, &form, "present", &mut faults).await?;
    }
    if !faults.is_empty() {
        let mut response = me::show(&who, &faults);
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(response);
    }
    let hash = Some(house.hashing.hash(code).await?);
    store(&who, QuickCode { hash }).await
}

/// Removes the code.
pub(crate) async fn remove(Posted { who, .. }: Posted) -> Result<Response, Problem> {
    store(&who, QuickCode { hash: None }).await
}

async fn store(who: &Visitor, code: QuickCode) -> Result<Response, Problem> {
    let change = Change::SetField(FieldKey::QuickCode, Content::QuickCode(code));
    let target = Target::Seen(who.user.id, who.user.heads.clone());
    who.edit(target, vec![change]).await?;
    log(who.house(), Some(who.user.id), Act::SetPassword).await?;
    Ok(redirect("/me"))
}

/// Digits that are not one and the same, nor one after another.
fn is_good(code: &str) -> bool {
    let digits = code.as_bytes();
    let steps = || {
        digits
            .windows(2)
            .filter_map(|pair| Some(pair.last()?.wrapping_sub(*pair.first()?)))
    };
    let kinds = digits.iter().collect::<std::collections::BTreeSet<_>>();
    (FEWEST..=MOST).contains(&digits.len())
        && digits.iter().all(u8::is_ascii_digit)
        && kinds.len() >= 3
        && steps().any(|step| Some(step) != steps().next())
}

/// The part of a user's own page about it.
pub(crate) fn panel(who: &Visitor, faults: &Faults) -> Markup {
    let t = who.t();
    let blank = Form::default();
    html! {
        section .panel {
            header { h2 { (t.quick_code()) } }
            p { (if who.user.quick.is_some() { t.quick_is_on() } else { t.quick_is_off() }) }
            form method="post" action="/me/quick" novalidate {
                (hidden("csrf", who.csrf())) (whose(&who.user.profile.name))
                (Field::new("quick", t.quick_new(), Input::Pin).hint(t.quick_hint()).required().show(&blank, faults))
                (Field::new("present", t.old_password(), Input::Password).complete("current-password").required().show(&blank, faults))
                button { (t.quick_set()) }
            }
            @if who.user.quick.is_some() {
                form method="post" action="/me/quick/off" {
                    (hidden("csrf", who.csrf()))
                    button .quiet { (t.quick_remove()) }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_that_anybody_tries_first_are_refused() {
        for good in ["402918", "112358", "90210417"] {
            assert!(is_good(good), "{good}");
        }
        for bad in [
            "",
            "40291",
            "4029184029184",
            "000000",
            "123456",
            "987654",
            "40a918",
            "121212",
            "٣٤٥٦٧٨",
        ] {
            assert!(!is_good(bad), "{bad}");
        }
    }
}

//! A user's second factor: codes of an authenticator on their phone (RFC 6238), and a code for when it is lost.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use data_encoding::BASE32_NOPAD;
use jiff::{SignedDuration, Timestamp};
use maud::{Markup, PreEscaped, html};
use qrcode::QrCode;
use qrcode::render::svg;
use register::audit::Act;
use register::document::FieldKey;
use register::edit::{Change, Edit, Target};
use register::id::RecordId;
use register::people::{SecondFactor, User};
use register::replica::Command;
use register::value::Content;
use totp_rs::{Builder, Totp};
use zeroize::Zeroizing;

use crate::form::{Faults, Field, Form, Input, hidden, whose};
use crate::house::House;
use crate::lockout::Key;
use crate::page::{Page, Room};
use crate::problem::{Problem, redirect};
use crate::secret::{fresh_code, is_code};
use crate::session::login::{log, own_password};
use crate::users;
use crate::visitor::{Posted, Visitor};

/// Digits of a code.
const DIGITS: u8 = 6;
/// Seconds that a code stands.
const STEP: u64 = 30;
/// How many steps before and after now are taken: a phone's clock is never quite ours.
const SKEW: u16 = 1;
/// What a secret of the page to come is derived for.
const PURPOSE: &str = "second factor";

/// What came of a code.
pub(crate) enum Checked {
    /// It is one of the user's phone, and unused until now.
    Phone,
    /// It is the code for when that is lost. Using it has switched the second factor off.
    Recovery,
    /// It is neither.
    Wrong,
    /// Too many were wrong, so it was not looked at.
    Wait(SignedDuration),
}

/// Looks at a code, of the user whose second factor this is. A wrong one is logged, and slows down the next.
pub(crate) async fn check(
    house: &House,
    user: &User,
    factor: &SecondFactor,
    code: &str,
) -> Result<Checked, Problem> {
    let keys = [Key::factor(user.id)];
    if let Err(wait) = house.lockout.attempt(&keys, (house.clock)()) {
        return Ok(Checked::Wait(wait));
    }
    let checked = pass(house, user.id, factor, code);
    match checked {
        Checked::Recovery => store(house, user, SecondFactor::off()).await?,
        Checked::Phone => {}
        Checked::Wrong | Checked::Wait(_) => {
            log(house, Some(user.id), Act::Refused).await?;
            return Ok(checked);
        }
    }
    house.lockout.forgive(&keys);
    Ok(checked)
}

fn pass(house: &House, user: RecordId, factor: &SecondFactor, code: &str) -> Checked {
    if is_code(code, &factor.recovery) {
        return Checked::Recovery;
    }
    let now = (house.clock)();
    let step = factor.secret.and_then(|secret| step_of(&secret, code, now));
    if step.is_some_and(|step| house.take_step(user, step)) {
        Checked::Phone
    } else {
        Checked::Wrong
    }
}

/// Writes a user's second factor.
async fn store(house: &House, user: &User, factor: SecondFactor) -> Result<(), Problem> {
    let edit = change(user, user.id, factor);
    house.desk.ask(Command::Edit(edit)).await?;
    Ok(())
}

/// The user's own page of it.
pub(crate) async fn page(who: Visitor) -> Response {
    show(&who, &Faults::default())
}

/// Switches it on: the password, and a code that shows that the phone has the secret.
pub(crate) async fn switch_on(Posted { who, form }: Posted) -> Result<Response, Problem> {
    let t = who.t();
    let house = who.house();
    let mut faults = Faults::default();
    own_password(&who, &form, "password", &mut faults).await?;
    let secret = coming_secret(&who);
    let step = step_of(&secret, form.get("code"), (house.clock)());
    // A code beside a wrong password isn't used up: the phone shows no other for a while.
    let taken = |step| !faults.is_empty() || house.take_step(who.user.id, step);
    if !step.is_some_and(taken) {
        faults.add("code", t.factor_wrong());
    }
    if !faults.is_empty() {
        return Ok(refused(&who, &faults));
    }
    let (shown, recovery) = fresh_code()?;
    let factor = SecondFactor {
        secret: Some(secret),
        recovery,
    };
    store(house, &who.user, factor).await?;
    house.sessions.close_all_of(who.user.id, Some(&who.token));
    let main = html! {
        h1 { (t.factor_is_on()) }
        p .lead { (t.recovery_text()) }
        p .code { (shown) }
        p { a .button .primary href="/me" { (t.go_on()) } }
    };
    Ok(own(&who, t.second_factor(), main))
}

/// Switches it off, with the password.
pub(crate) async fn switch_off(Posted { who, form }: Posted) -> Result<Response, Problem> {
    let mut faults = Faults::default();
    own_password(&who, &form, "password", &mut faults).await?;
    if !faults.is_empty() {
        return Ok(refused(&who, &faults));
    }
    store(who.house(), &who.user, SecondFactor::off()).await?;
    Ok(redirect("/me/second-factor"))
}

/// The owner switches off the second factor of somebody who lost phone and recovery code.
pub(crate) async fn reset(
    Path(id): Path<String>,
    Posted { who, .. }: Posted,
) -> Result<Response, Problem> {
    take_off(&who, &users::find(&who, &id)?).await?;
    Ok(redirect("/admin/users"))
}

/// Switches off another user's second factor.
pub(crate) async fn take_off(who: &Visitor, user: &User) -> Result<(), Problem> {
    let edit = change(user, who.user.id, SecondFactor::off());
    who.house().desk.ask(Command::Edit(edit)).await?;
    Ok(())
}

fn totp(secret: [u8; SecondFactor::SECRET], name: &str) -> Option<Totp> {
    // The label of the phone's entry must not hold the sign that divides it.
    let name = name.replace(':', " ");
    Builder::new()
        .with_digits(DIGITS)
        .with_skew(SKEW)
        .with_step_duration(STEP)
        .with_secret(secret)
        .with_account_name(name)
        .with_issuer(Some("Kortisto"))
        .build()
        .ok()
}

/// The step whose code this is, of those around `now`.
fn step_of(secret: &[u8; SecondFactor::SECRET], code: &str, now: Timestamp) -> Option<u64> {
    let digits: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    let sound = digits.len() == usize::from(DIGITS) && digits.bytes().all(|b| b.is_ascii_digit());
    let seconds = u64::try_from(now.as_second()).ok()?;
    let totp = totp(*secret, "-").filter(|_| sound)?;
    totp.check(&digits, seconds)
}

/// The secret that this session's page offers: the same however often it is loaded, kept nowhere.
fn coming_secret(who: &Visitor) -> [u8; SecondFactor::SECRET] {
    who.token.bytes_for(&who.house().key, PURPOSE)
}

fn change(user: &User, author: RecordId, factor: SecondFactor) -> Edit {
    Edit {
        target: Target::Seen(user.id, user.heads.clone()),
        author,
        changes: vec![Change::SetField(
            FieldKey::SecondFactor,
            Content::SecondFactor(factor),
        )],
    }
}

fn refused(who: &Visitor, faults: &Faults) -> Response {
    let mut response = show(who, faults);
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    response
}

fn show(who: &Visitor, faults: &Faults) -> Response {
    let t = who.t();
    let main = html! {
        h1 { (t.second_factor()) }
        p .lead { (t.factor_text()) }
        (faults.summary(t))
        @if who.user.factor.is_some() { (off_form(who, faults)) } @else { (on_form(who, faults)) }
    };
    own(who, t.second_factor(), main)
}

fn off_form(who: &Visitor, faults: &Faults) -> Markup {
    let t = who.t();
    html! {
        section .panel {
            header { h2 { (t.factor_is_on()) } }
            form method="post" action="/me/second-factor/off" novalidate {
                (hidden("csrf", who.csrf())) (whose(&who.user.profile.name))
                (Field::new("password", t.password(), Input::Password).complete("current-password")
                    .required().show(&Form::default(), faults))
                button .danger { (t.factor_off()) }
            }
        }
    }
}

fn on_form(who: &Visitor, faults: &Faults) -> Markup {
    let t = who.t();
    let secret = coming_secret(who);
    html! {
        section .panel {
            header { h2 { (t.factor_step_phone()) } }
            p { (t.factor_scan()) }
            @if let Some(picture) = picture(secret, &who.user.profile.name) { div .qr { (picture) } }
            details { summary { (t.factor_type()) } p .code { (grouped(&secret)) } }
        }
        section .panel {
            header { h2 { (t.factor_step_code()) } }
            form method="post" action="/me/second-factor" novalidate {
                (hidden("csrf", who.csrf())) (whose(&who.user.profile.name))
                (Field::new("code", t.factor_code(), Input::Text).complete("one-time-code")
                    .required().show(&Form::default(), faults))
                (Field::new("password", t.password(), Input::Password).complete("current-password")
                    .required().show(&Form::default(), faults))
                button .primary { (t.factor_on()) }
            }
        }
    }
}

/// The secret for phones, as a QR code. Black on white in every theme: cameras want it so.
fn picture(secret: [u8; SecondFactor::SECRET], name: &str) -> Option<Markup> {
    let address = Zeroizing::new(totp(secret, name)?.to_url().ok()?);
    let code = QrCode::new(address.as_bytes()).ok()?;
    let drawn = code
        .render::<svg::Color<'_>>()
        .min_dimensions(220, 220)
        .build();
    // What stands before the element is for files, not for pages.
    let element = drawn.find("<svg").and_then(|at| drawn.get(at..))?;
    Some(PreEscaped(element.to_owned()))
}

/// The secret in base 32, in groups of four, for phones without a camera.
fn grouped(secret: &[u8]) -> String {
    let letters: Vec<char> = BASE32_NOPAD.encode(secret).chars().collect();
    let groups = letters
        .chunks(4)
        .map(|four| four.iter().collect::<String>());
    groups.collect::<Vec<_>>().join(" ")
}

fn own(who: &Visitor, title: &str, main: Markup) -> Response {
    Page {
        title,
        room: Room::Own,
        record: None,
        main,
    }
    .show(who)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vectors of RFC 6238, appendix B, for SHA-1, of which six digits are the last six.
    #[test]
    fn codes_are_those_of_the_standard() {
        let secret = *b"12345678901234567890";
        for (at, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
        ] {
            let now = Timestamp::from_second(at).unwrap();
            let step = u64::try_from(at).unwrap() / STEP;
            assert_eq!(step_of(&secret, code, now), Some(step), "{at}");
            let spaced = format!("{} {}", &code[..3], &code[3..]);
            assert_eq!(step_of(&secret, &spaced, now), Some(step), "{at}");
            let late = Timestamp::from_second(at + 90).unwrap();
            assert_eq!(step_of(&secret, code, late), None, "{at}");
        }
        let now = Timestamp::from_second(59).unwrap();
        for wrong in ["", "28708", "2870822", "287083", "abcdef", "２８７０８２"] {
            assert_eq!(step_of(&secret, wrong, now), None, "{wrong}");
        }
    }
}

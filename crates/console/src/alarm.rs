//! What everybody is told first: strips above every page, and more of them on the first page.

use axum::extract::Path;
use axum::response::Response;
use jiff::{SignedDuration, Timestamp};
use maud::{Markup, html};
use register::clock::ClockTrouble;
use register::id::RecordId;
use register::replica::{Command, Hold, PeerReport, Report};
use register::retention::{NOTICE_DAYS, day};

use crate::clock::{show_date, show_moment};
use crate::desk::BackupState;
use crate::form::hidden;
use crate::icon::Icon;
use crate::page::part as respond;
use crate::premises;
use crate::problem::{Problem, redirect};
use crate::text::Language;
use crate::visitor::{Look, Posted, Visitor};

/// A backup older than so many days is no longer good.
const BACKUP_DAYS: i64 = 7;
/// A certificate that is valid for fewer days than this is to be renewed.
const CERTIFICATE_DAYS: i64 = 60;
/// Seconds of a day.
const DAY: i64 = 24 * 60 * 60;

/// The strips above every page, for our script.
pub(crate) async fn part(who: Visitor) -> Response {
    respond(banners(&who.look))
}

/// The owner says that the clock is right.
pub(crate) async fn confirm_clock(Posted { who, .. }: Posted) -> Result<Response, Problem> {
    confirm(&who).await?;
    Ok(redirect("/retention"))
}

/// Takes this node's clock for right by the word of who looked at it.
pub(crate) async fn confirm(who: &Visitor) -> Result<(), Problem> {
    let command = Command::ConfirmClock(who.user.id);
    who.house().desk.ask(command).await?;
    Ok(())
}

/// Who was told that their edit met an erasure has read it.
pub(crate) async fn dismiss(
    Path(id): Path<String>,
    Posted { who, .. }: Posted,
) -> Result<Response, Problem> {
    let record: RecordId = id.parse().map_err(|_| Problem::NotFound)?;
    let own = {
        let report = who.house().desk.report.borrow();
        let mut met = report.met.iter();
        met.any(|met| met.record == record && met.author == who.user.id)
    };
    if own {
        who.house().desk.ask(Command::Dismiss(record)).await?;
    }
    Ok(redirect("/"))
}

/// The strips above every page: a closed register, a clock in doubt, and what this person's edits met.
pub(crate) fn banners(look: &Look) -> Markup {
    let t = look.t;
    let report = look.house.desk.report.borrow().clone();
    // What pages go by is the directory: it closes and opens together with them.
    let closed = look.house.desk.directory().is_closed();
    let own = |author: RecordId| look.user.as_ref().is_some_and(|user| user.id == author);
    html! {
        @if closed {
            p .strip.danger.across data-closed { (Icon::Lock.show()) strong { (t.closed_short()) }
                a href="/" { (t.look()) } }
        }
        @if report.revoked { (revoked(t)) }
        @if let Some(trouble) = doubt(&report) { (clock(look, trouble)) }
        @for met in report.met.iter().filter(|met| own(met.author)) {
            div .strip.warn.across { (Icon::Info.show()) span .words { (t.met_erasure(&show_moment(met.at))) }
                form method="post" action={ "/alarms/" (met.record) "/dismiss" } {
                    (hidden("csrf", look.csrf())) button { (t.dismiss()) }
                }
            }
        }
    }
}

/// Why the clock is not trusted, as far as that holds deletion up.
const fn doubt(report: &Report) -> Option<ClockTrouble> {
    match report.retention.hold {
        Some(Hold::Clock(trouble)) => Some(trouble),
        _ => None,
    }
}

fn clock(look: &Look, trouble: ClockTrouble) -> Markup {
    let t = look.t;
    html! {
        div .strip.warn.across {
            (Icon::Alert.show())
            span .words { strong { (t.clock_title()) } " " (clock_words(look, trouble)) " " (t.clock_effect()) }
            @if look.is_owner() { a href="/retention#clock" { (t.look()) } }
        }
    }
}

/// What is wrong with the clock.
pub(crate) fn clock_words(look: &Look, trouble: ClockTrouble) -> String {
    let t = look.t;
    let now = show_moment((look.house.clock)());
    match trouble {
        ClockTrouble::Behind { seen } => t.clock_behind(&now, &show_moment(seen)),
        ClockTrouble::Ahead { seen } => t.clock_ahead(&now, &show_moment(seen)),
        ClockTrouble::Differs { peer, seconds } => {
            let name = look.house.premises_name(peer, t);
            t.clock_differs(&name, (seconds.abs() / DAY).max(1))
        }
    }
}

/// What else the first page says: deletions and erasures that wait, and the backup's age.
pub(crate) fn first_page(look: &Look) -> Markup {
    let t = look.t;
    let now = (look.house.clock)();
    let report = look.house.desk.report.borrow().clone();
    let papers = crate::tasks::open(&look.house);
    html! {
        (premises::long_apart(look, &report, now))
        (lines(look, &report, now))
        @if let Some(words) = overdue(look, &report, now) {
            p .strip.danger { (Icon::Alert.show()) span .words { (words) }
                @if look.is_owner() { a href="/retention" { (t.look()) } } }
        }
        @if report.unconfirmed > 0 {
            p .strip.info { (Icon::Moving.show()) span { (t.unconfirmed(report.unconfirmed)) }
                @if look.is_owner() { a href="/erasures" { (t.look()) } } }
        }
        @if papers > 0 {
            p .strip.warn { (Icon::Info.show()) strong { (t.papers_open(papers)) } a href="/tasks" { (t.look()) } }
        }
        @if look.is_owner() { (audit(look, &report)) }
        (backup(look, now))
    }
}

/// Another premises has put this computer out of use.
pub(crate) fn revoked(t: Language) -> Markup {
    html! {
        p .strip.danger.across { (Icon::Alert.show()) span .words { strong { (t.revoked()) } " " (t.revoked_help()) } }
    }
}

/// A copy of a premises' computer was started.
pub(crate) fn twin(look: &Look, peer: &PeerReport, at: Timestamp) -> Markup {
    let t = look.t;
    let name = look.house.premises_name(peer.peer, t);
    html! {
        p .strip.danger { (Icon::Alert.show())
            span .words { strong { (t.twin_seen(&name, &show_moment(at))) } " " (t.twin_which()) } }
    }
}

/// Copies of computers, and certificates that run out, for the owner.
fn lines(look: &Look, report: &Report, now: Timestamp) -> Markup {
    let t = look.t;
    if !look.is_owner() {
        return html! {};
    }
    let standing = look.house.desk.lines.standing();
    let own = standing.certificate.map(|valid| valid.until);
    let own = (look.house.desk.premises.clone(), own);
    let peers = report.peers.iter().filter_map(|peer| {
        let line = standing.peers.get(&peer.peer)?;
        Some((
            look.house.premises_name(peer.peer, t),
            line.certificate_until,
        ))
    });
    let certificates: Vec<String> = core::iter::once(own)
        .chain(peers)
        .filter_map(|(name, until)| {
            let left = running_out(until?, now)?;
            Some(t.certificate_runs_out(&name, left))
        })
        .collect();
    html! {
        @for peer in &report.peers {
            @if let Some(at) = premises::recent_twin(peer, now) { (twin(look, peer, at)) }
        }
        @for words in &certificates {
            p .strip.warn { (Icon::Alert.show()) span .words { (words) } a href="/premises" { (t.look()) } }
        }
    }
}

/// The days that a certificate is still valid, when they are few.
fn running_out(until: Timestamp, now: Timestamp) -> Option<i64> {
    let left = premises::days(now, until);
    (left < CERTIFICATE_DAYS).then_some(left)
}

/// Audit logs that contradict each other or are not sound.
fn audit(look: &Look, report: &Report) -> Markup {
    let t = look.t;
    let check = *look.house.desk.audit.borrow();
    let unsound = check.filter(|check| check.findings > 0);
    html! {
        @if !report.logs.contradictions.is_empty() {
            p .strip.danger { (Icon::Alert.show()) strong { (t.audit_contradiction()) } a href="/audit" { (t.look()) } }
        } @else if let Some(check) = unsound {
            p .strip.danger { (Icon::Alert.show())
                strong { (t.audit_unsound(&show_moment(check.at), check.findings)) } a href="/audit" { (t.look()) } }
        }
    }
}

/// Deletions that have waited for more than 30 days.
fn overdue(look: &Look, report: &Report, now: Timestamp) -> Option<String> {
    let t = look.t;
    let oldest = report.retention.oldest?;
    let alarm = oldest.saturating_add(jiff::Span::new().days(NOTICE_DAYS));
    if alarm > day(now) || doubt(report).is_some() {
        return None;
    }
    let silent = report.peers.iter().filter(|peer| {
        let agreed = peer.agreed.map(day);
        agreed.is_none_or(|agreed| agreed < oldest)
    });
    let names: Vec<String> = silent
        .map(|peer| look.house.premises_name(peer.peer, t))
        .collect();
    let since = show_date(oldest);
    Some(if names.is_empty() {
        t.deletion_stuck(&since)
    } else {
        t.deletion_waits(&since, &names.join(", "))
    })
}

/// The age of the last good backup: a warning where there is none or it is old.
fn backup(look: &Look, now: Timestamp) -> Markup {
    let t = look.t;
    let state = look.house.desk.backup.borrow().unwrap_or_default();
    let failed = state
        .failed
        .map(|(at, fault)| t.backup_failed(&show_moment(at), t.backup_fault(fault)));
    let warning = |words: &str, more: &str| {
        html! { p .strip.warn { (Icon::Alert.show()) span .words { strong { (words) } " " (more) } } }
    };
    match (state.good, old(state, now)) {
        (None, _) => warning(
            t.backup_none(),
            failed.as_deref().unwrap_or(t.backup_none_help()),
        ),
        (Some(good), Some(days)) => warning(
            &t.backup_old(&show_moment(good), days),
            failed.as_deref().unwrap_or_default(),
        ),
        (Some(good), None) => html! {
            p .muted { (t.backup_good(&show_moment(good))) @if let Some(failed) = failed { " · " (failed) } }
        },
    }
}

/// The age in days of a last good backup that is too old.
fn old(state: BackupState, now: Timestamp) -> Option<i64> {
    let age = now.duration_since(state.good?);
    (age > SignedDuration::from_secs(BACKUP_DAYS * DAY)).then(|| age.as_secs() / DAY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_is_to_be_renewed_sixty_days_before_it_runs_out() {
        let now: Timestamp = "2026-11-24T10:00:00Z".parse().unwrap();
        let until = |hours: i64| now + SignedDuration::from_hours(hours);
        assert_eq!(running_out(until(60 * 24), now), None);
        assert_eq!(running_out(until(60 * 24 - 1), now), Some(59));
        assert_eq!(running_out(until(-1), now), Some(-1));
    }

    #[test]
    fn a_backup_is_good_for_seven_days() {
        let now: Timestamp = "2026-11-24T10:00:00Z".parse().unwrap();
        let aged = |hours: i64| BackupState {
            good: Some(now - SignedDuration::from_hours(hours)),
            failed: None,
        };
        assert_eq!(old(aged(1), now), None);
        assert_eq!(old(aged(7 * 24), now), None);
        assert_eq!(old(aged(8 * 24), now), Some(8));
        assert_eq!(old(BackupState::default(), now), None, "said otherwise");
    }
}

//! The whole register as JSONL: one client a line, sorted by record id.
//!
//! The form is canonical: equal registers give equal bytes, at whichever premises and however the
//! record came about. Keys stand in a fixed order, nothing in a line depends on the node, and
//! entries are sorted by date (undated first) and entry id.
//!
//! | key | is |
//! |---|---|
//! | `id` | the record's id, 32 hexadecimal digits, the same at every premises |
//! | `legacy_id` | the client's number in the program it was imported from, else `null` |
//! | `last_name`, `first_name` | text, may be empty; `null` when there is no name |
//! | `birth_year` | a number, or `null` |
//! | `phones` | array of texts in E.164 form |
//! | `emails` | array of texts |
//! | `health` | array of `{kind, text, level, date, confirmed}`; kind is `skin`, `allergy`, `medication` or `other`, level `info`, `caution` or `contraindication` |
//! | `treatments` | array of `{date, name, by, premises, products, batch, remarks, contract_made, contract}`; `by` is who gave it, for a user the name that they have now; `contract_made` is true, false or `null` (not known); `contract` is `null` or `{kind, date, safe, folder, destroyed}`; where a warning stood against it also `warnings_seen`, codes, and `warnings_seen_on` |
//! | `marketing` | `{allowed}`; false when nothing is on record |
//! | `notes` | array of `{text, date}` |
//! | `safety` | only where there is any: `{health_consent, contact_only, adult_check, guardian, patch_tests, adverse_events, refusals}`, each only where there is any |
//! | `requests` | only where there is any: array of `{kind, channel, received, due, identity_check, extended_to, extension_reason, outcome, closed, reason}`, requests under the law; `identity_check` is `null` or `{method, document, date}`, method `document`, `known_client` or `code_sent`; `extended_to` and `closed` are `null` while there is no extension and no end |
//! | `conflicts` | array of `{field, values}`, one for each field or entry that waits for a person to choose; also `removed: true` when the entry was removed at one premises and edited at another |
//!
//! Dates are `YYYY-MM-DD` or `null`. In a conflict the line's own keys show the newest value, and an
//! array all of an entry's values. `conflicts` names `name`, `birth_year`, `address`, `legacy_id`,
//! `marketing`, `phones`, `emails`, `health`, `treatments`, `notes`, `requests` or a key of `safety`; its values have the shape of
//! that key, sorted by their text: a name is `{last_name, first_name}`, an address `{street,
//! postcode, town}`. A value that has not arrived yet is left out, and the key `awaited: true` says so.

mod line;
mod request;
mod safety;

use register::audit::{Act, AuditEvent};
use register::card::{Card, Field};
use register::directory::Directory;
use register::id::{OPERATOR, RecordId};
use register::replica::{Answer, Command, Refusal};
use tokio::sync::mpsc;

use crate::errand::{Reply, astray};
use crate::exit::{Exit, Failure, Outcome};
use crate::turn::Office;

/// Cards that are read at once.
const PAGE: usize = 100;
/// The longest reason, in characters.
const REASON_LIMIT: usize = 1_000;

/// One card as a line, without the line's end.
///
/// # Errors
/// Never for a card; the type is the encoder's.
pub fn line(card: &Card) -> Result<String, serde_json::Error> {
    serde_json::to_string(&line::Line::of(card))
}

/// Puts the names that users have now where a treatment says by their id who gave it.
fn name_givers(card: &mut Card, directory: &Directory) {
    for entry in &mut card.treatments {
        let all = match &mut entry.field {
            Field::Value(held) => core::slice::from_mut(held),
            Field::Conflict(all) => all.as_mut_slice(),
            Field::Absent | Field::Awaited | Field::Removed | Field::Unreadable => continue,
        };
        for one in all.iter_mut().map(|held| &mut held.value) {
            let user = one.by_id.filter(|_| one.by.is_empty());
            if let Some(user) = user.and_then(|id| directory.user(id)) {
                one.by.clone_from(&user.profile.name);
            }
        }
    }
}

/// Logs the export with the number of clients, then sends every client. Returns the last reply.
///
/// # Errors
/// When the register refuses or stops, or nobody takes the lines any more.
pub async fn send(
    office: &Office,
    reason: String,
    replies: &mpsc::Sender<Reply>,
) -> Outcome<Reply> {
    if reason.chars().count() > REASON_LIMIT {
        let sentence = format!("a reason has at most {REASON_LIMIT} characters");
        return Err(Failure::said(Exit::Refused, sentence));
    }
    // A node in quarantine shows nobody, and an export of nobody would pass for a whole one.
    match office.ask(Command::Report).await?? {
        Answer::Report(report) if report.quarantine.is_some() => {
            return Err(Refusal::Quarantined.into());
        }
        _ => {}
    }
    // Who is in the register now is exported, so that the number logged is the number that leaves.
    let (count, last) = {
        let directory = office.directory();
        (
            directory.client_count(),
            directory.clients().last().map(|(id, _)| id),
        )
    };
    log(office, count as u64, reason).await?;
    let mut sent = 0;
    let mut after: Option<RecordId> = None;
    while let Some(end) = last.filter(|end| after.is_none_or(|after| after < *end)) {
        let command = Command::Page { after, limit: PAGE };
        let cards = match office.ask(command).await?? {
            Answer::Cards(cards) => cards,
            _ => return Err(astray()),
        };
        let Some(reached) = cards.last().map(|card| card.id) else {
            break;
        };
        after = Some(reached);
        let mut lines = String::new();
        for mut card in cards.into_iter().filter(|card| card.id <= end) {
            name_givers(&mut card, &office.directory());
            let line = line(&card).map_err(|error| Failure::new(Exit::Failed, error))?;
            lines.push_str(&line);
            lines.push('\n');
            sent += 1;
        }
        if replies.send(Reply::Lines(lines)).await.is_err() {
            return Err(Failure::said(
                Exit::Failed,
                "nobody takes the export any more",
            ));
        }
    }
    // Clients may have come in between while it ran; the log then says by how many it was off.
    if sent > count as u64 {
        let reason = "clients that came while the export before this one ran".to_owned();
        log(office, sent - count as u64, reason).await?;
    }
    Ok(Reply::Exported { clients: sent })
}

async fn log(office: &Office, count: u64, reason: String) -> Outcome<()> {
    let event = AuditEvent {
        who: OPERATOR,
        act: Act::Exported(count),
        record: None,
        reason,
    };
    office.ask(Command::Audit(event)).await??;
    Ok(())
}

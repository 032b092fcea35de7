//! When and why a card was looked at, for the client (GDPR Article 15; Court of Justice, C-579/21): not by whom,
//! unless the owner adds names with a reason.

use register::audit::Act;
use register::audit::query::{Query, Shown};
use register::audit::{Group, Purpose};
use register::id::RecordId;
use register::replica::{Answer, Command};

use super::part::{Item, Names, Part, machine, moment, text};
use crate::audit::role_of;
use crate::problem::Problem;
use crate::visitor::Visitor;

/// Pages of the log that are read at most; each has [`register::audit::query::PAGE_LIMIT`] entries.
const PAGES: usize = 20;

/// One look at the card.
pub(super) struct Look {
    pub(super) shown: Shown,
    /// What they are at the clinic, for people.
    pub(super) role: &'static str,
    /// The premises' name.
    pub(super) premises: String,
}

/// Every look at a card that the log holds, newest first, and why there may be more.
pub(super) async fn looks(
    who: &Visitor,
    record: RecordId,
) -> Result<(Vec<Look>, Option<&'static str>), Problem> {
    let t = who.t();
    let mut query = Query {
        record: Some(record),
        group: Some(Group::Looks),
        ..Query::default()
    };
    let mut looks = Vec::new();
    for _ in 0..PAGES {
        let command = Command::Consulted(query.clone());
        let Answer::Log(page) = who.house().desk.ask(command).await? else {
            return Err(Problem::Internal);
        };
        let seen = page.entries.into_iter().map(|shown| Look {
            role: role_of(who, shown.entry.who).unwrap_or_default(),
            premises: who.house().premises_name(shown.node, t),
            shown,
        });
        looks.extend(seen);
        if page.unread > 0 {
            return Ok((looks, Some(t.package_consulted_unread())));
        }
        match page.next {
            Some(next) => query.before = Some(next),
            None => return Ok((looks, None)),
        }
    }
    Ok((looks, Some(t.package_consulted_more())))
}

/// The part of the package.
pub(super) fn part(
    t: crate::text::Language,
    looks: &[Look],
    more: Option<&'static str>,
    names: Names<'_>,
) -> Part {
    let mut items: Vec<Item> = looks
        .iter()
        .map(|look| {
            let entry = &look.shown.entry;
            let (words, code) = match &entry.act {
                Act::Viewed(purpose) => (t.purpose(*purpose).to_owned(), code(*purpose)),
                act => (t.act(act), "health"),
            };
            let mut facts = vec![
                moment("at", t.package_when(), Some(entry.at)),
                machine("purpose", t.package_purpose(), words, code),
                text("premises", t.at_premises(), &look.premises),
                text("role", t.package_role(), look.role),
            ];
            if let Some(names) = names {
                facts.push(text("who", t.package_who(), &names(entry.who)));
            }
            Item {
                versions: vec![facts],
                disputed: false,
                missing: None,
            }
        })
        .collect();
    if more.is_some() {
        items.push(Item {
            versions: Vec::new(),
            disputed: false,
            missing: more,
        });
    }
    Part {
        key: "consulted",
        title: t.package_consulted(),
        items,
    }
}

const fn code(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Care => "care",
        Purpose::Request => "request",
        Purpose::Upkeep => "upkeep",
    }
}

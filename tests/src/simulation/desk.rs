//! What people at a premises do.

use std::collections::BTreeSet;

use jiff::ToSpan as _;
use register::audit::Purpose;
use register::card::Card;
use register::consent::{ConsentMethod, FIRST_VERSION, HealthConsent};
use register::document::{Collection, FieldKey, RecordKind};
use register::edit::{Change, Edit, Target};
use register::id::RecordId;
use register::ledger::Reason;
use register::replica::Command;
use register::retention::{LegalClaim, Restriction};
use register::value::Content;

use super::deed::{Deed, Here, Legacy};
use super::mark::{Mark, PLACES, Place, Shown, content, shown};
use super::model::{Made, Sure};

/// Who edits: somebody of the staff.
pub(super) const STAFF: RecordId = RecordId::from_bytes([0x51; 16]);
/// Kept pages at one premises, stale ones included.
const PAGES: usize = 3;
/// The most cards of one register, so that people meet on them.
const CARDS: usize = 7;

/// The people of one premises.
#[derive(Default)]
pub(super) struct Desk {
    /// Pages that lie open, the freshest last.
    pub(super) pages: Vec<Vec<Card>>,
}

impl Desk {
    pub(super) fn keep(&mut self, page: Vec<Card>) {
        self.pages.push(page);
        if self.pages.len() > PAGES {
            self.pages.remove(0);
        }
    }

    /// What somebody does next.
    pub(super) fn act(&self, here: &mut Here<'_>) -> (Command, Deed) {
        let stale = here.chance.one_in(4);
        let page = if stale {
            self.pages.first()
        } else {
            self.pages.last()
        };
        let cards = page.map(Vec::as_slice).unwrap_or_default();
        let Some(card) = here.chance.pick(cards).cloned() else {
            return match here.chance.below(3) {
                0 => import(here),
                _ => new_client(here),
            };
        };
        match here.chance.below(60) {
            0..6 if cards.len() < CARDS => new_client(here),
            0..6 => look(),
            6..16 => set_field(&card, here),
            16..28 => add(&card, here),
            28..36 => set_entry(&card, here),
            36..41 => void(&card, here),
            41..46 => redact(&card, here),
            46 | 47 if cards.len() > 1 => erase(&card, here),
            48..51 => import(here),
            51 => restrict(&card, here),
            52 => open(&card),
            53 => (Command::CheckPeers, Deed::Idle),
            54 if here.years => (
                Command::RunRetention {
                    author: STAFF,
                    allowed: here.chance.one_in(2),
                },
                Deed::Idle,
            ),
            55 => (Command::Dismiss(card.id), Deed::Idle),
            56 => (Command::Release(STAFF), Deed::Idle),
            _ => look(),
        }
    }
}

pub(super) const fn look() -> (Command, Deed) {
    let page = Command::Page {
        after: None,
        limit: 1000,
    };
    (page, Deed::Look)
}

fn open(card: &Card) -> (Command, Deed) {
    let open = Command::Open {
        record: card.id,
        viewer: STAFF,
        purpose: Purpose::Care,
    };
    (open, Deed::Idle)
}

fn edit(target: Target, changes: Vec<Change>) -> Edit {
    Edit {
        target,
        author: STAFF,
        changes,
    }
}

impl Here<'_> {
    /// A new value for a place, whose author saw these marks in it.
    fn value(&mut self, place: Place, record: Option<RecordId>, seen: &[Mark]) -> (Mark, Content) {
        let mark = self.model.mark();
        let back = i32::try_from(self.chance.below(3 * 365)).unwrap_or_default();
        let date = self.today.saturating_sub(back.days());
        let dated = matches!(
            place,
            Place::Entry(Collection::Treatment | Collection::Health)
        );
        let made = Made {
            place,
            record,
            at: self.now,
            dated: self.dated,
            sure: Sure::Maybe,
            replaced: seen.iter().copied().collect(),
            past: BTreeSet::new(),
            date: dated.then_some(date),
            imported: false,
        };
        self.model.write(mark, made);
        (mark, content(place, mark, date, self.chance.one_in(3)))
    }

    /// One of the fields or entries that stand on a card.
    fn standing(&mut self, card: &Card, field: bool) -> Option<Shown> {
        let all: Vec<Shown> = shown(card)
            .into_iter()
            .filter(|one| one.entry.is_none() == field)
            .collect();
        self.chance.pick(&all).cloned()
    }
}

fn new_client(here: &mut Here<'_>) -> (Command, Deed) {
    let name = Place::Field(FieldKey::Name);
    let (mark, content) = here.value(name, None, &[]);
    let changes = vec![Change::SetField(FieldKey::Name, content)];
    let target = Target::New(RecordKind::Client);
    (
        Command::Edit(edit(target, changes)),
        Deed::Write(vec![mark]),
    )
}

fn set_field(card: &Card, here: &mut Here<'_>) -> (Command, Deed) {
    let Some(Shown {
        place: Place::Field(key),
        marks,
        ..
    }) = here.standing(card, true)
    else {
        return look();
    };
    let (mark, content) = here.value(Place::Field(key), Some(card.id), &marks);
    let target = Target::Seen(card.id, card.heads.clone());
    let changes = vec![Change::SetField(key, content)];
    (
        Command::Edit(edit(target, changes)),
        Deed::Write(vec![mark]),
    )
}

fn add(card: &Card, here: &mut Here<'_>) -> (Command, Deed) {
    let places: Vec<Place> = PLACES
        .into_iter()
        .filter(|place| matches!(place, Place::Entry(_)))
        .collect();
    let mut marks = Vec::new();
    let mut changes = Vec::new();
    for _ in 0..=here.chance.below(2) {
        if let Some(Place::Entry(collection)) = here.chance.pick(&places).copied() {
            let (mark, content) = here.value(Place::Entry(collection), Some(card.id), &[]);
            marks.push(mark);
            changes.push(Change::Add(collection, content));
        }
    }
    if changes.iter().any(adds_health) {
        changes.push(consent());
    }
    let target = if here.chance.one_in(2) {
        Target::Latest(card.id)
    } else {
        Target::Seen(card.id, card.heads.clone())
    };
    (Command::Edit(edit(target, changes)), Deed::Write(marks))
}

const fn adds_health(change: &Change) -> bool {
    matches!(change, Change::Add(Collection::Health, _))
}

/// The same at every premises, so that it never conflicts.
fn consent() -> Change {
    let given = HealthConsent {
        version: FIRST_VERSION,
        date: jiff::civil::date(2020, 1, 1),
        method: ConsentMethod::Paper,
        taker: None,
        withdrawn: None,
    };
    Change::SetField(FieldKey::HealthConsent, Content::HealthConsent(given))
}

fn set_entry(card: &Card, here: &mut Here<'_>) -> (Command, Deed) {
    let Some((change, mark, _)) = changed_entry(card, here) else {
        return add(card, here);
    };
    let target = Target::Seen(card.id, card.heads.clone());
    (
        Command::Edit(edit(target, vec![change])),
        Deed::Write(vec![mark]),
    )
}

fn changed_entry(card: &Card, here: &mut Here<'_>) -> Option<(Change, Mark, BTreeSet<Mark>)> {
    let found = here.standing(card, false)?;
    let (Place::Entry(collection), Some(entry)) = (found.place, found.entry) else {
        return None;
    };
    let (mark, content) = here.value(found.place, Some(card.id), &found.marks);
    let seen = found.marks.into_iter().collect();
    Some((Change::SetEntry(collection, entry, content), mark, seen))
}

fn removed_entry(card: &Card, here: &mut Here<'_>) -> Option<(Change, BTreeSet<Mark>)> {
    let found = here.standing(card, false)?;
    let (Place::Entry(collection), Some(entry)) = (found.place, found.entry) else {
        return None;
    };
    if found.values.is_empty() {
        return None;
    }
    let seen = found.marks.into_iter().collect();
    Some((Change::Void(collection, entry, found.values), seen))
}

fn void(card: &Card, here: &mut Here<'_>) -> (Command, Deed) {
    let Some((change, seen)) = removed_entry(card, here) else {
        return add(card, here);
    };
    let target = Target::Seen(card.id, card.heads.clone());
    (Command::Edit(edit(target, vec![change])), Deed::Void(seen))
}

/// A rectification, or a consent withdrawn: the place is set anew or removed, and its past goes.
fn redact(card: &Card, here: &mut Here<'_>) -> (Command, Deed) {
    let (change, marks, seen) = match here.chance.below(3) {
        0 => {
            let Some((change, seen)) = removed_entry(card, here) else {
                return look();
            };
            (change, Vec::new(), seen)
        }
        1 => {
            let Some((change, mark, seen)) = changed_entry(card, here) else {
                return look();
            };
            (change, vec![mark], seen)
        }
        _ => {
            let Some(Shown {
                place: Place::Field(key),
                marks: seen,
                ..
            }) = here.standing(card, true)
            else {
                return look();
            };
            let (mark, content) = here.value(Place::Field(key), Some(card.id), &seen);
            let seen = seen.into_iter().collect();
            (Change::SetField(key, content), vec![mark], seen)
        }
    };
    let target = Target::Seen(card.id, card.heads.clone());
    let past = here.model.past(&seen);
    (
        Command::Redact(edit(target, vec![change]), Reason::Rectification),
        Deed::Redact(marks, past),
    )
}

fn erase(card: &Card, here: &mut Here<'_>) -> (Command, Deed) {
    let reason = if here.chance.one_in(2) {
        Reason::Request
    } else {
        Reason::Ended
    };
    let erase = Command::Erase {
        record: card.id,
        author: STAFF,
        reason,
    };
    (erase, Deed::Erase(card.id))
}

fn import(here: &mut Here<'_>) -> (Command, Deed) {
    let number = here.chance.index(Legacy::CLIENTS);
    let Some(client) = here.legacy.client(number) else {
        return look();
    };
    (Command::Import(vec![client]), Deed::Import(number))
}

fn restrict(card: &Card, here: &mut Here<'_>) -> (Command, Deed) {
    let change = if here.chance.one_in(3) {
        let claim = LegalClaim {
            reason: "vaade".to_owned(),
            until: here.today.saturating_add(90.days()),
        };
        Change::SetField(FieldKey::LegalClaim, Content::LegalClaim(claim))
    } else {
        let restriction = Restriction {
            on: !card.restricted(),
            since: here.today,
        };
        Change::SetField(FieldKey::Restriction, Content::Restriction(restriction))
    };
    let target = Target::Seen(card.id, card.heads.clone());
    (Command::Edit(edit(target, vec![change])), Deed::Idle)
}

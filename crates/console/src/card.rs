//! The client card: one page, the forms of its sections, and the choices it waits for.

mod adverse;
mod band;
pub(crate) mod changes;
pub(crate) mod conflict;
pub(crate) mod consent;
mod contact;
mod content;
mod entry;
mod erase;
mod findings;
pub(crate) mod forget;
mod health;
pub(crate) mod hold;
mod linked;
pub(crate) mod marketing;
pub(crate) mod minor;
pub(crate) mod mode;
mod note;
pub(crate) mod package;
mod patch;
mod refusal;
pub(crate) mod request;
mod safety;
mod treatment;
mod view;
pub(crate) mod warn;

use axum::response::Response;
use maud::{Markup, html};
use register::access::Action::{
    DecideRequests, EditContact, Erase, ReadCards, ReadCare, RecordCare, RecordRequests,
    RedactCare, Retain,
};
use register::access::{Action, trim_by};
use register::audit::{Act, AuditEvent, Purpose};
use register::card::{Alert, Card, Field, Held};
use register::directory::Hit;
use register::document::{Collection, Heads, Slot};
use register::id::{RecordId, ValueId};
use register::minor::Minority;
use register::replica::{Answer, Command};
use register::same::{strictest, union};

use crate::clock::today;
use crate::doors::Access::{May, Proved};
use crate::doors::Doors;
use crate::erasures;
use crate::form::Form;
use crate::problem::{Problem, redirect};
use crate::visitor::Visitor;

pub(crate) use band::alert_mark;
pub(crate) use content::{Kind, fill, inputs, read};
pub(crate) use entry::{Unsettled, assemble, optional_date, reassemble};
pub(crate) use package::defused;
pub(crate) use treatment::catalogue;

/// The most heads or value ids that a form may name.
const NAMED: usize = 64;

/// A part of the card whose entries have a form of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Section {
    Treatment,
    Health,
    Note,
    PatchTest,
    Adverse,
    Refusal,
}

impl Section {
    const ALL: [Self; 6] = [
        Self::Treatment,
        Self::Health,
        Self::Note,
        Self::PatchTest,
        Self::Adverse,
        Self::Refusal,
    ];

    const fn path(self) -> &'static str {
        match self {
            Self::Treatment => "treatments",
            Self::Health => "health",
            Self::Note => "notes",
            Self::PatchTest => "patch-tests",
            Self::Adverse => "adverse-events",
            Self::Refusal => "refusals",
        }
    }

    pub(crate) const fn collection(self) -> Collection {
        match self {
            Self::Treatment => Collection::Treatment,
            Self::Health => Collection::Health,
            Self::Note => Collection::Note,
            Self::PatchTest => Collection::PatchTest,
            Self::Adverse => Collection::Adverse,
            Self::Refusal => Collection::Refusal,
        }
    }

    pub(crate) const fn kind(self) -> Kind {
        match self {
            Self::Treatment => Kind::Treatment,
            Self::Health => Kind::Health,
            Self::Note => Kind::Note,
            Self::PatchTest => Kind::PatchTest,
            Self::Adverse => Kind::AdverseEvent,
            Self::Refusal => Kind::TreatmentRefusal,
        }
    }

    /// What removing the old value from history too takes.
    pub(crate) const fn redaction(self) -> Action {
        match self {
            Self::Treatment | Self::Health | Self::PatchTest | Self::Adverse | Self::Refusal => {
                Action::RedactCare
            }
            Self::Note => Action::RedactContact,
        }
    }

    /// What writing here takes.
    const fn action(self) -> Action {
        match self {
            Self::Treatment | Self::Health | Self::PatchTest | Self::Adverse | Self::Refusal => {
                Action::RecordCare
            }
            Self::Note => Action::EditContact,
        }
    }

    /// Whether it tells of health in words, so that opening it is logged.
    pub(crate) const fn is_health(self) -> bool {
        match self {
            Self::Health | Self::PatchTest | Self::Adverse => true,
            Self::Treatment | Self::Note | Self::Refusal => false,
        }
    }
}

/// Everything under `/clients/{id}`.
pub(crate) fn doors() -> Doors {
    let id = "/clients/{id}";
    let under = |path: &str| format!("{id}/{path}");
    let doors = Doors::default()
        .get(id, May(ReadCards), view::page)
        .get(&under("contact"), May(EditContact), contact::page)
        .post(&under("contact"), May(EditContact), contact::submit)
        .get(&under("marketing"), May(EditContact), marketing::page)
        .post(&under("marketing"), May(EditContact), marketing::submit)
        .get(&under("conflicts"), May(EditContact), conflict::page)
        .post(&under("conflicts"), May(EditContact), conflict::submit)
        .get(&under("health"), May(ReadCare), view::revealed)
        .post(&under("health/asked"), May(RecordCare), health::asked)
        .post(
            &under("health/{entry}/confirm"),
            May(RecordCare),
            health::confirm,
        )
        .get(
            &under("health/withdraw"),
            May(RedactCare),
            forget::withdrawal,
        )
        .post(&under("health/withdraw"), May(RedactCare), forget::withdraw)
        .get(&under("history/clear"), Proved(Erase), forget::clearing)
        .post(&under("history/clear"), Proved(Erase), forget::clear)
        .get(&under("changes"), May(ReadCare), changes::page)
        .get(&under("erase"), Proved(Erase), erase::page)
        .post(&under("erase"), Proved(Erase), erase::submit)
        .get(&under("claim"), May(Retain), hold::claim_page)
        .post(&under("claim"), May(Retain), hold::claim)
        .get(&under("restriction"), May(Retain), hold::restriction_page)
        .post(&under("restriction"), May(Retain), hold::restriction)
        .and(request_doors(&under("requests")))
        .and(safety_doors(id));
    Section::ALL.into_iter().fold(doors, |doors, section| {
        let path = under(section.path());
        let access = May(section.action());
        let made = format!("{path}/new");
        let entry = format!("{path}/{{entry}}");
        doors
            .get(&made, access, move |who, at, copy| {
                entry::new_page(section, who, at, copy)
            })
            .post(&made, access, move |at, posted| {
                entry::add(section, at, posted)
            })
            .get(&entry, access, move |who, at| entry::page(section, who, at))
            .post(&entry, access, move |at, posted| {
                entry::change(section, at, posted)
            })
            .post(&format!("{entry}/remove"), access, move |at, posted| {
                entry::remove(section, at, posted)
            })
    })
}

/// Consent, contact details only, and who may be under age.
fn safety_doors(id: &str) -> Doors {
    let under = |path: &str| format!("{id}/{path}");
    let consent = under("health/consent");
    let mode = under("contact-only");
    let minor = under("minor");
    Doors::default()
        .get(&consent, May(RecordCare), consent::page)
        .post(&consent, May(RecordCare), consent::submit)
        .post(
            &under("health/unchanged"),
            May(RecordCare),
            health::unchanged,
        )
        .get(&mode, May(EditContact), mode::page)
        .post(&mode, May(EditContact), mode::submit)
        .get(&minor, May(EditContact), minor::page)
        .post(&minor, May(EditContact), minor::check)
        .post(&under("minor/guardian"), May(EditContact), minor::guardian)
}

/// What a client asks for, and the package that answers.
fn request_doors(path: &str) -> Doors {
    let entry = format!("{path}/{{entry}}");
    let record = May(RecordRequests);
    let doors = Doors::default()
        .get(&format!("{path}/new"), record, request::new_page)
        .post(&format!("{path}/new"), record, request::add)
        .get(&entry, record, request::page);
    let doors = package::Shape::ALL.into_iter().fold(doors, |doors, shape| {
        let decide = Proved(DecideRequests);
        doors
            .get(shape.path(), decide, move |who, at| {
                package::get(shape, who, at)
            })
            .post(shape.path(), decide, move |at, posted| {
                package::post(shape, at, posted)
            })
    });
    request::Step::ALL.into_iter().fold(doors, |doors, step| {
        let path = format!("{entry}/{}", step.path());
        doors.post(&path, May(step.action()), move |at, posted| {
            request::step(step, at, posted)
        })
    })
}

/// A card as this visitor may see it.
pub(crate) struct Opened {
    /// Without what the role may not see.
    pub(crate) card: Card,
    /// Health at a glance, of this whole card alone.
    pub(crate) own_alert: Alert,
    /// The same of every card of the same person: the loudest.
    pub(crate) alert: Alert,
    /// The strictest answer about marketing on any card of the same person.
    pub(crate) permission: Option<bool>,
    /// The other cards of the same person.
    pub(crate) linked: Vec<Hit>,
    /// How many entries of health and treatments stand on the whole card.
    pub(crate) care_entries: usize,
}

impl Opened {
    /// The card's own path.
    pub(crate) fn path(&self) -> String {
        format!("/clients/{}", self.card.id)
    }

    /// Ends the request when the use of the card is restricted (GDPR Article 18).
    pub(crate) fn editable(&self) -> Result<(), Problem> {
        if self.card.restricted() {
            return Err(Problem::Restricted);
        }
        Ok(())
    }

    /// Ends the request when nothing but contact details may be kept (clause 6).
    pub(crate) fn takes_care(&self) -> Result<(), Problem> {
        if self.card.contact_only() {
            return Err(Problem::ContactOnly);
        }
        Ok(())
    }

    /// Whether this visitor may do what changes the card.
    pub(crate) fn may_change(&self, who: &Visitor, action: Action) -> bool {
        who.may(action) && !self.card.restricted()
    }

    /// The client's name as titles show it.
    pub(crate) fn title(&self, who: &Visitor) -> String {
        self.card
            .name
            .newest()
            .map_or_else(|| who.t().not_known_yet().to_owned(), |name| name.listed())
    }
}

/// A card that is read to decide by: what becomes of a change, or where it leads. That is not logged, so nothing of it
/// goes to the visitor.
pub(crate) struct Considered(Opened);

impl Considered {
    /// What the change is decided by, and never shown.
    pub(crate) const fn basis(&self) -> &Opened {
        &self.0
    }

    /// The card, to be shown after all: now it is opened, which is logged.
    pub(crate) async fn shown(self, who: &Visitor) -> Result<Opened, Problem> {
        open(who, &self.0.card.id.to_string()).await
    }
}

/// Reads a card that is about to be changed: one write to the disk less for whoever waits, and the log says once that
/// it was changed.
pub(crate) async fn consider(who: &Visitor, id: &str) -> Result<Considered, Problem> {
    let record = shown_record(who, id).await?;
    take(who, Command::Consider(record)).await.map(Considered)
}

/// Opens a card, which is logged, durably, before anything of it is shown.
pub(crate) async fn open(who: &Visitor, id: &str) -> Result<Opened, Problem> {
    open_for(who, id, Purpose::Care).await
}

/// The same for another purpose.
pub(crate) async fn open_for(who: &Visitor, id: &str, purpose: Purpose) -> Result<Opened, Problem> {
    let record = shown_record(who, id).await?;
    let viewer = who.user.id;
    let command = Command::Open {
        record,
        viewer,
        purpose,
    };
    take(who, command).await
}

/// The client's card of this id, if this visitor may read cards and it is not hidden.
async fn shown_record(who: &Visitor, id: &str) -> Result<RecordId, Problem> {
    who.demand(Action::ReadCards)?;
    let record: RecordId = id.parse().map_err(|_| Problem::NotFound)?;
    // Staff, settings and catalogue are records too, and no cards.
    let (shown, hidden) = {
        let directory = who.house().desk.directory();
        let known = |found: Option<_>| found.is_some();
        (
            known(directory.client(record)),
            known(directory.hidden_client(record)),
        )
    };
    if shown {
        Ok(record)
    } else {
        Err(missing(who, record, hidden).await)
    }
}

/// Takes a card from the register, together with what the cards of the same person say.
async fn take(who: &Visitor, command: Command) -> Result<Opened, Problem> {
    let Answer::Card(card) = who.house().desk.ask(command).await? else {
        return Err(Problem::Internal);
    };
    let record = card.id;
    let day = today(who.house().clock);
    let own_alert = card.alert_on(day);
    let care_entries = card.care_entries();
    // Nobody who may be under age is sent anything (decision 6).
    let barred = card.minority(day) != Minority::No;
    let answer = if barred {
        Some(false)
    } else {
        card.marketing_answer()
    };
    let directory = who.house().desk.directory();
    let linked = directory.linked(record);
    let others = linked.iter().filter_map(|hit| directory.client(hit.id));
    let (alerts, answers): (Vec<Alert>, Vec<Option<bool>>) = others
        .map(|one| (one.alert_on(Some(day)), one.marketing))
        .unzip();
    Ok(Opened {
        alert: union(alerts.into_iter().chain([own_alert])),
        permission: strictest(answers.into_iter().chain([answer])),
        own_alert,
        care_entries,
        linked,
        card: trim_by(*card, |action| who.may(action)),
    })
}

/// Logs that the health part of a card is opened, before anything of it is shown.
pub(crate) async fn reveal(who: &Visitor, card: &Card) -> Result<(), Problem> {
    let event = AuditEvent {
        who: who.user.id,
        act: Act::Revealed,
        record: Some(card.id),
        reason: String::new(),
    };
    who.house().desk.ask(Command::Audit(event)).await?;
    Ok(())
}

/// Why a card isn't there.
async fn missing(who: &Visitor, record: RecordId, hidden: bool) -> Problem {
    if hidden {
        return Problem::Overdue;
    }
    match erasures::find(who, record).await {
        Ok(Some(_)) => Problem::Erased(Some(record)),
        Ok(None) => Problem::NotFound,
        Err(problem) => problem,
    }
}

/// What a form says of the version its page showed.
pub(crate) fn seen(form: &Form) -> Result<Heads, Problem> {
    let hashes: Vec<[u8; 32]> = form
        .get("heads")
        .split(',')
        .take(NAMED)
        .map(|text| {
            let bytes = data_encoding::HEXLOWER.decode(text.as_bytes()).ok()?;
            bytes.try_into().ok()
        })
        .collect::<Option<_>>()
        .ok_or(Problem::Unreadable)?;
    Ok(Heads::new(hashes))
}

/// The hidden fields of every form of a card.
pub(crate) fn hidden_state(who: &Visitor, heads: &Heads) -> Markup {
    let heads: Vec<String> = heads
        .as_slice()
        .iter()
        .map(|hash| data_encoding::HEXLOWER.encode(hash))
        .collect();
    html! {
        (crate::form::hidden("csrf", who.csrf()))
        (crate::form::hidden("heads", &heads.join(",")))
    }
}

/// The ids of the values that stand in a field, as a form carries them.
pub(crate) fn value_ids<T>(field: &Field<T>) -> String {
    let ids: Vec<String> = field.all().iter().map(|held| held.id.to_string()).collect();
    ids.join(",")
}

/// Reads what [`value_ids`] wrote.
pub(crate) fn read_value_ids(text: &str) -> Result<Vec<ValueId>, Problem> {
    text.split(',')
        .take(NAMED)
        .map(|id| id.parse().map_err(|_| Problem::Unreadable))
        .collect()
}

/// Goes back to the card after a save; to the choice, if somebody else saved the same field meanwhile.
pub(crate) async fn after_save(
    who: &Visitor,
    record: RecordId,
    heads: &Heads,
    slots: &[Slot],
) -> Result<Response, Problem> {
    let card = format!("/clients/{record}");
    // One head: nothing else happened at the same time.
    if heads.as_slice().len() < 2 {
        return Ok(redirect(&card));
    }
    let considered = consider(who, &record.to_string()).await?;
    let met = conflict::cases(&considered.basis().card, who)
        .iter()
        .any(|case| slots.contains(&case.slot));
    Ok(redirect(&if met {
        format!("{card}/conflicts")
    } else {
        card
    }))
}

/// The newest value of an entry that the page may still edit as one.
pub(crate) fn single<T>(field: &Field<T>) -> Option<&Held<T>> {
    match field {
        Field::Value(held) => Some(held),
        _ => None,
    }
}

//! The client card: one page, the forms of its sections, and the choices it waits for.

mod band;
mod conflict;
mod contact;
mod content;
mod entry;
mod erase;
mod forget;
mod health;
mod hold;
mod marketing;
mod note;
mod package;
mod request;
mod treatment;
mod view;

use std::sync::Arc;

use axum::Router;
use axum::response::Response;
use axum::routing::{get, post};
use maud::{Markup, html};
use register::access::{Action, trim};
use register::audit::Purpose;
use register::card::{Alert, Card, Field, Held};
use register::document::{Collection, Heads, Slot};
use register::id::{RecordId, ValueId};
use register::replica::{Answer, Command};

use crate::erasures;
use crate::form::Form;
use crate::house::House;
use crate::problem::{Problem, redirect};
use crate::visitor::Visitor;

pub(crate) use band::alert_mark;
pub(crate) use content::{Kind, fill, inputs, read};

/// The most heads or value ids that a form may name.
const NAMED: usize = 64;

/// A part of the card whose entries have a form of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Section {
    Treatment,
    Health,
    Note,
}

impl Section {
    const ALL: [Self; 3] = [Self::Treatment, Self::Health, Self::Note];

    const fn path(self) -> &'static str {
        match self {
            Self::Treatment => "treatments",
            Self::Health => "health",
            Self::Note => "notes",
        }
    }

    const fn collection(self) -> Collection {
        match self {
            Self::Treatment => Collection::Treatment,
            Self::Health => Collection::Health,
            Self::Note => Collection::Note,
        }
    }

    const fn kind(self) -> Kind {
        match self {
            Self::Treatment => Kind::Treatment,
            Self::Health => Kind::Health,
            Self::Note => Kind::Note,
        }
    }

    /// What removing the old value from history too takes.
    const fn redaction(self) -> Action {
        match self {
            Self::Treatment | Self::Health => Action::RedactCare,
            Self::Note => Action::RedactContact,
        }
    }

    /// What writing here takes.
    const fn action(self) -> Action {
        match self {
            Self::Treatment | Self::Health => Action::RecordCare,
            Self::Note => Action::EditContact,
        }
    }
}

/// Everything under `/clients/{id}`.
pub(crate) fn routes() -> Router<Arc<House>> {
    let mut router = Router::new()
        .route("/clients/{id}", get(view::page))
        .route("/clients/{id}/health", get(view::revealed))
        .route("/clients/{id}/health/asked", post(health::asked))
        .route(
            "/clients/{id}/health/withdraw",
            get(forget::withdrawal).post(forget::withdraw),
        )
        .route(
            "/clients/{id}/history/clear",
            get(forget::clearing).post(forget::clear),
        )
        .route("/clients/{id}/erase", get(erase::page).post(erase::submit))
        .route(
            "/clients/{id}/claim",
            get(hold::claim_page).post(hold::claim),
        )
        .route(
            "/clients/{id}/restriction",
            get(hold::restriction_page).post(hold::restriction),
        )
        .route(
            "/clients/{id}/contact",
            get(contact::page).post(contact::submit),
        )
        .route(
            "/clients/{id}/marketing",
            get(marketing::page).post(marketing::submit),
        )
        .route(
            "/clients/{id}/conflicts",
            get(conflict::page).post(conflict::submit),
        )
        .route(
            "/clients/{id}/health/{entry}/confirm",
            post(health::confirm),
        );
    for section in Section::ALL {
        let path = format!("/clients/{{id}}/{}", section.path());
        router = router
            .route(
                &format!("{path}/new"),
                get(move |who, at, copy| entry::new_page(section, who, at, copy))
                    .post(move |at, posted| entry::add(section, at, posted)),
            )
            .route(
                &format!("{path}/{{entry}}"),
                get(move |who, at| entry::page(section, who, at))
                    .post(move |at, posted| entry::change(section, at, posted)),
            )
            .route(
                &format!("{path}/{{entry}}/remove"),
                post(move |at, posted| entry::remove(section, at, posted)),
            );
    }
    requests(router)
}

/// What clients ask, and the package that answers them.
fn requests(mut router: Router<Arc<House>>) -> Router<Arc<House>> {
    router = router
        .route(
            "/clients/{id}/requests/new",
            get(request::new_page).post(request::add),
        )
        .route("/clients/{id}/requests/{entry}", get(request::page));
    for shape in package::Shape::ALL {
        router = router.route(
            shape.path(),
            get(move |who, at| package::get(shape, who, at))
                .post(move |at, posted| package::post(shape, at, posted)),
        );
    }
    for step in request::Step::ALL {
        let path = format!("/clients/{{id}}/requests/{{entry}}/{}", step.path());
        let take = move |at, posted| request::step(step, at, posted);
        router = router.route(&path, post(take));
    }
    router
}

/// A card as this visitor may see it.
pub(crate) struct Opened {
    /// Without what the role may not see.
    pub(crate) card: Card,
    /// Health at a glance, of the whole card.
    pub(crate) alert: Alert,
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

/// Opens a card, which is logged, durably, before anything of it is shown.
pub(crate) async fn open(who: &Visitor, id: &str) -> Result<Opened, Problem> {
    open_for(who, id, Purpose::Care).await
}

/// The same for another purpose.
async fn open_for(who: &Visitor, id: &str, purpose: Purpose) -> Result<Opened, Problem> {
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
    if !shown {
        return Err(missing(who, record, hidden).await);
    }
    let command = Command::Open {
        record,
        viewer: who.user.id,
        purpose,
    };
    let Answer::Card(card) = who.house().desk.ask(command).await? else {
        return Err(Problem::Internal);
    };
    let alert = card.alert();
    Ok(Opened {
        card: trim(*card, who.user.profile.role),
        alert,
    })
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
    let opened = open(who, &record.to_string()).await?;
    let met = conflict::cases(&opened.card, who)
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

//! The API: the same capabilities as the pages, for programs, as JSON under `/api/v1`.
//!
//! A program comes with a token that the owner made (`tokens`); no cookie counts. Who may is decided at the door
//! ([`caller`]), the same commands go to the register as from pages, bodies are read by the rules of the console's
//! forms, and each operation is one with its own description, from which OpenAPI ([`describe`]) and the page
//! about it ([`page`]) are made. What is deliberately absent: no state, no second set of rules, no CORS.

mod bodies;
mod body;
mod breaches;
mod caller;
mod campaigns;
mod care;
mod catalogue;
mod choices;
mod clients;
mod describe;
mod entries;
mod give;
mod hold;
mod house;
mod in_person;
mod join;
mod law;
mod lists;
mod page;
mod papers;
mod refusal;
mod settings;
mod shape;
mod standing;
mod users;

use register::access::Action::ManageUsers;

use crate::doors::{Access, Doors};

pub(crate) use caller::admit;
pub(crate) use describe::Description;
pub(crate) use refusal::finish;

/// Below this everything is the API's.
const ROOT: &str = "/api/v1";

/// Whether a path is the API's.
pub(crate) fn is_below(path: &str) -> bool {
    let rest = path.strip_prefix(ROOT);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Every operation, and what is told about them.
pub(crate) fn doors() -> Doors {
    Doors::default()
        .get("/api", Access::May(ManageUsers), page::show)
        .get("/api/v1/openapi.json", Access::Anyone, page::openapi)
        .and(clients::doors())
        .and(entries::doors())
        .and(care::doors())
        .and(choices::doors())
        .and(standing::doors())
        .and(law::doors())
        .and(hold::doors())
        .and(campaigns::doors())
        .and(catalogue::doors())
        .and(settings::doors())
        .and(house::doors())
        .and(users::doors())
        .and(give::doors())
        .and(join::doors())
        .and(lists::doors())
        .and(papers::doors())
        .and(breaches::doors())
}

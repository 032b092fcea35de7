//! Batch recall: a batch number or product leads to everyone who received it. Every search is logged.

use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use register::access::Action;
use register::audit::{Act, AuditEvent};
use register::contact::{Phone, required, text};
use register::directory::{Recalled, Received, Summary};
use register::replica::Command;

use crate::card::defused;
use crate::clock::show_date;
use crate::form::{Faults, Field, Form, Input, hidden};
use crate::icon::Icon;
use crate::page::{Page, Room};
use crate::problem::Problem;
use crate::visitor::{Posted, Visitor};

/// Entries on a page. The file has them all.
const SHOWN: usize = 1_000;
/// The longest search, characters.
const QUERY: usize = 100;

/// What is looked for.
pub(crate) struct Wanted {
    batch: String,
    product: String,
}

impl Wanted {
    pub(crate) fn read(who: &Visitor, form: &Form, faults: &mut Faults) -> Option<Self> {
        let t = who.t();
        let short = |name: &str| -> String { form.get(name).chars().take(QUERY).collect() };
        let batch = faults.take("batch", text(&short("batch")), t)?;
        let product = faults.take("product", text(&short("product")), t)?;
        if batch.is_empty() && product.is_empty() {
            faults.add("batch", t.batch_query_needed());
            return None;
        }
        Some(Self { batch, product })
    }

    /// As the log keeps it.
    fn reason(&self, why: &str) -> String {
        let parts = [self.batch.as_str(), self.product.as_str(), why];
        let said: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        said.join(" · ")
    }
}

/// Who received it, which is logged before anything is shown.
pub(crate) async fn trace(who: &Visitor, wanted: &Wanted) -> Result<Recalled, Problem> {
    let found = look(who, wanted, SHOWN);
    log(who, Act::Traced(found.total as u64), wanted.reason("")).await?;
    Ok(found)
}

/// The search.
pub(crate) async fn page(who: Visitor) -> Result<Response, Problem> {
    Ok(show(
        &who,
        &Form::default(),
        &Faults::default(),
        &Markup::default(),
    ))
}

/// What it finds.
pub(crate) async fn find(Posted { who, form }: Posted) -> Result<Response, Problem> {
    let mut faults = Faults::default();
    let Some(wanted) = Wanted::read(&who, &form, &mut faults) else {
        return Ok(refused(show(&who, &form, &faults, &Markup::default())));
    };
    let found = trace(&who, &wanted).await?;
    let list = results(&who, &wanted, &found, &Form::default(), &Faults::default());
    Ok(show(&who, &form, &faults, &list))
}

/// The same as a file, for the owner, who says why (clause 7).
pub(crate) async fn export(Posted { who, form }: Posted) -> Result<Response, Problem> {
    let mut faults = Faults::default();
    let wanted = Wanted::read(&who, &form, &mut faults).ok_or(Problem::Unreadable)?;
    let Some(why) = faults.take("why", required(form.get("why")), who.t()) else {
        let found = look(&who, &wanted, SHOWN);
        let list = results(&who, &wanted, &found, &form, &faults);
        return Ok(refused(show(&who, &form, &faults, &list)));
    };
    let found = look(&who, &wanted, usize::MAX);
    let bytes = csv(&who, &found).map_err(|_| Problem::Internal)?;
    // Logged, durably, before anything of it leaves.
    let rows = Act::Exported(found.total as u64);
    log(&who, rows, wanted.reason(&why)).await?;
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    let kind = HeaderValue::from_static("text/csv; charset=utf-8");
    headers.insert(CONTENT_TYPE, kind);
    let name = HeaderValue::from_static("attachment; filename=\"batch.csv\"");
    headers.insert(CONTENT_DISPOSITION, name);
    Ok(response)
}

fn look(who: &Visitor, wanted: &Wanted, limit: usize) -> Recalled {
    let directory = who.house().desk.directory();
    directory.received(&wanted.batch, &wanted.product, limit)
}

async fn log(who: &Visitor, act: Act, reason: String) -> Result<(), Problem> {
    let event = AuditEvent {
        who: who.user.id,
        act,
        record: None,
        reason,
    };
    who.house().desk.ask(Command::Audit(event)).await?;
    Ok(())
}

fn refused(mut response: Response) -> Response {
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    response
}

fn show(who: &Visitor, form: &Form, faults: &Faults, list: &Markup) -> Response {
    let t = who.t();
    let main = html! {
        p .crumb { a href="/treatments" { (t.catalogue()) } }
        h1 { (t.batches()) }
        p .lead.unprinted { (t.batches_lead()) }
        (faults.summary(t))
        form .sheet.unprinted method="post" action="/treatments/batches" novalidate role="search" {
            (hidden("csrf", who.csrf()))
            div .pair {
                (Field::new("batch", t.batch_query(), Input::Text).show(form, faults))
                (Field::new("product", t.product_query(), Input::Text).show(form, faults))
            }
            p .actions { button .primary { (t.find()) } }
        }
        (list)
    };
    Page {
        title: t.batches(),
        room: Room::Treatments,
        record: None,
        main,
    }
    .show(who)
}

fn results(
    who: &Visitor,
    wanted: &Wanted,
    found: &Recalled,
    form: &Form,
    faults: &Faults,
) -> Markup {
    let t = who.t();
    if found.lines.is_empty() {
        return html! { section .panel { p .strip.info role="status" { (Icon::Info.show()) span { (t.batch_none()) } } } };
    }
    let title = t.batch_found(found.total, found.clients);
    html! {
        section .panel {
            header { h2 { (wanted.reason("")) } }
            p role="status" { (title) }
            @if found.total > found.lines.len() { p .muted { (t.first_lines_shown(found.lines.len())) } }
            // Before the list, which has a link in each line.
            @if who.may(Action::Export) { (export_form(who, wanted, form, faults)) }
            div .scroll tabindex="0" role="group" aria-label=(title) { table {
                thead { tr { th { (t.date()) } th { (t.name()) } th { (t.phone()) } th { (t.treatment()) }
                    th { (t.products()) } th { (t.batch()) } th { (t.at_premises()) } th { (t.given_by()) } } }
                tbody { @for one in &found.lines { (row(who, one)) } }
            } }
            p .hint.unprinted { (t.print_hint()) }
        }
    }
}

fn export_form(who: &Visitor, wanted: &Wanted, form: &Form, faults: &Faults) -> Markup {
    let t = who.t();
    html! {
        details .unprinted open[!faults.is_empty()] {
            summary { (t.batch_csv()) }
            form method="post" action="/treatments/batches.csv" novalidate {
                (hidden("csrf", who.csrf())) (hidden("batch", &wanted.batch)) (hidden("product", &wanted.product))
                (Field::new("why", t.batch_csv_why(), Input::Text).hint(t.batch_csv_hint()).required().show(form, faults))
                button { (t.batch_csv()) }
            }
        }
    }
}

fn row(who: &Visitor, one: &Received) -> Markup {
    let t = who.t();
    let directory = who.house().desk.directory();
    let client = directory.client(one.client);
    let given = &one.given;
    html! {
        tr {
            td { (show_date(given.date)) }
            td { a href={ "/clients/" (one.client) } { (name(client).unwrap_or_else(|| t.not_known_yet().to_owned())) } }
            td { (phones(client, ToString::to_string)) }
            td { (given.treatment) }
            td { (given.products) }
            td { (given.batch) }
            td { (given.premises) }
            td { (who.house().given_by(&given.by, given.by_id, t)) }
        }
    }
}

fn name(client: Option<&Summary>) -> Option<String> {
    Some(client?.name.as_ref()?.listed())
}

fn phones(client: Option<&Summary>, show: impl Fn(&Phone) -> String) -> String {
    let all = client.into_iter().flat_map(|one| &one.phones);
    all.map(show).collect::<Vec<_>>().join(", ")
}

/// For a Finnish spreadsheet: semicolons and a byte order mark.
fn csv(who: &Visitor, found: &Recalled) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::WriterBuilder::new()
        .delimiter(b';')
        .terminator(csv::Terminator::CRLF)
        .from_writer("\u{feff}".as_bytes().to_vec());
    writer.write_record([
        "date",
        "name",
        "phone",
        "treatment",
        "products",
        "batch",
        "premises",
        "by",
    ])?;
    let directory = who.house().desk.directory();
    for one in &found.lines {
        let client = directory.client(one.client);
        let given = &one.given;
        let day = given.date.to_string();
        let name = name(client).unwrap_or_default();
        let phone = phones(client, |phone| phone.as_str().to_owned());
        let by = who.house().given_by(&given.by, given.by_id, who.t());
        let fields = [
            &day,
            &name,
            &phone,
            &given.treatment,
            &given.products,
            &given.batch,
            &given.premises,
            &by,
        ];
        writer.write_record(fields.map(|text| defused(text)))?;
    }
    writer
        .into_inner()
        .map_err(|error| csv::Error::from(error.into_error()))
}

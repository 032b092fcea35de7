//! The page that describes the API, and the description itself.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use axum::Json;
use axum::response::Response;
use maud::{Markup, html};
use serde_json::Value;

use crate::page::{Page, Room};
use crate::text::Language;
use crate::visitor::Visitor;

/// The description, made once: it is the same for as long as the program runs.
static DESCRIPTION: LazyLock<Value> = LazyLock::new(|| {
    let all = super::doors().description().openapi();
    serde_json::to_value(all).unwrap_or_default()
});

/// The description for programs.
pub(super) async fn openapi() -> Json<Value> {
    Json(DESCRIPTION.clone())
}

/// The description for people.
pub(super) async fn show(who: Visitor) -> Response {
    let t = who.t();
    let all = &*DESCRIPTION;
    let about = text(at(all, "/info/description"));
    let main = html! {
        h1 { (t.api_title()) }
        p .lead { (t.api_lead()) }
        p lang="en" { (about) }
        p .aside { a href="/api/v1/openapi.json" { (t.api_description()) } a href="/admin/tokens" { (t.tokens()) } }
        @for (tag, all) in &by_tag(all) {
            section .panel lang="en" {
                header { h2 { (tag) } }
                @for (path, method, operation) in all { (described(t, &who, path, method, operation)) }
            }
        }
        h2 { (t.api_schemas()) }
        @for (name, schema) in pairs(at(all, "/components/schemas")) {
            section .panel id={ "schema-" (name) } lang="en" {
                header { h3 { (name) } }
                p { (prose(text(at(schema, "/description")))) }
                (fields(t, schema))
            }
        }
    };
    Page {
        title: t.api_title(),
        room: Room::Desk,
        record: None,
        main,
    }
    .show(&who)
}

/// What stands at a place of a description (RFC 6901); null when nothing does.
fn at<'a>(value: &'a Value, place: &str) -> &'a Value {
    value.pointer(place).unwrap_or(&Value::Null)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn pairs(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

/// Operations, each with its path and method, by what they are about.
fn by_tag(all: &Value) -> BTreeMap<&str, Vec<(&str, String, &Value)>> {
    let mut tags: BTreeMap<&str, Vec<_>> = BTreeMap::new();
    for (path, item) in pairs(at(all, "/paths")) {
        for (method, one) in pairs(item) {
            let tag = text(at(one, "/tags/0"));
            let operations = tags.entry(tag).or_default();
            operations.push((path.as_str(), method.to_uppercase(), one));
        }
    }
    tags
}

fn described(t: Language, who: &Visitor, path: &str, method: &str, one: &Value) -> Markup {
    let body = at(one, "/requestBody/content/application~1json/schema");
    html! {
        details id=(text(at(one, "/operationId"))) {
            summary { code { (method) " " (path) } " " (text(at(one, "/summary"))) }
            @for part in text(at(one, "/description")).split("\n\n") { p { (prose(part)) } }
            @if let Some(parameters) = at(one, "/parameters").as_array() {
                h3 lang=(t.code()) { (t.api_parameters()) }
                dl .facts { @for parameter in parameters {
                    div { dt { code { (text(at(parameter, "/name"))) } " (" (text(at(parameter, "/in"))) ")" }
                        dd { (prose(text(at(parameter, "/description")))) } }
                } }
            }
            @if !body.is_null() { h3 lang=(t.code()) { (t.api_body()) } p { (kind(body)) } }
            h3 lang=(t.code()) { (t.api_answers()) }
            dl .facts { @for (status, answer) in pairs(at(one, "/responses")) {
                div { dt { (status) } dd { (prose(text(at(answer, "/description")))) " "
                    @for (_, content) in pairs(at(answer, "/content")) { (kind(at(content, "/schema"))) } } }
            } }
            h3 lang=(t.code()) { (t.api_example()) }
            pre tabindex="0" { code { (curl(who, method, path, one, !body.is_null())) } }
        }
    }
}

/// A text with what stands between backquotes as code.
fn prose(text: &str) -> Markup {
    html! {
        @for (number, part) in text.split('`').enumerate() {
            @if number % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}

/// What a schema is, in a word that leads to where it is described.
fn kind(schema: &Value) -> Markup {
    if let Some(name) = text(at(schema, "/$ref")).strip_prefix("#/components/schemas/") {
        return html! { a href={ "#schema-" (name) } { code { (name) } } };
    }
    let one_of = at(schema, "/oneOf").as_array().into_iter().flatten();
    let choices: Vec<&Value> = one_of.filter(|one| at(one, "/type") != "null").collect();
    if !choices.is_empty() {
        return html! { @for one in choices { (kind(one)) " " } };
    }
    let words: Vec<&str> = match at(schema, "/type") {
        Value::Array(all) => all.iter().map(text).collect(),
        one => vec![text(one)],
    };
    html! {
        code { (words.join(" | ")) }
        @if !at(schema, "/items").is_null() { " " (kind(at(schema, "/items"))) }
        @if let Some(format) = at(schema, "/format").as_str() { " (" (format) ")" }
    }
}

fn fields(t: Language, schema: &Value) -> Markup {
    let required: Vec<&str> = at(schema, "/required")
        .as_array()
        .map(|all| all.iter().map(text).collect())
        .unwrap_or_default();
    html! {
        @if let Some(words) = at(schema, "/enum").as_array() {
            p { @for word in words { code { (text(word)) } " " } }
        }
        dl .facts { @for (name, field) in pairs(at(schema, "/properties")) {
            div {
                dt { code { (name) } @if required.contains(&name.as_str()) { " " span .muted lang=(t.code()) { (t.api_required()) } } }
                dd { (kind(field)) " " (text(&field["description"])) }
            }
        } }
    }
}

/// The operation as a command line. The token stands in a file, since others see command lines.
fn curl(who: &Visitor, method: &str, path: &str, one: &Value, body: bool) -> String {
    let host = who
        .house()
        .hosts
        .get(1)
        .map_or("127.0.0.1:7441", String::as_str);
    let mut line = format!("curl -X {method} -H \"Authorization: Bearer $(cat token)\"");
    let parameters = at(one, "/parameters").as_array().into_iter().flatten();
    if parameters.into_iter().any(|one| at(one, "/in") == "header") {
        line.push_str(" -H 'If-Match: \"VERSION\"'");
    }
    if body {
        line.push_str(" -H 'Content-Type: application/json' --data @body.json");
    }
    format!("{line} 'http://{host}{path}'")
}

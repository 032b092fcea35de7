//! The description of the API (OpenAPI 3.1), made from its operations.

use register::access::Action;
use utoipa::PartialSchema as _;
use utoipa::ToSchema as _;
use utoipa::openapi::path::{Operation, ParameterIn, PathItem, Paths};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{
    Components, ContentBuilder, Info, OpenApi, Ref, RefOr, ResponseBuilder, Schema,
};

use super::refusal::{Confirmation, FieldError, MEDIA, Stale, Told, scopes};

/// The security scheme's name.
const TOKEN: &str = "token";

const ABOUT: &str = "The client register of a beauty clinic: the same capabilities as the pages, by the same rules. \
    Bodies are JSON of at most 64 KiB; fields that are not described are refused. Every text has at most 4000 \
    characters and is refused with a personal identity code in it. Whatever shows, changes or takes out anything about \
    a client is in the audit log under the token's name. A write on an older version of a card is refused with both \
    values; a new entry stands beside whatever else happened.";

type Schemas = Vec<(String, RefOr<Schema>)>;

/// Operations, and the shapes that they speak of.
#[derive(Default)]
pub(crate) struct Description {
    paths: Paths,
    schemas: Schemas,
}

impl Description {
    /// These and those.
    pub(crate) fn and(mut self, others: Self) -> Self {
        self.schemas.extend(others.schemas);
        for (path, item) in others.paths.paths {
            let known = self.paths.paths.entry(path).or_default();
            known.merge_operations(item);
        }
        self
    }

    /// Takes operations that need an action, and returns their methods and paths.
    pub(crate) fn add(
        &mut self,
        action: Action,
        schemas: Schemas,
        mut paths: Paths,
    ) -> Vec<(&'static str, String)> {
        let mut named = Vec::new();
        for (path, item) in &mut paths.paths {
            for (method, operation) in operations(item) {
                complete(operation, method, path, action);
                named.push((method, path.clone()));
            }
        }
        let others = Self { paths, schemas };
        *self = core::mem::take(self).and(others);
        named
    }

    /// The whole description.
    pub(crate) fn openapi(self) -> OpenApi {
        let mut info = Info::new("Kortisto", "1");
        info.description = Some(ABOUT.to_owned());
        let mut all = OpenApi::new(info, self.paths);
        let mut components = Components::new();
        let refusal = [
            (Told::name(), Told::schema()),
            (FieldError::name(), FieldError::schema()),
            (Confirmation::name(), Confirmation::schema()),
            (Stale::name(), Stale::schema()),
        ];
        let refusal = refusal.map(|(name, schema)| (name.into_owned(), schema));
        components.schemas = self.schemas.into_iter().chain(refusal).collect();
        let scheme = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
        components.add_security_scheme(TOKEN, scheme);
        all.components = Some(components);
        all
    }
}

/// Each operation at a path, with its method.
pub(crate) fn operations(item: &mut PathItem) -> Vec<(&'static str, &mut Operation)> {
    let all = [
        ("GET", item.get.as_mut()),
        ("POST", item.post.as_mut()),
        ("PUT", item.put.as_mut()),
        ("PATCH", item.patch.as_mut()),
        ("DELETE", item.delete.as_mut()),
    ];
    all.into_iter()
        .filter_map(|(method, operation)| Some((method, operation?)))
        .collect()
}

/// Adds what follows from the operation's place: its name, who may, and how it can be refused.
fn complete(operation: &mut Operation, method: &str, path: &str, action: Action) {
    let plain = path.trim_start_matches("/api/v1/").replace(['{', '}'], "");
    let name = plain.replace(['/', '-', '.'], "_");
    operation.operation_id = Some(format!("{}_{name}", method.to_lowercase()));
    operation.security = Some(vec![SecurityRequirement::new(TOKEN, [] as [&str; 0])]);
    let about = operation.description.take().unwrap_or_default();
    let about = format!("{about}\n\nNeeds one of the scopes: {}.", scopes(action));
    operation.description = Some(about.trim().to_owned());
    let mut answers: Vec<(u16, &str)> = vec![
        (401, "No token that works."),
        (403, "The token does not allow it."),
        (
            421,
            "Not by one of this node's names, or from a page of another site.",
        ),
        (
            429,
            "Too many wrong tokens or passwords; Retry-After says for how long.",
        ),
        (503, "The register is closed or busy."),
    ];
    let has = |place: &ParameterIn| {
        let parameters = operation.parameters.iter().flatten();
        parameters
            .into_iter()
            .any(|one| matches!(one, RefOr::T(one) if one.parameter_in == *place))
    };
    let judges = method == "POST" && path.ends_with("/duplicates");
    if has(&ParameterIn::Path) || judges {
        answers.push((404, "Nothing there."));
    }
    if judges {
        answers.push((410, "Erased, or past its time."));
        answers.push((423, "The use of the card is restricted."));
    }
    if path.starts_with("/api/v1/clients/{id}") {
        answers.push((410, "Erased, or past its time."));
        if method != "GET" {
            answers.push((423, "The use of the card is restricted."));
        }
    }
    if method != "GET" && !path.ends_with("/search") {
        answers.push((
            409,
            "It stands otherwise, or something has to be confirmed first.",
        ));
    }
    if has(&ParameterIn::Header) {
        answers.push((412, "The card has changed; both values are told."));
        answers.push((428, "If-Match is missing."));
    }
    if has(&ParameterIn::Query) || operation.request_body.is_some() {
        answers.push((400, "It can't be read."));
    }
    if operation.request_body.is_some() {
        answers.push((413, "The body is too large."));
        answers.push((415, "The body is not JSON."));
        answers.push((422, "Fields can't be taken."));
    }
    for (status, says) in answers {
        let responses = &mut operation.responses.responses;
        responses
            .entry(status.to_string())
            .or_insert_with(|| refusal(says));
    }
}

fn refusal(says: &str) -> RefOr<utoipa::openapi::Response> {
    let schema = RefOr::Ref::<Schema>(Ref::from_schema_name(Told::name()));
    let content = ContentBuilder::new().schema(Some(schema)).build();
    ResponseBuilder::new()
        .description(says)
        .content(MEDIA, content)
        .build()
        .into()
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use crate::doors::Access;

    #[test]
    fn every_operation_is_described_and_every_description_has_a_door() {
        let list = super::super::doors().list();
        let doors: BTreeSet<(String, String)> = list
            .into_iter()
            .filter(|door| matches!(door.access, Access::Token(_)))
            .map(|door| (door.method.to_owned(), door.path))
            .collect();
        let all = super::super::doors().description().openapi();
        let all = serde_json::to_value(all).unwrap();
        let mut described = BTreeSet::new();
        let mut names = BTreeSet::new();
        for (path, item) in all["paths"].as_object().unwrap() {
            for (method, one) in item.as_object().unwrap() {
                described.insert((method.to_uppercase(), path.clone()));
                assert!(names.insert(one["operationId"].to_string()), "{one}");
                assert!(!one["summary"].is_null(), "{method} {path}");
                assert!(!one["responses"]["401"].is_null(), "{method} {path}");
            }
        }
        assert_eq!(doors, described);
    }

    #[test]
    fn no_two_shapes_have_one_name() {
        let all = super::super::doors().description();
        let mut known = BTreeMap::new();
        for (name, schema) in all.schemas {
            let shape = serde_json::to_value(&schema).unwrap();
            let before = known.insert(name.clone(), shape.clone());
            assert!(before.is_none_or(|before| before == shape), "{name}");
        }
    }

    #[test]
    fn every_shape_that_is_named_is_described() {
        let all = super::super::doors().description().openapi();
        let all = serde_json::to_value(all).unwrap();
        let known = all["components"]["schemas"].as_object().unwrap();
        let text = all.to_string();
        for part in text.split("#/components/schemas/").skip(1) {
            let name = part.split('"').next().unwrap();
            assert!(known.contains_key(name), "{name}");
        }
    }
}

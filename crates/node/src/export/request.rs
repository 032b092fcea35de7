//! The requests under the law in a line. Who checked an identity is left out: a user's id means nothing elsewhere.

use register::request::{CheckMethod, IdentityCheck, Request};
use serde_json::{Value, json};

pub(super) fn told(one: &Request) -> Value {
    let extension = one.extension.as_ref();
    let closing = one.closing.as_ref();
    json!({
        "kind": one.kind.code(),
        "channel": one.channel.code(),
        "received": one.received,
        "due": one.due(),
        "identity_check": one.check.as_ref().map(check),
        "extended_to": extension.map(|extension| extension.until),
        "extension_reason": extension.map(|extension| &extension.reason),
        "outcome": closing.map(|closing| closing.outcome.code()),
        "closed": closing.map(|closing| closing.date),
        "reason": closing.map(|closing| &closing.reason),
    })
}

fn check(one: &IdentityCheck) -> Value {
    let (method, document) = match one.method {
        CheckMethod::Document(document) => ("document", Some(document.code())),
        CheckMethod::KnownClient => ("known_client", None),
        CheckMethod::CodeSent => ("code_sent", None),
    };
    json!({ "method": method, "document": document, "date": one.date })
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use register::id::OPERATOR;
    use register::request::{Channel, Closing, DocumentType, Extension, Outcome, RequestKind};

    fn read(text: &str) -> serde_json::Value {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn a_request_is_told_from_its_first_day_to_its_end() {
        let open = Request {
            kind: RequestKind::Erasure,
            channel: Channel::Phone,
            received: date(2026, 1, 10),
            check: None,
            extension: None,
            closing: None,
        };
        assert_eq!(
            told(&open),
            read(
                r#"{"channel":"phone","closed":null,"due":"2026-02-10","extended_to":null,"extension_reason":null,"identity_check":null,"kind":"erasure","outcome":null,"reason":null,"received":"2026-01-10"}"#
            )
        );
        let closed = Request {
            check: Some(IdentityCheck {
                method: CheckMethod::Document(DocumentType::Passport),
                checker: OPERATOR,
                date: date(2026, 1, 11),
            }),
            extension: Some(Extension {
                until: date(2026, 4, 10),
                reason: "Laaja pyyntö".into(),
            }),
            closing: Some(Closing {
                outcome: Outcome::Refused,
                date: date(2026, 3, 12),
                reason: "Toistuva pyyntö".into(),
            }),
            ..open
        };
        assert_eq!(
            told(&closed),
            read(
                r#"{"channel":"phone","closed":"2026-03-12","due":"2026-04-10","extended_to":"2026-04-10","extension_reason":"Laaja pyyntö","identity_check":{"date":"2026-01-11","document":"passport","method":"document"},"kind":"erasure","outcome":"refused","reason":"Toistuva pyyntö","received":"2026-01-10"}"#
            )
        );
    }
}

//! The stored fields of a request.

use crate::request::{
    Channel, CheckMethod, Closing, DocumentType, Extension, IdentityCheck, Outcome, Request,
    RequestKind, RequestProof,
};

use super::ValueError;
use super::fields::{Fields, Rest};
use super::form::{put_record, record};

const DOCUMENT: &str = "document";
const KNOWN: &str = "known_client";
const CODE: &str = "code_sent";

pub(super) fn write(request: &Request, to: &mut Fields) {
    to.put_text("about", request.kind.code());
    to.put_text("channel", request.channel.code());
    to.put_date("received", Some(request.received));
    if let Some(check) = &request.check {
        let mut fields = Fields::of(&Rest::default());
        let method = match check.method {
            CheckMethod::Document(kind) => {
                fields.put_text("type", kind.code());
                DOCUMENT
            }
            CheckMethod::KnownClient => KNOWN,
            CheckMethod::CodeSent => CODE,
        };
        fields.put_text("method", method);
        put_record(&mut fields, "checker", Some(check.checker));
        fields.put_date("date", Some(check.date));
        to.put_fields("check", fields);
    }
    if let Some(extension) = &request.extension {
        let mut fields = Fields::of(&Rest::default());
        fields.put_date("until", Some(extension.until));
        fields.put_text("reason", &extension.reason);
        to.put_fields("extension", fields);
    }
    if let Some(closing) = &request.closing {
        let mut fields = Fields::of(&Rest::default());
        fields.put_text("outcome", closing.outcome.code());
        fields.put_date("date", Some(closing.date));
        fields.put_text("reason", &closing.reason);
        to.put_fields("closing", fields);
    }
}

pub(super) fn read(from: &mut Fields) -> Result<Request, ValueError> {
    Ok(Request {
        kind: RequestKind::from_code(&from.text("about")?).ok_or(ValueError::Newer)?,
        channel: Channel::from_code(&from.text("channel")?).ok_or(ValueError::Newer)?,
        received: from.date("received")?.ok_or(ValueError::Damaged)?,
        check: from.fields("check")?.map(read_check).transpose()?,
        extension: match from.fields("extension")? {
            None => None,
            Some(mut fields) => Some(Extension {
                until: fields.date("until")?.ok_or(ValueError::Damaged)?,
                reason: fields.text("reason")?,
            }),
        },
        closing: match from.fields("closing")? {
            None => None,
            Some(mut fields) => Some(Closing {
                outcome: Outcome::from_code(&fields.text("outcome")?).ok_or(ValueError::Newer)?,
                date: fields.date("date")?.ok_or(ValueError::Damaged)?,
                reason: fields.text("reason")?,
            }),
        },
    })
}

pub(super) fn write_proof(proof: &RequestProof, to: &mut Fields) {
    put_record(to, "card", Some(proof.card));
    to.put_text("about", proof.kind.code());
    to.put_text("channel", proof.channel.code());
    to.put_date("received", Some(proof.received));
    to.put_date("due", Some(proof.due));
    to.put_text("outcome", proof.outcome.map_or("", Outcome::code));
    to.put_date("ended", Some(proof.ended));
}

pub(super) fn read_proof(from: &mut Fields) -> Result<RequestProof, ValueError> {
    let outcome = from.text("outcome")?;
    Ok(RequestProof {
        card: record(from, "card")?.ok_or(ValueError::Damaged)?,
        kind: RequestKind::from_code(&from.text("about")?).ok_or(ValueError::Newer)?,
        channel: Channel::from_code(&from.text("channel")?).ok_or(ValueError::Newer)?,
        received: from.date("received")?.ok_or(ValueError::Damaged)?,
        due: from.date("due")?.ok_or(ValueError::Damaged)?,
        outcome: if outcome.is_empty() {
            None
        } else {
            Some(Outcome::from_code(&outcome).ok_or(ValueError::Newer)?)
        },
        ended: from.date("ended")?.ok_or(ValueError::Damaged)?,
    })
}

fn read_check(mut fields: Fields) -> Result<IdentityCheck, ValueError> {
    let method = match fields.text("method")?.as_str() {
        DOCUMENT => CheckMethod::Document(
            DocumentType::from_code(&fields.text("type")?).ok_or(ValueError::Newer)?,
        ),
        KNOWN => CheckMethod::KnownClient,
        CODE => CheckMethod::CodeSent,
        _ => return Err(ValueError::Newer),
    };
    Ok(IdentityCheck {
        method,
        checker: record(&mut fields, "checker")?.ok_or(ValueError::Damaged)?,
        date: fields.date("date")?.ok_or(ValueError::Damaged)?,
    })
}

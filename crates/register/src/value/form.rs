//! The stored fields of every kind of content.

use crate::access::Scope;
use crate::contact::{Address, BirthYear, Marketing, Name, Note, Origin};
use crate::health::{AlertLevel, HealthAsked, HealthEntry, HealthKind};
use crate::id::{EntryId, RecordId};
use crate::people::{
    Agreement, ApiToken, PasswordHash, Profile, QuickCode, Role, SecondFactor, SetupCode,
    Undertaking,
};
use crate::retention::{LegalClaim, Restriction};
use crate::same::{Judgement, Verdict};
use crate::settings::{CatalogueItem, PaperTask, Premises};
use crate::treatment::{Contract, Treatment};
use crate::warning::{Acknowledged, Warning};

use super::ValueError;
use super::content::{Content, Kind};
use super::fields::{Fields, Rest};
use super::{marketing, paper, request, safety};

impl Content {
    pub(super) fn write(&self, to: &mut Fields) {
        match self {
            Self::Name(name) => write_name(name, to),
            Self::BirthYear(year) => to.put_number("year", year.get().into()),
            Self::Phone(phone) => to.put_text("number", phone.as_str()),
            Self::Email(email) => to.put_text("address", email.as_str()),
            Self::Address(address) => write_address(address, to),
            Self::Origin(origin) => write_origin(origin, to),
            Self::Marketing(permission) => marketing::write_permission(permission, to),
            Self::Note(note) => {
                to.put_text("text", &note.text);
                to.put_date("date", note.date);
            }
            Self::Health(entry) => write_health(entry, to),
            Self::HealthAsked(asked) => to.put_date("date", Some(asked.date)),
            Self::Treatment(treatment) => write_treatment(treatment, to),
            Self::Profile(profile) => {
                to.put_text("name", &profile.name);
                to.put_text("role", profile.role.code());
            }
            Self::Password(password) => to.put_text("phc", &password.0),
            Self::SetupCode(code) => write_code(code, to),
            Self::SecondFactor(factor) => write_factor(factor, to),
            Self::QuickCode(code) => write_quick(code, to),
            Self::Undertaking(undertaking) => to.put_date("date", Some(undertaking.date)),
            Self::Disabled(disabled) => to.put_flag("disabled", Some(*disabled)),
            Self::Controller(controller) => paper::write_controller(controller, to),
            Self::Premises(premises) => write_premises(premises, to),
            Self::CatalogueItem(item) => write_item(item, to),
            Self::LegalClaim(claim) => {
                to.put_text("reason", &claim.reason);
                to.put_date("until", Some(claim.until));
            }
            Self::Restriction(restriction) => {
                to.put_flag("on", Some(restriction.on));
                to.put_date("since", Some(restriction.since));
            }
            Self::Request(asked) => request::write(asked, to),
            Self::RequestProof(proof) => request::write_proof(proof, to),
            Self::PaperTask(task) => write_task(task, to),
            Self::Notice(notice) => marketing::write_notice(notice, to),
            Self::Share(share) => marketing::write_share(share, to),
            Self::Want(want) => marketing::write_want(want, to),
            Self::Plan(plan) => marketing::write_plan(plan, to),
            Self::Progress(progress) => marketing::write_progress(progress, to),
            Self::Recipients(part) => marketing::write_recipients(part, to),
            Self::Breach(breach) => paper::write_breach(breach, to),
            Self::PrivacyNotice(notice) => paper::write_notice(notice, to),
            Self::Agreement(agreement) => to.put_date("date", Some(agreement.date)),
            Self::ApiToken(token) => write_token(token, to),
            Self::Judgement(judgement) => {
                to.put_flag("same", Some(judgement.verdict == Verdict::Same));
                to.put_date("date", Some(judgement.date));
            }
            Self::HealthConsent(consent) => safety::write_consent(consent, to),
            Self::ConsentText(text) => safety::write_consent_text(text, to),
            Self::ContactOnly(mode) => safety::write_contact_only(mode, to),
            Self::TreatmentRefusal(refusal) => safety::write_refusal(refusal, to),
            Self::PatchTest(test) => safety::write_patch(test, to),
            Self::AdverseEvent(event) => safety::write_adverse(event, to),
            Self::AdultCheck(check) => safety::write_adult(check, to),
            Self::GuardianConsent(consent) => safety::write_guardian(consent, to),
        }
    }

    pub(super) fn read(kind: Kind, from: &mut Fields) -> Result<Self, ValueError> {
        Ok(match kind {
            Kind::Name => Self::Name(Name {
                last: from.text("last")?,
                first: from.text("first")?,
            }),
            Kind::BirthYear => {
                let year = u16::try_from(from.number("year")?).map_err(|_| ValueError::Damaged)?;
                Self::BirthYear(BirthYear::new(year).map_err(|_| ValueError::Damaged)?)
            }
            Kind::Phone => Self::Phone(
                from.text("number")?
                    .parse()
                    .map_err(|_| ValueError::Damaged)?,
            ),
            Kind::Email => Self::Email(
                from.text("address")?
                    .parse()
                    .map_err(|_| ValueError::Damaged)?,
            ),
            Kind::Address => Self::Address(Address {
                street: from.text("street")?,
                postcode: from.text("postcode")?,
                town: from.text("town")?,
            }),
            Kind::Origin => Self::Origin(Origin {
                source: from.text("source")?,
                legacy_id: from.text("legacy_id")?,
                last_visit: from.date("last_visit")?,
            }),
            Kind::Marketing => Self::Marketing(Marketing {
                allowed: from.flag("allowed")?.ok_or(ValueError::Damaged)?,
                asked: from.date("asked")?,
                channel: from.text("channel")?,
                wording: from.text("wording")?,
            }),
            Kind::Note => Self::Note(Note {
                text: from.text("text")?,
                date: from.date("date")?,
            }),
            Kind::Health => Self::Health(read_health(from)?),
            Kind::HealthAsked => Self::HealthAsked(HealthAsked {
                date: from.date("date")?.ok_or(ValueError::Damaged)?,
            }),
            Kind::Treatment => Self::Treatment(read_treatment(from)?),
            Kind::LegalClaim => Self::LegalClaim(LegalClaim {
                reason: from.text("reason")?,
                until: from.date("until")?.ok_or(ValueError::Damaged)?,
            }),
            Kind::Restriction => Self::Restriction(Restriction {
                on: from.flag("on")?.ok_or(ValueError::Damaged)?,
                since: from.date("since")?.ok_or(ValueError::Damaged)?,
            }),
            Kind::Request => Self::Request(request::read(from)?),
            Kind::Judgement => Self::Judgement(read_judgement(from)?),
            Kind::Notice => Self::Notice(marketing::read_notice(from)?),
            Kind::Share => Self::Share(marketing::read_share(from)?),
            Kind::Want => Self::Want(marketing::read_want(from)?),
            other => return Self::read_house(other, from),
        })
    }

    /// Contents of records that are no clients.
    fn read_house(kind: Kind, from: &mut Fields) -> Result<Self, ValueError> {
        Ok(match kind {
            Kind::Profile => Self::Profile(Profile {
                name: from.text("name")?,
                role: Role::from_code(&from.text("role")?).ok_or(ValueError::Newer)?,
            }),
            Kind::Password => Self::Password(PasswordHash(from.text("phc")?)),
            Kind::SetupCode => Self::SetupCode(SetupCode {
                hash: from.bytes("hash")?.ok_or(ValueError::Damaged)?,
                expires: from.timestamp("expires")?,
            }),
            Kind::SecondFactor => Self::SecondFactor(SecondFactor {
                secret: from.bytes("secret")?,
                recovery: from.bytes("recovery")?.ok_or(ValueError::Damaged)?,
            }),
            Kind::QuickCode => Self::QuickCode(QuickCode {
                hash: Some(from.text("phc")?)
                    .filter(|hash| !hash.is_empty())
                    .map(PasswordHash),
            }),
            Kind::Undertaking => Self::Undertaking(Undertaking {
                date: from.date("date")?.ok_or(ValueError::Damaged)?,
            }),
            Kind::Disabled => Self::Disabled(from.flag("disabled")?.ok_or(ValueError::Damaged)?),
            Kind::Controller => Self::Controller(paper::read_controller(from)?),
            Kind::Breach => Self::Breach(paper::read_breach(from)?),
            Kind::PrivacyNotice => Self::PrivacyNotice(paper::read_notice(from)?),
            Kind::RequestProof => Self::RequestProof(request::read_proof(from)?),
            Kind::Agreement => Self::Agreement(Agreement {
                date: from.date("date")?.ok_or(ValueError::Damaged)?,
            }),
            Kind::ApiToken => Self::ApiToken(read_token(from)?),
            Kind::Premises => Self::Premises(Premises {
                name: from.text("name")?,
                address: from.text("address")?,
                phone: from.text("phone")?,
            }),
            Kind::CatalogueItem => Self::CatalogueItem(read_item(from)?),
            Kind::PaperTask => Self::PaperTask(PaperTask {
                safe: from.text("safe")?,
                folder: from.text("folder")?,
                opened: from.date("opened")?.ok_or(ValueError::Damaged)?,
                done: from.date("done")?,
            }),
            Kind::Plan => Self::Plan(marketing::read_plan(from)?),
            Kind::Progress => Self::Progress(marketing::read_progress(from)?),
            Kind::Recipients => Self::Recipients(marketing::read_recipients(from)?),
            other => return safety::read(other, from),
        })
    }
}

fn write_name(name: &Name, to: &mut Fields) {
    to.put_text("last", &name.last);
    to.put_text("first", &name.first);
}

fn write_address(address: &Address, to: &mut Fields) {
    to.put_text("street", &address.street);
    to.put_text("postcode", &address.postcode);
    to.put_text("town", &address.town);
}

fn write_origin(origin: &Origin, to: &mut Fields) {
    to.put_text("source", &origin.source);
    to.put_text("legacy_id", &origin.legacy_id);
    to.put_date("last_visit", origin.last_visit);
}

fn read_judgement(from: &mut Fields) -> Result<Judgement, ValueError> {
    let same = from.flag("same")?.ok_or(ValueError::Damaged)?;
    Ok(Judgement {
        verdict: if same {
            Verdict::Same
        } else {
            Verdict::Different
        },
        date: from.date("date")?.ok_or(ValueError::Damaged)?,
    })
}

fn write_premises(premises: &Premises, to: &mut Fields) {
    to.put_text("name", &premises.name);
    to.put_text("address", &premises.address);
    to.put_text("phone", &premises.phone);
}

fn write_item(item: &CatalogueItem, to: &mut Fields) {
    to.put_text("name", &item.name);
    to.put_text("group", &item.group);
    to.put_flag("needs_health", Some(item.needs_health));
    to.put_flag("needs_contract", Some(item.needs_contract));
    to.put_flag("needs_patch_test", item.needs_patch_test.then_some(true));
    if let Some(age) = item.least_age {
        to.put_number("least_age", age.into());
    }
    to.put_flag("retired", item.retired.then_some(true));
}

fn read_item(from: &mut Fields) -> Result<CatalogueItem, ValueError> {
    let age = from.optional_number("least_age")?.map(u8::try_from);
    Ok(CatalogueItem {
        name: from.text("name")?,
        group: from.text("group")?,
        needs_health: from.flag("needs_health")?.unwrap_or(false),
        needs_contract: from.flag("needs_contract")?.unwrap_or(false),
        needs_patch_test: from.flag("needs_patch_test")?.unwrap_or(false),
        least_age: age.transpose().map_err(|_| ValueError::Damaged)?,
        retired: from.flag("retired")?.unwrap_or(false),
    })
}

fn write_task(task: &PaperTask, to: &mut Fields) {
    to.put_text("safe", &task.safe);
    to.put_text("folder", &task.folder);
    to.put_date("opened", Some(task.opened));
    to.put_date("done", task.done);
}

fn write_factor(factor: &SecondFactor, to: &mut Fields) {
    if let Some(secret) = &factor.secret {
        to.put_bytes("secret", secret);
    }
    to.put_bytes("recovery", &factor.recovery);
}

fn write_quick(code: &QuickCode, to: &mut Fields) {
    if let Some(hash) = &code.hash {
        to.put_text("phc", &hash.0);
    }
}

fn write_token(token: &ApiToken, to: &mut Fields) {
    let scopes: Vec<&str> = token.scopes.iter().map(|scope| scope.code()).collect();
    to.put_bytes("hash", &token.hash);
    to.put_text("scopes", &scopes.join(" "));
    if let Some(end) = token.expires {
        to.put_number("expires", u64::try_from(end.as_second()).unwrap_or(0));
    }
    to.put_date("made", Some(token.made));
    to.put_bytes("by", token.by.as_bytes());
}

/// A scope that only a newer version knows allows nothing here.
fn read_token(from: &mut Fields) -> Result<ApiToken, ValueError> {
    let scopes = from.text("scopes")?;
    Ok(ApiToken {
        hash: from.bytes("hash")?.ok_or(ValueError::Damaged)?,
        scopes: scopes.split(' ').filter_map(Scope::from_code).collect(),
        expires: from.optional_timestamp("expires")?,
        made: from.date("made")?.ok_or(ValueError::Damaged)?,
        by: from
            .bytes("by")?
            .map(RecordId::from_bytes)
            .ok_or(ValueError::Damaged)?,
    })
}

fn write_code(code: &SetupCode, to: &mut Fields) {
    to.put_bytes("hash", &code.hash);
    let expires = u64::try_from(code.expires.as_second());
    to.put_number("expires", expires.unwrap_or(0));
}

fn write_health(entry: &HealthEntry, to: &mut Fields) {
    let about = match entry.kind {
        HealthKind::Skin => "skin",
        HealthKind::Allergy => "allergy",
        HealthKind::Medication => "medication",
        HealthKind::Other => "other",
    };
    let level = match entry.level {
        AlertLevel::Info => "info",
        AlertLevel::Caution => "caution",
        AlertLevel::Contraindication => "contraindication",
    };
    to.put_text("about", about);
    to.put_text("text", &entry.text);
    to.put_text("level", level);
    to.put_date("date", entry.date);
    to.put_date("confirmed", entry.confirmed);
    put_record(to, "author", entry.author);
}

fn read_health(from: &mut Fields) -> Result<HealthEntry, ValueError> {
    Ok(HealthEntry {
        kind: match from.text("about")?.as_str() {
            "skin" => HealthKind::Skin,
            "allergy" => HealthKind::Allergy,
            "medication" => HealthKind::Medication,
            "other" => HealthKind::Other,
            _ => return Err(ValueError::Newer),
        },
        text: from.text("text")?,
        level: match from.text("level")?.as_str() {
            "info" => AlertLevel::Info,
            "caution" => AlertLevel::Caution,
            "contraindication" => AlertLevel::Contraindication,
            _ => return Err(ValueError::Newer),
        },
        date: from.date("date")?,
        confirmed: from.date("confirmed")?,
        author: record(from, "author")?,
    })
}

fn write_treatment(treatment: &Treatment, to: &mut Fields) {
    to.put_date("date", Some(treatment.date));
    to.put_text("name", &treatment.name);
    if let Some(item) = treatment.item {
        to.put_bytes("item", item.as_bytes());
    }
    to.put_text("by", &treatment.by);
    put_record(to, "by_id", treatment.by_id);
    to.put_text("premises", &treatment.premises);
    to.put_text("products", &treatment.products);
    to.put_text("batch", &treatment.batch);
    to.put_text("remarks", &treatment.remarks);
    to.put_flag("contract_made", treatment.contract_made);
    if let Some(contract) = &treatment.contract {
        let mut fields = Fields::of(&Rest::default());
        fields.put_text("kind", &contract.kind);
        fields.put_date("date", contract.date);
        fields.put_text("safe", &contract.safe);
        fields.put_text("folder", &contract.folder);
        fields.put_date("destroyed", contract.destroyed);
        to.put_fields("contract", fields);
    }
    if let Some(seen) = &treatment.acknowledged {
        let mut fields = Fields::of(&Rest::default());
        let codes: Vec<&str> = seen.warnings.iter().map(|one| one.code()).collect();
        fields.put_text("warnings", &codes.join(","));
        put_record(&mut fields, "by", Some(seen.by));
        fields.put_date("date", Some(seen.date));
        to.put_fields("acknowledged", fields);
    }
}

fn read_acknowledged(mut fields: Fields) -> Result<Acknowledged, ValueError> {
    let codes = fields.text("warnings")?;
    let warnings = codes.split(',').map(Warning::from_code);
    Ok(Acknowledged {
        warnings: warnings.collect::<Option<_>>().ok_or(ValueError::Newer)?,
        by: record(&mut fields, "by")?.ok_or(ValueError::Damaged)?,
        date: fields.date("date")?.ok_or(ValueError::Damaged)?,
    })
}

fn read_treatment(from: &mut Fields) -> Result<Treatment, ValueError> {
    let contract = match from.fields("contract")? {
        None => None,
        Some(mut fields) => Some(Contract {
            kind: fields.text("kind")?,
            date: fields.date("date")?,
            safe: fields.text("safe")?,
            folder: fields.text("folder")?,
            destroyed: fields.date("destroyed")?,
        }),
    };
    Ok(Treatment {
        date: from.date("date")?.ok_or(ValueError::Damaged)?,
        name: from.text("name")?,
        item: from.bytes("item")?.map(EntryId::from_bytes),
        by: from.text("by")?,
        by_id: record(from, "by_id")?,
        premises: from.text("premises")?,
        products: from.text("products")?,
        batch: from.text("batch")?,
        remarks: from.text("remarks")?,
        contract_made: from.flag("contract_made")?,
        contract,
        acknowledged: from
            .fields("acknowledged")?
            .map(read_acknowledged)
            .transpose()?,
    })
}

pub(super) fn put_record(to: &mut Fields, key: &str, record: Option<RecordId>) {
    if let Some(record) = record {
        to.put_bytes(key, record.as_bytes());
    }
}

pub(super) fn record(from: &mut Fields, key: &str) -> Result<Option<RecordId>, ValueError> {
    Ok(from.bytes(key)?.map(RecordId::from_bytes))
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use jiff::civil::date;

    use super::*;
    use crate::value::Rest;

    fn token(scopes: Vec<Scope>) -> ApiToken {
        ApiToken {
            hash: [7; 32],
            scopes,
            expires: Timestamp::from_second(1_800_000_000).ok(),
            made: date(2026, 5, 6),
            by: RecordId::from_bytes([3; 16]),
        }
    }

    #[test]
    fn a_token_reads_back_as_it_was_with_every_scope_and_with_none() {
        for scopes in [Scope::ALL.to_vec(), vec![Scope::CareRead], Vec::new()] {
            let content = Content::ApiToken(token(scopes));
            let bytes = content.encode(&Rest::default());
            assert!(Content::decode(&bytes).unwrap().0 == content);
        }
        let mut lasting = token(vec![Scope::Audit]);
        lasting.expires = None;
        let bytes = Content::ApiToken(lasting.clone()).encode(&Rest::default());
        assert!(Content::decode(&bytes).unwrap().0 == Content::ApiToken(lasting));
    }

    #[test]
    fn a_scope_of_a_newer_version_allows_nothing_here() {
        let mut fields = Fields::of(&Rest::default());
        write_token(&token(vec![Scope::ClientsRead]), &mut fields);
        fields.put_text("scopes", "clients:read moon:walk");
        assert!(read_token(&mut fields).unwrap().scopes == [Scope::ClientsRead]);
    }
}

//! Bodies of entries, each read as the console's form of the same entry is.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::form::Form;

use super::body::{AsForm, yes};
use super::shape::ContractShape;

fn day(date: Option<&String>) -> &str {
    date.map_or("", String::as_str)
}

/// A phone number.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PhoneBody {
    /// In any notation; Finnish unless it begins with + or 00.
    phone: String,
}

impl AsForm for PhoneBody {
    fn form(&self) -> Form {
        Form::default().with("phone", self.phone.as_str())
    }
}

/// An e-mail address.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct EmailBody {
    email: String,
}

impl AsForm for EmailBody {
    fn form(&self) -> Form {
        Form::default().with("email", self.email.as_str())
    }
}

/// A note.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NoteBody {
    /// Not for health.
    #[schema(min_length = 1, max_length = 4000)]
    text: String,
}

impl AsForm for NoteBody {
    fn form(&self) -> Form {
        Form::default().with("text", self.text.as_str())
    }
}

/// A treatment.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TreatmentBody {
    /// The day, not ahead.
    #[schema(format = Date)]
    date: String,
    /// Which treatment: best one of the catalogue.
    name: String,
    /// Who gave it.
    #[serde(default)]
    by: String,
    /// At which premises.
    #[serde(default)]
    premises: String,
    /// With what.
    #[serde(default)]
    products: String,
    /// Batch numbers.
    #[serde(default)]
    batch: String,
    /// Not for health.
    #[serde(default)]
    #[schema(max_length = 4000)]
    remarks: String,
    /// Whether a separate contract was made; null when not known.
    #[serde(default)]
    contract_made: Option<bool>,
    /// Where its paper lies; with a folder where one was made.
    #[serde(default)]
    contract: Option<ContractShape>,
    /// Codes of what a refusal said to look at first.
    #[serde(default)]
    confirm: Vec<String>,
}

impl AsForm for TreatmentBody {
    fn form(&self) -> Form {
        let mut form = Form::default()
            .with("date", self.date.as_str())
            .with("name", self.name.as_str())
            .with("by", self.by.as_str())
            .with("premises", self.premises.as_str())
            .with("products", self.products.as_str())
            .with("batch", self.batch.as_str())
            .with("remarks", self.remarks.as_str())
            .with("contract", self.contract_made.map_or("unknown", yes));
        if let Some(contract) = &self.contract {
            form.put("contract_kind", contract.kind.as_str());
            form.put("contract_date", day(contract.date.as_ref()));
            form.put("safe", contract.safe.as_str());
            form.put("folder", contract.folder.as_str());
            form.put("destroyed", day(contract.destroyed.as_ref()));
        }
        form.put("notices", self.confirm.join(","));
        for code in &self.confirm {
            form.put(&format!("confirm_{code}"), "yes");
        }
        if self.confirm.iter().any(|code| code == super::entries::SEEN) {
            form.put(super::entries::SEEN, "yes");
        }
        form
    }
}

/// Consent to the keeping of health information.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ConsentBody {
    /// How it was given: `paper`, `screen`, `spoken` or `message`.
    #[schema(pattern = "^(paper|screen|spoken|message)$")]
    method: String,
    /// The day, not ahead.
    #[schema(format = Date)]
    date: String,
    /// To which version of the text; to the one in use when left out.
    #[serde(default)]
    version: Option<u32>,
}

impl AsForm for ConsentBody {
    fn form(&self) -> Form {
        let version = self.version.map(|version| version.to_string());
        Form::default()
            .with("consent_method", self.method.as_str())
            .with("consent_date", self.date.as_str())
            .with("consent_version", version.unwrap_or_default())
    }
}

fn with_consent(mut form: Form, consent: Option<&ConsentBody>) -> Form {
    if let Some(consent) = consent {
        for (name, value) in consent.form().starting("") {
            form.put(name, value);
        }
    }
    form
}

/// A health entry.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct HealthBody {
    /// What it is about: `allergy`, `skin`, `medication` or `other`.
    #[schema(pattern = "^(allergy|skin|medication|other)$")]
    kind: String,
    /// In words.
    #[schema(min_length = 1, max_length = 4000)]
    text: String,
    /// How grave it is: `contraindication`, `caution` or `info`.
    #[schema(pattern = "^(contraindication|caution|info)$")]
    level: String,
    /// The day it was taken down.
    #[serde(default)]
    #[schema(format = Date)]
    date: Option<String>,
    /// The client's consent, where there is none on the card yet.
    #[serde(default)]
    consent: Option<ConsentBody>,
}

impl AsForm for HealthBody {
    fn form(&self) -> Form {
        let form = Form::default()
            .with("kind", self.kind.as_str())
            .with("text", self.text.as_str())
            .with("level", self.level.as_str())
            .with("date", day(self.date.as_ref()));
        with_consent(form, self.consent.as_ref())
    }
}

/// A patch test.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PatchTestBody {
    /// Of which substance.
    substance: String,
    /// The day it was made, not ahead.
    #[schema(format = Date)]
    date: String,
    /// `waiting`, `negative` or `positive`.
    #[schema(pattern = "^(waiting|negative|positive)$")]
    result: String,
    /// The day it was read; today when left out and there is a result.
    #[serde(default)]
    #[schema(format = Date)]
    read: Option<String>,
    /// Its last day; by the clinic's rule when left out.
    #[serde(default)]
    #[schema(format = Date)]
    expires: Option<String>,
    /// The client's consent, where there is none on the card yet.
    #[serde(default)]
    consent: Option<ConsentBody>,
}

impl AsForm for PatchTestBody {
    fn form(&self) -> Form {
        let form = Form::default()
            .with("substance", self.substance.as_str())
            .with("date", self.date.as_str())
            .with("result", self.result.as_str())
            .with("read", day(self.read.as_ref()))
            .with("expires", day(self.expires.as_ref()));
        with_consent(form, self.consent.as_ref())
    }
}

/// An adverse event.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AdverseEventBody {
    /// The day, not ahead.
    #[schema(format = Date)]
    date: String,
    /// What happened.
    what: String,
    /// After which treatment of the card, by its id.
    #[serde(default)]
    treatment: Option<String>,
    #[serde(default)]
    product: String,
    #[serde(default)]
    batch: String,
    /// What was done about it.
    #[serde(default)]
    measures: String,
    /// The day the authority was told.
    #[serde(default)]
    #[schema(format = Date)]
    told_tukes: Option<String>,
    /// The day the maker was told.
    #[serde(default)]
    #[schema(format = Date)]
    told_maker: Option<String>,
}

impl AsForm for AdverseEventBody {
    fn form(&self) -> Form {
        Form::default()
            .with("date", self.date.as_str())
            .with("what", self.what.as_str())
            .with("treatment", day(self.treatment.as_ref()))
            .with("product", self.product.as_str())
            .with("batch", self.batch.as_str())
            .with("measures", self.measures.as_str())
            .with("told_tukes", day(self.told_tukes.as_ref()))
            .with("told_maker", day(self.told_maker.as_ref()))
    }
}

/// A treatment that was not given for safety's sake. There is no room for the reason.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RefusalBody {
    /// The day, not ahead.
    #[schema(format = Date)]
    date: String,
    /// Which of the catalogue; empty for another one.
    #[serde(default)]
    treatment: String,
}

impl AsForm for RefusalBody {
    fn form(&self) -> Form {
        Form::default()
            .with("date", self.date.as_str())
            .with("treatment", self.treatment.as_str())
    }
}

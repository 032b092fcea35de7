//! Every kind of content, mapped by hand to its stored fields.

use crate::adverse::AdverseEvent;
use crate::breach::Breach;
use crate::consent::{ConsentText, HealthConsent};
use crate::contact::{Address, BirthYear, Email, Marketing, Name, Note, Origin, Phone};
use crate::health::{HealthAsked, HealthEntry};
use crate::identity_code;
use crate::marketing::{Notice, Plan, Progress, Recipients, Share, Want};
use crate::minor::{AdultCheck, GuardianConsent};
use crate::mode::{ContactOnly, TreatmentRefusal};
use crate::patch_test::PatchTest;
use crate::people::{
    Agreement, ApiToken, PasswordHash, Profile, QuickCode, SecondFactor, SetupCode, Undertaking,
};
use crate::request::{Request, RequestProof};
use crate::retention::{LegalClaim, Restriction};
use crate::same::Judgement;
use crate::settings::{CatalogueItem, Controller, PaperTask, Premises, PrivacyNotice};
use crate::treatment::Treatment;

use super::fields::{Fields, Rest};
use super::{CONTENT_LIMIT, ValueError};

/// The newest version of stored contents that this program writes and reads.
const VERSION: u64 = 1;

/// What a value says.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum Content {
    /// A client's name.
    Name(Name),
    /// A client's year of birth.
    BirthYear(BirthYear),
    /// A phone number.
    Phone(Phone),
    /// An e-mail address.
    Email(Email),
    /// A postal address.
    Address(Address),
    /// Where an imported card comes from.
    Origin(Origin),
    /// Marketing permission.
    Marketing(Marketing),
    /// A note on a card.
    Note(Note),
    /// A health entry.
    Health(HealthEntry),
    /// That health was asked about.
    HealthAsked(HealthAsked),
    /// A treatment given.
    Treatment(Treatment),
    /// A user's name and role.
    Profile(Profile),
    /// A user's password.
    Password(PasswordHash),
    /// A user's one-time code.
    SetupCode(SetupCode),
    /// A user's second factor.
    SecondFactor(SecondFactor),
    /// A user's code for locked sessions.
    QuickCode(QuickCode),
    /// A user's undertaking of confidentiality.
    Undertaking(Undertaking),
    /// Whether a user's access has ended.
    Disabled(bool),
    /// The clinic itself.
    Controller(Controller),
    /// One premises.
    Premises(Premises),
    /// One treatment that is offered.
    CatalogueItem(CatalogueItem),
    /// A legal claim that keeps a card from being erased.
    LegalClaim(LegalClaim),
    /// Whether the use of a card is restricted.
    Restriction(Restriction),
    /// A paper that has to be destroyed.
    PaperTask(PaperTask),
    /// What a client asked under the law.
    Request(Request),
    /// What is kept of a request whose card is erased.
    RequestProof(RequestProof),
    /// Whether two cards are of the same person.
    Judgement(Judgement),
    /// A marketing notice.
    Notice(Notice),
    /// Units of notices that were given.
    Share(Share),
    /// Units of notices that are asked for.
    Want(Want),
    /// A campaign as the owner wrote it.
    Plan(Plan),
    /// How far a campaign is.
    Progress(Progress),
    /// Part of a campaign's list.
    Recipients(Recipients),
    /// Consent to the keeping of health information.
    HealthConsent(HealthConsent),
    /// The text that clients consent to.
    ConsentText(ConsentText),
    /// Whether nothing but contact details may be kept.
    ContactOnly(ContactOnly),
    /// A treatment that was not given for safety's sake.
    TreatmentRefusal(TreatmentRefusal),
    /// A patch test.
    PatchTest(PatchTest),
    /// An adverse event.
    AdverseEvent(AdverseEvent),
    /// Whether a client is 18.
    AdultCheck(AdultCheck),
    /// A guardian's consent.
    GuardianConsent(GuardianConsent),
    /// A breach of personal data.
    Breach(Breach),
    /// A privacy notice that was put in use.
    PrivacyNotice(PrivacyNotice),
    /// The agreement with a user.
    Agreement(Agreement),
    /// What a program proves itself with.
    ApiToken(ApiToken),
}
crate::redacted!(Content);

macro_rules! kinds {
    ($($kind:ident = $code:literal),+ $(,)?) => {
        /// Which kind of content.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kind {
            $(#[doc = concat!("[`Content::", stringify!($kind), "`]")] $kind,)+
        }

        impl Kind {
            const fn code(self) -> &'static str {
                match self { $(Self::$kind => $code,)+ }
            }

            fn from_code(code: &str) -> Option<Self> {
                match code { $($code => Some(Self::$kind),)+ _ => None }
            }
        }

        impl Content {
            /// Which kind it is.
            #[must_use]
            pub const fn kind(&self) -> Kind {
                match self { $(Self::$kind(_) => Kind::$kind,)+ }
            }
        }
    };
}
kinds! {
    Name = "name", BirthYear = "birth_year", Phone = "phone", Email = "email", Address = "address",
    Origin = "origin", Marketing = "marketing", Note = "note", Health = "health",
    HealthAsked = "health_asked", Treatment = "treatment", Profile = "profile", Password = "password",
    SetupCode = "setup_code", SecondFactor = "second_factor", QuickCode = "quick_code",
    Undertaking = "undertaking", Disabled = "disabled",
    Controller = "controller", Premises = "premises", CatalogueItem = "catalogue_item",
    LegalClaim = "legal_claim", Restriction = "restriction", PaperTask = "paper_task",
    Request = "request", RequestProof = "request_proof",
    Judgement = "judgement",
    Notice = "notice", Share = "share", Want = "want", Plan = "plan", Progress = "progress", Recipients = "recipients",
    HealthConsent = "health_consent", ConsentText = "consent_text", ContactOnly = "contact_only",
    TreatmentRefusal = "treatment_refusal", PatchTest = "patch_test", AdverseEvent = "adverse_event",
    AdultCheck = "adult_check", GuardianConsent = "guardian_consent",
    Breach = "breach", PrivacyNotice = "privacy_notice", Agreement = "agreement",
    ApiToken = "api_token",
}

impl Content {
    /// The stored form, with the unknown fields of the value that it replaces.
    #[must_use]
    pub fn encode(&self, rest: &Rest) -> Vec<u8> {
        let mut fields = Fields::of(rest);
        fields.put_text("kind", self.kind().code());
        fields.put_number("v", VERSION);
        self.write(&mut fields);
        fields.encode()
    }

    /// Whether any text in it holds a personal identity code, which the register must not (clause 5).
    #[must_use]
    pub fn holds_identity_code(&self) -> bool {
        let mut fields = Fields::of(&Rest::default());
        self.write(&mut fields);
        fields
            .texts()
            .any(|text| identity_code::find(&text).is_some())
    }

    pub(super) fn decode(bytes: &[u8]) -> Result<(Self, Rest), ValueError> {
        if bytes.len() > CONTENT_LIMIT {
            return Err(ValueError::TooLarge);
        }
        let mut fields = Fields::decode(bytes)?;
        let code = fields.text("kind")?;
        if fields.number("v")? > VERSION {
            return Err(ValueError::Newer);
        }
        let kind = match Kind::from_code(&code) {
            Some(kind) => kind,
            None if code.is_empty() => return Err(ValueError::Damaged),
            None => return Err(ValueError::Newer),
        };
        let content = Self::read(kind, &mut fields)?;
        Ok((content, fields.into_rest()))
    }
}

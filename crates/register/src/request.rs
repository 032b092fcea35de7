//! What clients ask under the law (clauses 10 and 11; GDPR Articles 12, 15-18, 20 and 21), and by when it is answered.

use jiff::Span;
use jiff::civil::Date;

use crate::card::{Entry, Field};
use crate::id::{EntryId, RecordId};
use crate::ledger::Reason;

/// How many months after receipt an answer is due (GDPR Article 12(3)).
pub const MONTHS: i16 = 1;
/// The same with an extension (GDPR Article 12(3)).
pub const EXTENDED_MONTHS: i16 = 3;

macro_rules! coded {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $code:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$vdoc])* $variant,)+ }

        impl $name {
            /// Every one.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word that stands for it in stored contents, forms and exports.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ }
            }

            /// The one with this [`Self::code`].
            #[must_use]
            pub fn from_code(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.code() == code)
            }
        }
    };
}

pub(crate) use coded;

coded! {
    /// What is asked for (clause 10).
    RequestKind {
        /// To see what is held (GDPR Article 15).
        Inspection = "inspection",
        /// To put something right (Article 16).
        Rectification = "rectification",
        /// To be erased (Article 17).
        Erasure = "erasure",
        /// To restrict the use (Article 18).
        Restriction = "restriction",
        /// To object, as to marketing (Article 21).
        Objection = "objection",
        /// To take one's data along (Article 20).
        Portability = "portability",
    }
}

coded! {
    /// How it came in (clause 10).
    Channel {
        /// At the clinic.
        InPerson = "in_person",
        /// By phone.
        Phone = "phone",
        /// By e-mail.
        Email = "email",
        /// In any other way.
        Other = "other",
    }
}

coded! {
    /// Which type of document was seen (clauses 10 and 11). Never its number.
    DocumentType {
        /// A passport.
        Passport = "passport",
        /// An identity card.
        IdentityCard = "identity_card",
        /// A driving licence.
        DrivingLicence = "driving_licence",
        /// Another document.
        Other = "other",
    }
}

/// How it was made sure who asks (clauses 10 and 11; GDPR Article 12(6)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CheckMethod {
    /// A document of this type was seen.
    Document(DocumentType),
    /// Whoever checked knows the client.
    KnownClient,
    /// A code was sent to the number on file.
    CodeSent,
}

/// An identity check. It has no room for a number or a copy of a document.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct IdentityCheck {
    /// How.
    pub method: CheckMethod,
    /// The staff record of who checked.
    pub checker: RecordId,
    /// The day.
    pub date: Date,
}

/// More time for an answer (GDPR Article 12(3)).
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Extension {
    /// The new last day.
    pub until: Date,
    /// Why; the client is told.
    pub reason: String,
}

coded! {
    /// How a request ended.
    Outcome {
        /// It was carried out.
        Done = "done",
        /// It was refused (GDPR Article 12(4)).
        Refused = "refused",
    }
}

/// The end of a request.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Closing {
    /// How it ended.
    pub outcome: Outcome,
    /// The day. Its five years run from here.
    pub date: Date,
    /// Why; never empty when refused.
    pub reason: String,
}

/// One request (clause 10).
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Request {
    /// What is asked for.
    pub kind: RequestKind,
    /// How it came in.
    pub channel: Channel,
    /// The day it came in.
    pub received: Date,
    /// The identity check, once made.
    pub check: Option<IdentityCheck>,
    /// More time, if it was taken.
    pub extension: Option<Extension>,
    /// Its end; `None` while it is open.
    pub closing: Option<Closing>,
}
crate::redacted!(IdentityCheck, Extension, Closing, Request);

impl Request {
    /// The last day for an answer.
    #[must_use]
    pub fn due(&self) -> Date {
        let plain = after(self.received, MONTHS);
        self.extension
            .as_ref()
            .map_or(plain, |extension| extension.until)
    }

    /// Whether it waits for an answer.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        self.closing.is_none()
    }

    /// The last day that an extension may reach.
    #[must_use]
    pub fn latest_due(&self) -> Date {
        after(self.received, EXTENDED_MONTHS)
    }

    /// Whether reasons stand where the law wants them, and an extension within its time (GDPR Article 12(3)-(4)).
    #[must_use]
    pub fn is_sound(&self) -> bool {
        let extension = self.extension.as_ref().is_none_or(|extension| {
            !extension.reason.trim().is_empty()
                && extension.until > after(self.received, MONTHS)
                && extension.until <= self.latest_due()
        });
        let closing = self.closing.as_ref().is_none_or(|closing| {
            closing.outcome == Outcome::Done || !closing.reason.trim().is_empty()
        });
        extension && closing
    }
}

/// That a request was made and how it ended, kept when the card that it stood on goes before its five years are over
/// (clause 9; GDPR Article 5(2)). Random ids, codes and days: nothing in it tells whose it was or why.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RequestProof {
    /// The erased card's random id: its certificate says why it went.
    pub card: RecordId,
    /// What was asked for.
    pub kind: RequestKind,
    /// How it came in.
    pub channel: Channel,
    /// The day it came in.
    pub received: Date,
    /// The last day for an answer.
    pub due: Date,
    /// How it ended; `None` when the card went while it was open.
    pub outcome: Option<Outcome>,
    /// The day it was closed, or the card went. Its five years run from here.
    pub ended: Date,
}

impl RequestProof {
    /// What is kept of a request when its card goes on this day for this reason; `None` once its time is over. A
    /// request to be erased is carried out by that.
    #[must_use]
    pub fn left_by(card: RecordId, request: &Request, reason: Reason, today: Date) -> Option<Self> {
        let closing = request.closing.as_ref();
        let erased = reason == Reason::Request && request.kind == RequestKind::Erasure;
        let proof = Self {
            card,
            kind: request.kind,
            channel: request.channel,
            received: request.received,
            due: request.due(),
            outcome: closing
                .map(|closing| closing.outcome)
                .or(erased.then_some(Outcome::Done)),
            ended: closing.map_or(today, |closing| closing.date),
        };
        (proof.goes() > today).then_some(proof)
    }

    /// The day it goes.
    #[must_use]
    pub fn goes(&self) -> Date {
        crate::retention::due(self.ended)
    }

    /// The one of several that says most: how the request ended, and first.
    #[must_use]
    pub fn told(entry: &Entry<Self>) -> Option<&Self> {
        let all = entry.field.all().iter().map(|held| &held.value);
        all.min_by_key(|one| (one.outcome.is_none(), one.ended))
    }
}

fn after(date: Date, months: i16) -> Date {
    date.saturating_add(Span::new().months(months))
}

/// What lists know of an open request without opening the card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenRequest {
    /// The entry on the card.
    pub entry: EntryId,
    /// What is asked for.
    pub kind: RequestKind,
    /// The day it came in.
    pub received: Date,
    /// The last day for an answer; of a conflict the earliest.
    pub due: Date,
}

impl OpenRequest {
    /// The entry, if it waits for an answer in any of its values.
    #[must_use]
    pub fn of(entry: &Entry<Request>) -> Option<Self> {
        let open = |field: &Field<Request>| {
            let all = field.all().iter().map(|held| &held.value);
            all.filter(|one| one.is_open())
                .min_by_key(|one| one.due())
                .cloned()
        };
        let request = open(&entry.field)?;
        Some(Self {
            entry: entry.id,
            kind: request.kind,
            received: request.received,
            due: request.due(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn request(received: Date) -> Request {
        Request {
            kind: RequestKind::Inspection,
            channel: Channel::Phone,
            received,
            check: None,
            extension: None,
            closing: None,
        }
    }

    #[test]
    fn an_answer_is_due_in_a_calendar_month_and_with_an_extension_in_three() {
        let one = request(date(2026, 1, 31));
        assert_eq!(one.due(), date(2026, 2, 28));
        assert_eq!(one.latest_due(), date(2026, 4, 30));
    }

    #[test]
    fn an_extension_has_a_reason_and_ends_within_three_months() {
        let extended = |until, reason: &str| Request {
            extension: Some(Extension {
                until,
                reason: reason.into(),
            }),
            ..request(date(2026, 1, 10))
        };
        assert!(extended(date(2026, 4, 10), "Laaja pyyntö").is_sound());
        assert_eq!(extended(date(2026, 4, 10), "x").due(), date(2026, 4, 10));
        assert!(!extended(date(2026, 4, 11), "Laaja pyyntö").is_sound());
        assert!(!extended(date(2026, 2, 10), "Laaja pyyntö").is_sound());
        assert!(!extended(date(2026, 4, 10), " ").is_sound());
    }

    #[test]
    fn a_refusal_has_a_reason_and_what_was_done_needs_none() {
        let closed = |outcome, reason: &str| Request {
            closing: Some(Closing {
                outcome,
                date: date(2026, 1, 12),
                reason: reason.into(),
            }),
            ..request(date(2026, 1, 10))
        };
        assert!(closed(Outcome::Done, "").is_sound());
        assert!(closed(Outcome::Refused, "Toistuva pyyntö").is_sound());
        assert!(!closed(Outcome::Refused, "").is_sound());
        assert!(!closed(Outcome::Done, "").is_open());
    }
}

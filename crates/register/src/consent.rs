//! Consent to the keeping of health information (GDPR Articles 7 and 9(2)(a)).
//!
//! Adverse events are kept without it: telling of undesirable effects is a duty (Regulation (EC) No 1223/2009,
//! Article 23), and they stay when consent is withdrawn.

use jiff::civil::Date;

use crate::card::Card;
use crate::id::RecordId;
use crate::request::coded;

/// The version of the consent text that the program brings along.
pub const FIRST_VERSION: u32 = 1;

coded! {
    /// How consent was given.
    ConsentMethod {
        /// Signed on paper, in person.
        Paper = "paper",
        /// On a screen at the clinic.
        Screen = "screen",
        /// Said aloud, in person.
        Spoken = "spoken",
        /// By e-mail or another message.
        Message = "message",
    }
}

/// That a client consented to the keeping of health information.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct HealthConsent {
    /// Which version of the text the client consented to; at least [`FIRST_VERSION`].
    pub version: u32,
    /// The day.
    pub date: Date,
    /// How.
    pub method: ConsentMethod,
    /// The staff record of who took it.
    pub taker: Option<RecordId>,
    /// The day it was withdrawn (Article 7(3)).
    pub withdrawn: Option<Date>,
}

/// One version of the text that clients consent to.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ConsentText {
    /// Its number; counts up from [`FIRST_VERSION`].
    pub version: u32,
    /// The day it came into use.
    pub since: Date,
    /// In Finnish; never empty.
    pub fi: String,
    /// In Swedish; may be empty.
    pub sv: String,
    /// In English; may be empty.
    pub en: String,
}

crate::redacted!(HealthConsent, ConsentText);

impl Card {
    /// Whether consent is on record. Of a conflict a withdrawal counts; what has not arrived is no consent.
    #[must_use]
    pub fn health_consented(&self) -> bool {
        let all = self.health_consent.all();
        !all.is_empty() && all.iter().all(|held| held.value.withdrawn.is_none())
    }

    /// Whether health information stands here without consent on record, as on cards from another program.
    #[must_use]
    pub fn lacks_consent(&self) -> bool {
        let entries = self.health.len() + self.patch_tests.len();
        entries > 0 && !self.health_consented()
    }
}

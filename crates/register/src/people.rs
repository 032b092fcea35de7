//! The clinic's own people and how they prove who they are (clause 9).

use jiff::Timestamp;
use jiff::civil::Date;

use crate::access::{Action, Scope, may};

/// What a user is, which decides what they may do ([`crate::access`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Pääkäyttäjä: answers for the register.
    Owner,
    /// Henkilökunta: gives treatments.
    Staff,
    /// Vuokratuoliyrittäjä: an entrepreneur who gives treatments on the premises.
    Contractor,
    /// Vastaanotto: contact details and marketing, never health text.
    Reception,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 4] = [Self::Owner, Self::Staff, Self::Contractor, Self::Reception];

    /// The name used in files and on the command line.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Staff => "staff",
            Self::Contractor => "contractor",
            Self::Reception => "reception",
        }
    }

    /// The role with this [`Role::code`].
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.code() == code)
    }
}

/// A user's name and role.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Profile {
    /// The name they log in with and are shown by.
    pub name: String,
    /// What they are.
    pub role: Role,
}

/// A password's argon2id hash in PHC form (RFC 9106).
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PasswordHash(pub String);

/// A one-time code with which a new user sets a password.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct SetupCode {
    /// SHA-256 of the code.
    pub hash: [u8; 32],
    /// After this it no longer works.
    pub expires: Timestamp,
}

/// What a user proves besides the password: a code of their phone that changes with time (RFC 6238).
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct SecondFactor {
    /// The secret that phone and register share; `None` once it was switched off.
    pub secret: Option<[u8; Self::SECRET]>,
    /// SHA-256 of the code that lets the user in once when the phone is lost.
    pub recovery: [u8; 32],
}

impl SecondFactor {
    /// Length of the secret in bytes: 160 bits, as RFC 4226 recommends.
    pub const SECRET: usize = 20;

    /// What stands in the place of one that was switched off.
    #[must_use]
    pub const fn off() -> Self {
        Self {
            secret: None,
            recovery: [0; 32],
        }
    }
}

/// A short code that opens a locked session of the same browser again, and nothing else.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct QuickCode {
    /// Its argon2id hash; `None` once it was removed.
    pub hash: Option<PasswordHash>,
}

/// The dated undertaking of confidentiality (vaitiolositoumus), without which no card opens.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Undertaking {
    /// The day it was given.
    pub date: Date,
}

/// The agreement with a user about handling the register (GDPR Articles 28 and 29).
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Agreement {
    /// The day it was made.
    pub date: Date,
}

/// What a program proves itself with at the API: a user of the register that is no person, made by the owner.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ApiToken {
    /// SHA-256 of its 256 random bits.
    pub hash: [u8; 32],
    /// What it may do, and nothing else.
    pub scopes: Vec<Scope>,
    /// After this it no longer works; `None` is never.
    pub expires: Option<Timestamp>,
    /// The day it was made.
    pub made: Date,
    /// The staff record of who made it.
    pub by: crate::id::RecordId,
}

impl ApiToken {
    /// Whether one of its scopes allows the action.
    #[must_use]
    pub fn may(&self, action: Action) -> bool {
        self.scopes.iter().any(|scope| scope.allows(action))
    }

    /// Whether its time is not over.
    #[must_use]
    pub fn works_at(&self, now: Timestamp) -> bool {
        self.expires.is_none_or(|end| now < end)
    }
}

/// One user as the register knows them.
#[derive(Clone, PartialEq, Eq)]
pub struct User {
    /// The staff record's id, which is also the author of their edits.
    pub id: crate::id::RecordId,
    /// Heads of the staff record, for edits of it.
    pub heads: crate::document::Heads,
    /// Name and role.
    pub profile: Profile,
    /// The password, once set.
    pub password: Option<PasswordHash>,
    /// The set-up code, until used.
    pub setup: Option<SetupCode>,
    /// The second factor, while it is on.
    pub factor: Option<SecondFactor>,
    /// The quick code that opens a locked session again, while there is one.
    pub quick: Option<QuickCode>,
    /// The undertaking, once given.
    pub undertaking: Option<Undertaking>,
    /// The agreement, once made.
    pub agreement: Option<Agreement>,
    /// What a program proves itself with; `None` for people.
    pub token: Option<ApiToken>,
    /// Whether access has ended.
    pub disabled: bool,
    /// The day on which it ended, as far as that is known.
    pub ended: Option<Date>,
}

impl User {
    /// Whether a person's role, or a program's token, allows the action.
    #[must_use]
    pub fn may(&self, action: Action) -> bool {
        match &self.token {
            Some(token) => token.may(action),
            None => may(self.profile.role, action),
        }
    }
}

crate::redacted!(
    Profile,
    PasswordHash,
    SetupCode,
    SecondFactor,
    QuickCode,
    Undertaking,
    Agreement,
    ApiToken,
    User
);

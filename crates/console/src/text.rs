//! Every text of the console in Finnish, Swedish and English.
//!
//! A text is a method of [`Language`], and each row of the tables names all three: a text that is
//! missing in one language does not compile. Sentences with numbers and names are functions, so that
//! each language counts and orders in its own way.

mod alarm;
mod audit;
mod breaches;
mod care;
mod changes;
mod clients;
mod door;
mod duplicates;
mod factor;
mod forget;
mod frame;
mod key;
mod line;
mod marketing;
mod overview;
mod pair;
pub(crate) mod paper;
mod papers;
mod premises;
mod problems;
mod requests;
mod retention;
mod router;
mod safety;
mod tokens;
mod treatments;

/// A language of the console.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    /// Shown first.
    Finnish,
    Swedish,
    English,
}

impl Language {
    /// Every one, in the order of the menu.
    pub(crate) const ALL: [Self; 3] = [Self::Finnish, Self::Swedish, Self::English];

    /// The code for `lang` and the cookie.
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::Finnish => "fi",
            Self::Swedish => "sv",
            Self::English => "en",
        }
    }

    pub(crate) fn from_code(code: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|language| language.code() == code)
    }

    /// What the language calls itself.
    pub(crate) const fn own_name(self) -> &'static str {
        match self {
            Self::Finnish => "Suomi",
            Self::Swedish => "Svenska",
            Self::English => "English",
        }
    }
}

/// Rows of plain texts: `name: Finnish, Swedish, English;`.
macro_rules! texts {
    ($($name:ident: $fi:expr, $sv:expr, $en:expr;)+) => {
        impl $crate::text::Language {
            $(pub(crate) const fn $name(self) -> &'static str {
                match self { Self::Finnish => $fi, Self::Swedish => $sv, Self::English => $en }
            })+
        }
    };
}

/// Rows of sentences that are put together: `name(arguments): Finnish, Swedish, English;`.
macro_rules! sentences {
    ($($name:ident($($arg:ident: $kind:ty),*): $fi:expr, $sv:expr, $en:expr;)+) => {
        impl $crate::text::Language {
            $(pub(crate) fn $name(self, $($arg: $kind),*) -> String {
                match self { Self::Finnish => $fi, Self::Swedish => $sv, Self::English => $en }
            })+
        }
    };
}

pub use marketing::opt_out_text;
use sentences;
use texts;

/// One or many: `one` when there is exactly one.
const fn plural<'a>(count: usize, one: &'a str, many: &'a str) -> &'a str {
    if count == 1 { one } else { many }
}

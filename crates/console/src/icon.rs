//! Icons, drawn with presentation attributes: the content policy blocks `style=""`.

use maud::{Markup, html};

/// A small picture that always stands beside a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Icon {
    /// A triangle with an exclamation mark.
    Alert,
    /// A tick.
    Good,
    /// A question mark in a circle.
    Unknown,
    /// Two arrows: under way.
    Moving,
    /// A broken line.
    Apart,
    /// A fork: two values.
    Conflict,
    /// A padlock.
    Lock,
    /// An i in a circle.
    Info,
}

impl Icon {
    /// The picture, hidden from screen readers: the word says it.
    pub(crate) fn show(self) -> Markup {
        let path = match self {
            Self::Alert => "M12 3 22 20H2Z M12 9.5v5 M12 17.2v.6",
            Self::Good => "M4 12.5 9.5 18 20 6.5",
            Self::Unknown => {
                "M12 2.5a9.5 9.5 0 1 0 0 19 9.5 9.5 0 0 0 0-19Z M9 9.2a3 3 0 1 1 4.2 2.8c-.8.4-1.2 1-1.2 2 M12 16.8v.6"
            }
            Self::Moving => "M4 8.5h14 M14.5 5 18 8.5 14.5 12 M20 15.5H6 M9.5 12 6 15.5 9.5 19",
            Self::Apart => "M3 12h6 M15 12h6 M10.5 7.5 9 5 M13.5 16.5 15 19",
            Self::Conflict => "M12 21v-7 M12 14 5.5 7 M12 14l6.5-7 M5 12V6.5h5.5 M19 12V6.5h-5.5",
            Self::Lock => "M6 11h12v9H6Z M8.5 11V8a3.5 3.5 0 0 1 7 0v3",
            Self::Info => "M12 2.5a9.5 9.5 0 1 0 0 19 9.5 9.5 0 0 0 0-19Z M12 11v6 M12 7v.6",
        };
        html! {
            svg .icon viewBox="0 0 24 24" width="22" height="22" fill="none" stroke="currentColor" stroke-width="2"
                stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false" {
                path d=(path) {}
            }
        }
    }
}

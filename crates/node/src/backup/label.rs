//! The one line of a backup, or of a copy of the ledger, that anybody can read: no personal data.

use jiff::Timestamp;

/// The longest label in bytes.
pub const LABEL_LIMIT: usize = 256;

/// Which file it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A backup.
    Backup,
    /// A copy of the ledger.
    Ledger,
}

impl Kind {
    /// What the line begins with, the form's version included.
    const fn start(self) -> &'static str {
        match self {
            Self::Backup => "kortisto-backup 1 ",
            Self::Ledger => "kortisto-ledger 1 ",
        }
    }
}

/// Whose it is and when it was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// Which file it is.
    pub kind: Kind,
    /// The register's id.
    pub register: String,
    /// The node's id.
    pub node: String,
    /// What it is as of, in whole seconds.
    pub created: Timestamp,
    /// For a copy of the ledger: the SHA-256 of what follows.
    pub digest: Option<String>,
}

impl Label {
    /// The line, with its end.
    #[must_use]
    pub fn line(&self) -> String {
        let Self { register, node, .. } = self;
        let created = self.created.as_second();
        let start = self.kind.start();
        let digest = self.digest.as_deref().map(|digest| format!(" {digest}"));
        format!(
            "{start}{register} {node} {created}{}\n",
            digest.unwrap_or_default()
        )
    }

    /// The label at the start of `bytes`, and how long it is; `None` when there is none.
    #[must_use]
    pub fn read(kind: Kind, bytes: &[u8]) -> Option<(Self, usize)> {
        let bytes = bytes.get(..LABEL_LIMIT.min(bytes.len()))?;
        let end = bytes.iter().position(|byte| *byte == b'\n')?;
        let line = core::str::from_utf8(bytes.get(..end)?).ok()?;
        let mut words = line.strip_prefix(kind.start())?.split(' ');
        let label = Self {
            kind,
            register: id(words.next()?)?,
            node: id(words.next()?)?,
            created: Timestamp::from_second(words.next()?.parse().ok()?).ok()?,
            digest: match words.next() {
                Some(word) => Some(id(word)?),
                None => None,
            },
        };
        let whole = words.next().is_none() && label.line().len() == end + 1;
        whole.then_some((label, end + 1))
    }
}

/// A word of letters and digits.
fn id(word: &str) -> Option<String> {
    let plain = !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric());
    plain.then(|| word.to_owned())
}

/// A time in whole seconds, as labels hold it.
#[must_use]
pub fn whole_second(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_read_back_and_nothing_else_does() {
        let label = Label {
            kind: Kind::Backup,
            register: "ab12".into(),
            node: "cd34".into(),
            created: "2026-01-10T12:00:00Z".parse().unwrap(),
            digest: None,
        };
        let line = label.line();
        assert_eq!(line, "kortisto-backup 1 ab12 cd34 1768046400\n");
        let with_rest = format!("{line}age-encryption.org/v1");
        let read = |text: &str| Label::read(Kind::Backup, text.as_bytes());
        assert_eq!(read(&with_rest), Some((label.clone(), line.len())));
        assert_eq!(Label::read(Kind::Ledger, line.as_bytes()), None);
        for text in [
            "",
            "kortisto-backup 1 ab12 cd34 1768046400",
            "kortisto-backup 2 ab12 cd34 1768046400\n",
            "kortisto-backup 1 ab12 1768046400\n",
            "kortisto-backup 1 ab12 cd34 soon\n",
            "kortisto-backup 1 ab12 cd34 01768046400\n",
            "kortisto-backup 1 ab12 ../x 1768046400\n",
            "age-encryption.org/v1\n",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
        let ledger = Label {
            kind: Kind::Ledger,
            digest: Some("ff00".into()),
            ..label
        };
        let line = ledger.line();
        assert_eq!(
            Label::read(Kind::Ledger, line.as_bytes()),
            Some((ledger, line.len()))
        );
    }
}

//! Peer ids for people: characters that can't be taken for each other, in groups, with check digits.

use core::fmt;
use core::str::FromStr;

use data_encoding::{Encoding, Specification};
use register::id::NodeId;
use register::replica::node_id;

const GROUP: usize = 4;
const KEY: usize = 32;

/// A peer id as somebody typed or sent it. That a peer holds the key is shown only by a handshake.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClaimedId {
    key: [u8; KEY],
}

/// A text that is no peer id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdTextError {
    /// A character that never occurs in one.
    #[error("a peer id holds only digits and letters, in groups of {GROUP}")]
    Character,
    /// Too short or too long.
    #[error("a peer id has {expected} characters without the dashes, this has {found}")]
    Length {
        /// How many it has.
        expected: usize,
        /// How many were given.
        found: usize,
    },
    /// The check digits don't fit: a character was mistyped, left out or swapped.
    #[error("the peer id's check digits don't fit: look for a mistyped or swapped character")]
    Check,
}

/// Crockford's base 32: no I, L, O or U.
pub(crate) fn encoding() -> Option<Encoding> {
    let mut specification = Specification::new();
    specification
        .symbols
        .push_str("0123456789ABCDEFGHJKMNPQRSTVWXYZ");
    specification.encoding().ok()
}

const CHARACTERS: usize = ((KEY + 4) * 8).div_ceil(5);

impl ClaimedId {
    /// The id of the key with this SHA-256.
    #[must_use]
    pub const fn from_key(key: [u8; KEY]) -> Self {
        Self { key }
    }

    /// SHA-256 of the public key (SubjectPublicKeyInfo, RFC 5280 section 4.1.2.7).
    #[must_use]
    pub const fn key(&self) -> &[u8; KEY] {
        &self.key
    }

    /// The node id that belongs to the key.
    #[must_use]
    pub fn node(&self) -> NodeId {
        node_id(&self.key)
    }
}

impl fmt::Display for ClaimedId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = self.key.to_vec();
        bytes.extend(crc32fast::hash(&self.key).to_be_bytes());
        let text = encoding()
            .map(|encoding| encoding.encode(&bytes))
            .unwrap_or_default();
        for (at, character) in text.chars().enumerate() {
            if at > 0 && at % GROUP == 0 {
                f.write_str("-")?;
            }
            write!(f, "{character}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for ClaimedId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ClaimedId({self})")
    }
}

impl FromStr for ClaimedId {
    type Err = IdTextError;

    fn from_str(text: &str) -> Result<Self, IdTextError> {
        let clean: String = text
            .chars()
            .filter(|c| !c.is_whitespace() && *c != '-')
            .map(|c| match c.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            })
            .collect();
        let found = clean.chars().count();
        if found != CHARACTERS {
            return Err(IdTextError::Length {
                expected: CHARACTERS,
                found,
            });
        }
        let bytes = encoding()
            .and_then(|encoding| encoding.decode(clean.as_bytes()).ok())
            .ok_or(IdTextError::Character)?;
        let (key, check) = bytes.split_at_checked(KEY).ok_or(IdTextError::Check)?;
        let key: [u8; KEY] = key.try_into().map_err(|_| IdTextError::Check)?;
        if check != crc32fast::hash(&key).to_be_bytes() {
            return Err(IdTextError::Check);
        }
        Ok(Self { key })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mistyped_or_swapped_character_is_found() {
        let id = ClaimedId::from_key(core::array::from_fn(|at| (at * 37 + 11) as u8));
        let text = id.to_string();
        assert_eq!(text.parse(), Ok(id));
        assert_eq!(text.to_lowercase().replace('-', " ").parse(), Ok(id));
        let characters: Vec<char> = text.chars().filter(|c| *c != '-').collect();
        for at in 0..characters.len() {
            for other in "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
                .chars()
                .filter(|c| *c != characters[at])
            {
                let mut wrong = characters.clone();
                wrong[at] = other;
                assert!(
                    wrong
                        .iter()
                        .collect::<String>()
                        .parse::<ClaimedId>()
                        .is_err(),
                    "{at} {other}"
                );
            }
            if at > 0 && characters[at] != characters[at - 1] {
                let mut wrong = characters.clone();
                wrong.swap(at, at - 1);
                assert!(
                    wrong
                        .iter()
                        .collect::<String>()
                        .parse::<ClaimedId>()
                        .is_err(),
                    "swap {at}"
                );
            }
        }
    }

    #[test]
    fn what_is_wrong_is_said() {
        assert_eq!(
            "".parse::<ClaimedId>(),
            Err(IdTextError::Length {
                expected: CHARACTERS,
                found: 0
            })
        );
        assert_eq!(
            "U".repeat(CHARACTERS).parse::<ClaimedId>(),
            Err(IdTextError::Character)
        );
    }
}

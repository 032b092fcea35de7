//! What shows that the other side holds the invitation, bound to this very connection and to both keys.
//!
//! The secret itself never travels. Somebody between the two has another connection to each, so another exporter
//! (RFC 8446, section 7.5), and nothing that he passes on is right.

use core::fmt;

use aws_lc_rs::hmac;
use quinn::Connection;

use super::invitation::Secret;
use crate::identity::ClaimedId;

/// Bytes of a proof.
pub(super) const PROOF: usize = 32;
/// What the connection's exporter is asked for.
const EXPORTER: &[u8] = b"kortisto pairing";

const CONSONANTS: [char; 11] = ['h', 'j', 'k', 'l', 'm', 'n', 'p', 'r', 's', 't', 'v'];
const VOWELS: [char; 5] = ['a', 'e', 'i', 'o', 'u'];
/// Words of a phrase, of two syllables each: 55 to the sixth power phrases, which is 34.7 bits.
const WORDS: usize = 3;
const SYLLABLES: usize = 2;

/// A short text that both screens show and two people compare, in syllables that Finnish, Swedish and English say
/// alike. `b`, `d` and `g` are left out, since over a telephone they sound like `p`, `t` and `k`.
#[derive(Clone, PartialEq, Eq)]
pub struct Phrase(String);

impl fmt::Display for Phrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Phrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Phrase(redacted)")
    }
}

/// Which of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Made the invitation.
    Host,
    /// Was invited.
    Guest,
}

/// Ties an invitation's secret to a connection.
pub(super) struct Bond {
    key: hmac::Key,
    context: Vec<u8>,
}

impl Bond {
    /// `None` when the connection has no exporter, which it always has after its handshake.
    pub(super) fn new(
        secret: &Secret,
        connection: &Connection,
        host: ClaimedId,
        guest: ClaimedId,
    ) -> Option<Self> {
        let mut exporter = [0; 32];
        connection
            .export_keying_material(&mut exporter, EXPORTER, b"")
            .ok()?;
        let mut context = exporter.to_vec();
        context.extend(host.key());
        context.extend(guest.key());
        Some(Self {
            key: hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()),
            context,
        })
    }

    fn labelled(&self, label: &str) -> Vec<u8> {
        // A zero byte ends the label, so that no two inputs run together.
        let mut bytes = label.as_bytes().to_vec();
        bytes.push(0);
        bytes.extend(&self.context);
        bytes
    }

    const fn label(of: Role) -> &'static str {
        match of {
            Role::Host => "kortisto pairing host",
            Role::Guest => "kortisto pairing guest",
        }
    }

    /// What this side sends.
    pub(super) fn proof(&self, of: Role) -> [u8; PROOF] {
        let tag = hmac::sign(&self.key, &self.labelled(Self::label(of)));
        // A tag of HMAC-SHA-256 has so many bytes.
        tag.as_ref().try_into().unwrap_or([0; PROOF])
    }

    /// Whether the other side's is right; takes as long either way.
    pub(super) fn is_proof(&self, of: Role, given: &[u8; PROOF]) -> bool {
        hmac::verify(&self.key, &self.labelled(Self::label(of)), given).is_ok()
    }

    /// What people compare.
    pub(super) fn phrase(&self) -> Phrase {
        let tag = hmac::sign(&self.key, &self.labelled("kortisto pairing phrase"));
        let first = tag.as_ref().first_chunk::<8>().copied().unwrap_or_default();
        // 2^64 is so much more than all phrases that none is noticeably likelier.
        let mut number = u64::from_be_bytes(first);
        let mut pick = |letters: &[char]| {
            let count = letters.len() as u64;
            let at = usize::try_from(number % count).unwrap_or_default();
            number /= count;
            letters.get(at).copied().unwrap_or_default()
        };
        let words: Vec<String> = (0..WORDS)
            .map(|_| {
                (0..SYLLABLES)
                    .flat_map(|_| [pick(&CONSONANTS), pick(&VOWELS)])
                    .collect()
            })
            .collect();
        Phrase(words.join(" "))
    }
}

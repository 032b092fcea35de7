//! An invitation: what one premises has to know to reach another and to be let in, as a line of text.
//!
//! Whoever holds the text before its time is over may ask to be paired, so it is shown to the owner only, never
//! logged and never stored.

use core::fmt;
use core::str::FromStr;
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use zeroize::Zeroizing;

use crate::identity::{ClaimedId, encoding};

/// What the text begins with, in capitals; where it came from is told by a look at it.
const PREFIX: &str = "KORTISTO";
/// The version of what follows.
const VERSION: u8 = 1;
/// Bytes of a secret.
pub(crate) const SECRET: usize = 16;
/// The most addresses of an invitation.
pub const INVITED_ADDRESSES: usize = 4;
/// The longest host name, in bytes (RFC 1035, section 2.3.4).
const NAME_LIMIT: usize = 253;
/// The longest text that is read, in bytes.
const TEXT_LIMIT: usize = 4_096;
/// Characters in a group.
const GROUP: usize = 5;
/// Bytes of the check digits.
const CHECK: usize = 4;

/// What only the two premises know that pair. Works once.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Secret(Zeroizing<[u8; SECRET]>);

impl Secret {
    /// A new one; `None` when the operating system gives no randomness.
    pub(crate) fn random() -> Option<Self> {
        let mut bytes = Zeroizing::new([0; SECRET]);
        getrandom::fill(bytes.as_mut_slice()).ok()?;
        Some(Self(bytes))
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.0.as_slice()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(redacted)")
    }
}

/// A text that is no invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvitationFault {
    /// Something else was copied.
    #[error("this is no invitation: one begins with {PREFIX}")]
    NotOne,
    /// A character that never occurs in one.
    #[error("an invitation holds only digits and letters: a character is wrong")]
    Character,
    /// The check digits don't fit: a character was mistyped, left out or swapped.
    #[error("the invitation was not copied whole, or a character is wrong: copy it again")]
    Check,
    /// A newer program made it.
    #[error(
        "the invitation was made by a newer version of the program: update this premises first"
    )]
    Newer,
    /// It can be read and makes no sense.
    #[error("the invitation can't be used: make a new one")]
    Content,
}

/// What one premises hands to another so that they can pair.
#[derive(Clone, PartialEq, Eq)]
pub struct Invitation {
    pub(crate) key: ClaimedId,
    pub(crate) secret: Secret,
    expires: u32,
    pub(crate) addresses: Vec<String>,
}

impl fmt::Debug for Invitation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Invitation")
            .field("key", &self.key)
            .field("expires", &self.expires)
            .field("addresses", &self.addresses)
            .finish_non_exhaustive()
    }
}

impl Invitation {
    /// An invitation to the node with this key. Of the addresses, `host:port` each, as many as it holds are taken, and
    /// those that are none are left out.
    pub(crate) fn new(
        key: ClaimedId,
        secret: Secret,
        expires: SystemTime,
        addresses: &[String],
    ) -> Self {
        let seconds = expires.duration_since(UNIX_EPOCH).unwrap_or_default();
        let sound = addresses
            .iter()
            .filter(|address| write_address(address).is_some());
        Self {
            key,
            secret,
            expires: u32::try_from(seconds.as_secs()).unwrap_or(u32::MAX),
            addresses: sound.take(INVITED_ADDRESSES).cloned().collect(),
        }
    }

    /// Whose invitation it is.
    #[must_use]
    pub const fn inviter(&self) -> ClaimedId {
        self.key
    }

    /// Until when it holds, by the inviter's clock.
    #[must_use]
    pub fn expires(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(self.expires.into())
    }

    /// Where the inviter is reached, `host:port` each.
    #[must_use]
    pub fn addresses(&self) -> &[String] {
        &self.addresses
    }

    /// The text to be handed over: one line of capitals, digits and dashes, which a QR code holds as alphanumeric.
    #[must_use]
    pub fn text(&self) -> String {
        let bytes = self.bytes();
        let letters = encoding().map(|base32| base32.encode(&bytes));
        let letters = letters.unwrap_or_default();
        let mut text = PREFIX.to_owned();
        for (at, letter) in letters.chars().enumerate() {
            if at % GROUP == 0 {
                text.push('-');
            }
            text.push(letter);
        }
        text
    }

    fn bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut bytes = Zeroizing::new(vec![VERSION]);
        bytes.extend(self.key.key());
        bytes.extend(self.secret.as_bytes());
        bytes.extend(self.expires.to_be_bytes());
        for address in &self.addresses {
            bytes.extend(write_address(address).unwrap_or_default());
        }
        let check = crc32fast::hash(&bytes);
        bytes.extend(check.to_be_bytes());
        bytes
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let (_version, rest) = bytes.split_first()?;
        let (key, rest) = rest.split_first_chunk::<32>()?;
        let (secret, rest) = rest.split_first_chunk::<SECRET>()?;
        let (expires, mut rest) = rest.split_first_chunk::<4>()?;
        let mut addresses = Vec::new();
        while !rest.is_empty() {
            let (address, after) = read_address(rest)?;
            addresses.push(address);
            rest = after;
        }
        (1..=INVITED_ADDRESSES)
            .contains(&addresses.len())
            .then_some(Self {
                key: ClaimedId::from_key(*key),
                secret: Secret(Zeroizing::new(*secret)),
                expires: u32::from_be_bytes(*expires),
                addresses,
            })
    }
}

impl FromStr for Invitation {
    type Err = InvitationFault;

    fn from_str(text: &str) -> Result<Self, InvitationFault> {
        if text.len() > TEXT_LIMIT {
            return Err(InvitationFault::NotOne);
        }
        let clean: Zeroizing<String> = Zeroizing::new(text.chars().filter_map(letter).collect());
        let prefix: String = PREFIX.chars().filter_map(letter).collect();
        let letters = clean.strip_prefix(&prefix).ok_or(InvitationFault::NotOne)?;
        let known = |letter: char| letter.is_ascii_alphanumeric() && letter != 'U';
        if !letters.chars().all(known) {
            return Err(InvitationFault::Character);
        }
        // Left out or doubled characters also end here: their number doesn't come to whole bytes.
        let bytes = encoding().and_then(|base32| base32.decode(letters.as_bytes()).ok());
        let bytes = Zeroizing::new(bytes.ok_or(InvitationFault::Check)?);
        let (content, check) = bytes
            .split_last_chunk::<CHECK>()
            .ok_or(InvitationFault::Check)?;
        if crc32fast::hash(content).to_be_bytes() != *check {
            return Err(InvitationFault::Check);
        }
        match content.first() {
            Some(&VERSION) => Self::read(content).ok_or(InvitationFault::Content),
            Some(version) if *version > VERSION => Err(InvitationFault::Newer),
            _ => Err(InvitationFault::Content),
        }
    }
}

/// A character as base 32 has it; nothing for what only divides.
fn letter(letter: char) -> Option<char> {
    match letter.to_ascii_uppercase() {
        letter if letter.is_whitespace() => None,
        '-' | '\u{2010}'..='\u{2015}' => None,
        'O' => Some('0'),
        'I' | 'L' => Some('1'),
        letter => Some(letter),
    }
}

/// What an address begins with.
const IPV4: u8 = 4;
const IPV6: u8 = 6;

fn write_address(address: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let port = if let Ok(address) = address.parse::<SocketAddr>() {
        match address.ip() {
            IpAddr::V4(ip) => {
                bytes.push(IPV4);
                bytes.extend(ip.octets());
            }
            IpAddr::V6(ip) => {
                bytes.push(IPV6);
                bytes.extend(ip.octets());
            }
        }
        address.port()
    } else {
        let (name, port) = address.rsplit_once(':')?;
        // Names of one letter to the longest have the numbers from here on; those below stand for numbers.
        if !(1..=NAME_LIMIT - usize::from(IPV6)).contains(&name.len()) || !is_name(name) {
            return None;
        }
        bytes.push(u8::try_from(name.len()).ok()?.checked_add(IPV6)?);
        bytes.extend(name.as_bytes());
        port.parse().ok()?
    };
    bytes.extend(port.to_be_bytes());
    (port > 0).then_some(bytes)
}

fn read_address(bytes: &[u8]) -> Option<(String, &[u8])> {
    let (kind, rest) = bytes.split_first()?;
    let (host, rest) = match *kind {
        IPV4 => {
            let (ip, rest) = rest.split_first_chunk::<4>()?;
            (IpAddr::from(*ip).to_string(), rest)
        }
        IPV6 => {
            let (ip, rest) = rest.split_first_chunk::<16>()?;
            (format!("[{}]", IpAddr::from(*ip)), rest)
        }
        length => {
            let length = usize::from(length.checked_sub(IPV6).filter(|length| *length > 0)?);
            let (name, rest) = rest.split_at_checked(length)?;
            let name = core::str::from_utf8(name).ok()?;
            // A number in the clothes of a name would be written otherwise again.
            let plain = is_name(name) && name.parse::<IpAddr>().is_err();
            (plain.then(|| name.to_owned())?, rest)
        }
    };
    let (port, rest) = rest.split_first_chunk::<2>()?;
    let port = u16::from_be_bytes(*port);
    (port > 0).then(|| (format!("{host}:{port}"), rest))
}

fn is_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    name.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn example(addresses: &[&str]) -> Invitation {
        let addresses: Vec<String> = addresses.iter().map(|one| (*one).to_owned()).collect();
        Invitation::new(
            ClaimedId::from_key(core::array::from_fn(|at| (at * 37 + 11) as u8)),
            Secret(Zeroizing::new(*b"0123456789abcdef")),
            UNIX_EPOCH + Duration::from_secs(1_800_000_000),
            &addresses,
        )
    }

    #[test]
    fn a_text_leads_back_however_it_was_copied() {
        for addresses in [
            &["192.0.2.7:7440"][..],
            &[
                "clinic.example.com:7440",
                "192.0.2.7:7440",
                "[2001:db8::7]:1",
            ],
            &["a:1", "b:2", "c:3", "d:4"],
        ] {
            let made = example(addresses);
            let text = made.text();
            assert_eq!(text.parse(), Ok(made.clone()), "{addresses:?}");
            let low = text.to_lowercase().replace('-', " \n");
            assert_eq!(low.parse(), Ok(made.clone()), "{addresses:?}");
            let misread = text.replace('0', "O").replace('1', "l");
            assert_eq!(misread.parse(), Ok(made), "{addresses:?}");
        }
        let usual = example(&["192.0.2.7:7440", "clinic.example.com:7440"]).text();
        assert!((120..=190).contains(&usual.len()), "{}", usual.len());
    }

    #[test]
    fn the_secret_is_not_shown_by_accident() {
        let made = example(&["192.0.2.7:7440"]);
        let shown = format!("{made:?} {:?}", made.secret);
        assert!(!shown.contains("0123456789abcdef") && !shown.contains("[48, 49"));
        assert!(shown.contains("192.0.2.7"));
    }

    #[test]
    fn every_mistyped_or_swapped_character_is_found() {
        let text: Vec<char> = example(&["192.0.2.7:7440"])
            .text()
            .chars()
            .filter(|letter| *letter != '-')
            .collect();
        let read = |letters: &[char]| letters.iter().collect::<String>().parse::<Invitation>();
        assert!(read(&text).is_ok());
        for at in PREFIX.len()..text.len() {
            for other in "0123456789ABCDEFGHJKMNPQRSTVWXYZ".chars() {
                let mut wrong = text.clone();
                wrong[at] = other;
                assert_eq!(read(&wrong).is_ok(), wrong == text, "{at} {other}");
            }
            if at > PREFIX.len() {
                let mut wrong = text.clone();
                wrong.swap(at, at - 1);
                assert_eq!(read(&wrong).is_ok(), wrong == text, "swap {at}");
            }
            let mut wrong = text.clone();
            wrong.remove(at);
            assert!(read(&wrong).is_err(), "left out {at}");
        }
    }

    #[test]
    fn what_is_wrong_is_said() {
        let text = example(&["192.0.2.7:7440"]).text();
        let fault = |text: &str| text.parse::<Invitation>().unwrap_err();
        assert_eq!(fault(""), InvitationFault::NotOne);
        assert_eq!(fault("0123-4567-89AB"), InvitationFault::NotOne);
        assert_eq!(fault(&"A".repeat(TEXT_LIMIT + 1)), InvitationFault::NotOne);
        assert_eq!(fault(&format!("{text}?")), InvitationFault::Character);
        assert_eq!(fault(&text[..text.len() - 9]), InvitationFault::Check);
        let rewritten = |change: &dyn Fn(&mut Vec<u8>)| {
            let mut bytes = example(&["192.0.2.7:7440"]).bytes().to_vec();
            bytes.truncate(bytes.len() - CHECK);
            change(&mut bytes);
            let check = crc32fast::hash(&bytes).to_be_bytes();
            bytes.extend(check);
            fault(&format!("{PREFIX}{}", encoding().unwrap().encode(&bytes)))
        };
        assert_eq!(rewritten(&|bytes| bytes[0] = 2), InvitationFault::Newer);
        let content = InvitationFault::Content;
        assert_eq!(rewritten(&|bytes| bytes[0] = 0), content);
        assert_eq!(rewritten(&|bytes| bytes.truncate(53)), content);
        assert_eq!(rewritten(&|bytes| bytes.truncate(56)), content);
    }

    #[test]
    fn an_address_that_is_none_is_left_out() {
        for none in [
            "clinic",
            "clinic:0",
            ":7440",
            "a b:1",
            "clinic:70000",
            "2001:db8::7",
        ] {
            assert!(example(&[none]).addresses.is_empty(), "{none}");
        }
        let long = format!("{}:1", "a".repeat(NAME_LIMIT));
        assert!(example(&[&long]).addresses.is_empty());
    }

    proptest! {
        #[test]
        fn no_text_is_more_than_refused(text in ".{0,400}") {
            let _ = text.parse::<Invitation>();
        }

        #[test]
        fn no_content_is_more_than_refused(mut bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            if let Some(first) = bytes.first_mut() {
                *first = VERSION;
            }
            let check = crc32fast::hash(&bytes).to_be_bytes();
            bytes.extend(check);
            let text = format!("{PREFIX}{}", encoding().unwrap().encode(&bytes));
            if let Ok(read) = text.parse::<Invitation>() {
                prop_assert_eq!(read.text().parse(), Ok(read));
            }
        }

        #[test]
        fn every_invitation_leads_back(key in any::<[u8; 32]>(), secret in any::<[u8; 16]>(), expires in any::<u32>(),
            ip in any::<[u8; 4]>(), port in 1..=u16::MAX, name in "[a-z][a-z0-9.-]{0,60}") {
            let made = Invitation::new(
                ClaimedId::from_key(key),
                Secret(Zeroizing::new(secret)),
                UNIX_EPOCH + Duration::from_secs(expires.into()),
                &[format!("{}:{port}", IpAddr::from(ip)), format!("{name}:{port}")],
            );
            prop_assert_eq!(made.text().parse(), Ok(made));
        }
    }
}

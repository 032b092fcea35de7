//! The value table: what documents refer to by [`ValueId`].
//!
//! A value is written once and never changed: its id is a truncated SHA-256 over the record, a
//! 32-byte nonce and the encoded content, so a peer cannot serve two contents under one id, and the
//! id of a deleted value tells nothing. Contents are MessagePack maps, read and written by hand with
//! a kind and a version; fields that this version doesn't know are kept in [`Rest`] and written
//! again when somebody edits the value.

mod content;
mod fields;
mod form;
mod marketing;
mod paper;
mod request;
mod safety;

pub use content::{Content, Kind};
pub use fields::Rest;

use rand_core::Rng;

use crate::id::{RecordId, ValueId, digest};

/// The longest encoded content, in bytes.
pub const CONTENT_LIMIT: usize = 64 * 1024;

/// A value that can't be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ValueError {
    /// The bytes are no encoded content.
    #[error("the value is damaged")]
    Damaged,
    /// A newer version wrote it.
    #[error("the value was written by a newer version")]
    Newer,
    /// Over [`CONTENT_LIMIT`].
    #[error("the value is too large")]
    TooLarge,
}

/// One entry of the value table. Which record it belongs to is known from where it lies.
#[derive(Clone, PartialEq, Eq)]
pub struct Value {
    /// What documents refer to.
    pub id: ValueId,
    /// Makes the id tell nothing about the content.
    pub nonce: [u8; 32],
    /// The encoded content, at most [`CONTENT_LIMIT`] bytes.
    pub content: Vec<u8>,
}
crate::redacted!(Value);

impl Value {
    /// A new value with a random nonce.
    pub fn new(record: RecordId, content: &Content, rest: &Rest, rng: &mut dyn Rng) -> Self {
        let mut nonce = [0; 32];
        rng.fill_bytes(&mut nonce);
        Self::from_parts(record, nonce, content.encode(rest))
    }

    /// The value made of these parts, with the id that follows from them.
    #[must_use]
    pub fn from_parts(record: RecordId, nonce: [u8; 32], content: Vec<u8>) -> Self {
        let whole = digest(&[record.as_bytes(), &nonce, &content]);
        let mut id = [0; ValueId::BYTES];
        id.iter_mut().zip(whole).for_each(|(to, from)| *to = from);
        Self {
            id: ValueId::from_bytes(id),
            nonce,
            content,
        }
    }

    /// What it says, and the fields that this version doesn't know.
    ///
    /// # Errors
    /// [`ValueError`] when the content is damaged or newer than this version.
    pub fn decode(&self) -> Result<(Content, Rest), ValueError> {
        if self.content.len() > CONTENT_LIMIT {
            return Err(ValueError::TooLarge);
        }
        Content::decode(&self.content)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contact::{Name, Phone};
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::SeedableRng;

    #[test]
    fn the_id_binds_record_nonce_and_content() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let record = RecordId::from_bytes([1; 16]);
        let content = Content::Name(Name::new("Korhonen", "Maria").unwrap());
        let one = Value::new(record, &content, &Rest::default(), &mut rng);
        let two = Value::new(record, &content, &Rest::default(), &mut rng);
        assert_ne!(one.id, two.id);
        assert_eq!(
            Value::from_parts(record, one.nonce, one.content.clone()).id,
            one.id
        );
        let elsewhere = RecordId::from_bytes([2; 16]);
        assert_ne!(
            Value::from_parts(elsewhere, one.nonce, one.content.clone()).id,
            one.id
        );
        assert!(one.decode().unwrap().0 == content);
    }

    #[test]
    fn garbage_is_an_error() {
        let record = RecordId::from_bytes([1; 16]);
        for bytes in [
            vec![],
            vec![0xc1],
            vec![0x80],
            b"{}".to_vec(),
            vec![0xdf, 0xff, 0xff, 0xff, 0xff],
        ] {
            let value = Value::from_parts(record, [0; 32], bytes);
            assert_eq!(value.decode().err(), Some(ValueError::Damaged));
        }
    }

    #[test]
    fn fields_of_a_newer_version_survive_an_edit_by_an_older_one() {
        let phone: Phone = "0400001234".parse().unwrap();
        let mut newer =
            rmpv::decode::read_value(&mut &Content::Phone(phone).encode(&Rest::default())[..])
                .unwrap();
        if let rmpv::Value::Map(pairs) = &mut newer {
            pairs.push(("label".into(), "work".into()));
        }
        let mut bytes = Vec::new();
        rmpv::encode::write_value(&mut bytes, &newer).unwrap();
        let (_, rest) = Content::decode(&bytes).unwrap();
        let other: Phone = "0500004321".parse().unwrap();
        let edited = Content::Phone(other.clone()).encode(&rest);
        assert!(Content::decode(&edited).unwrap() == (Content::Phone(other), rest.clone()));
        assert!(rest != Rest::default());
    }
}

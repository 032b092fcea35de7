//! An imported client on its way to the node: contents in the register's own encoding.

use data_encoding::BASE64;
use register::document::{Collection, FieldKey};
use register::id::RecordId;
use register::replica::ImportedClient;
use register::value::{Content, Rest, Value};
use serde::{Deserialize, Serialize};

/// The most fields and entries of one client.
const PARTS_LIMIT: usize = 4_096;

/// An imported client in wire form.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parcel {
    source: String,
    legacy_id: String,
    fields: Vec<(String, String)>,
    entries: Vec<(String, String)>,
}

impl core::fmt::Debug for Parcel {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Parcel(redacted)")
    }
}

/// A parcel that can't be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an imported client can't be read")]
pub struct ParcelError;

impl From<&ImportedClient> for Parcel {
    fn from(client: &ImportedClient) -> Self {
        let encode = |content: &Content| BASE64.encode(&content.encode(&Rest::default()));
        Self {
            source: client.source.clone(),
            legacy_id: client.legacy_id.clone(),
            fields: client
                .fields
                .iter()
                .map(|(field, content)| (field.key().to_owned(), encode(content)))
                .collect(),
            entries: client
                .entries
                .iter()
                .map(|(collection, content)| (collection.key().to_owned(), encode(content)))
                .collect(),
        }
    }
}

impl Parcel {
    /// The client in it.
    ///
    /// # Errors
    /// [`ParcelError`] when a part is unknown, damaged or too large, or there are too many.
    pub fn open(self) -> Result<ImportedClient, ParcelError> {
        if self.fields.len() + self.entries.len() > PARTS_LIMIT {
            return Err(ParcelError);
        }
        let decode = |text: &str| -> Result<Content, ParcelError> {
            let bytes = BASE64.decode(text.as_bytes()).map_err(|_| ParcelError)?;
            // A value reads its content; which record and nonce it has doesn't matter for that.
            let value = Value::from_parts(RecordId::from_bytes([0; 16]), [0; 32], bytes);
            let (content, _) = value.decode().map_err(|_| ParcelError)?;
            Ok(content)
        };
        let fields = self.fields.iter().map(|(key, content)| {
            let field = FieldKey::from_key(key).ok_or(ParcelError)?;
            Ok((field, decode(content)?))
        });
        let fields = fields.collect::<Result<_, _>>()?;
        let entries = self.entries.iter().map(|(key, content)| {
            let collection = Collection::from_key(key).ok_or(ParcelError)?;
            Ok((collection, decode(content)?))
        });
        let entries = entries.collect::<Result<_, _>>()?;
        Ok(ImportedClient {
            source: self.source,
            legacy_id: self.legacy_id,
            fields,
            entries,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use register::contact::Name;

    #[test]
    fn a_client_comes_out_as_it_went_in() {
        let client = ImportedClient {
            source: "legacy".into(),
            legacy_id: "7".into(),
            fields: vec![(
                FieldKey::Name,
                Content::Name(Name::new("Keksitty", "Kaisa").unwrap()),
            )],
            entries: vec![(
                Collection::Phone,
                Content::Phone("0400001234".parse().unwrap()),
            )],
        };
        let text = serde_json::to_string(&Parcel::from(&client)).unwrap();
        let parcel: Parcel = serde_json::from_str(&text).unwrap();
        let opened = parcel.open().unwrap();
        assert_eq!(opened.source, client.source);
        assert_eq!(opened.legacy_id, client.legacy_id);
        assert!(opened.fields == client.fields);
        assert!(opened.entries == client.entries);
    }

    #[test]
    fn unknown_and_damaged_parts_are_refused() {
        let parcel = |field: &str, content: &str| Parcel {
            source: String::new(),
            legacy_id: String::new(),
            fields: vec![(field.into(), content.into())],
            entries: Vec::new(),
        };
        for (field, content) in [
            ("shoe_size", "gA=="),
            ("name", "gA=="),
            ("name", "%"),
            ("name", ""),
        ] {
            assert_eq!(
                parcel(field, content).open().err(),
                Some(ParcelError),
                "{field} {content}"
            );
        }
    }
}

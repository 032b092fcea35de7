//! The treatment catalogue from the machine: items by name, each set as given.

use data_encoding::BASE64;
use register::document::Collection;
use register::edit::{Change, Edit, Target};
use register::id::{CATALOGUE, OPERATOR, RecordId};
use register::replica::Command;
use register::settings::CatalogueItem;
use register::value::{Content, Rest, Value};
use serde::{Deserialize, Serialize};

use crate::exit::{Exit, Failure, Outcome};

use super::clerk::Clerk;
use super::{ParcelError, Reply};

/// The most items at once.
const ITEMS_LIMIT: usize = 200;

/// An item of the catalogue in wire form: its content in the register's own encoding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer(String);

impl From<CatalogueItem> for Offer {
    fn from(item: CatalogueItem) -> Self {
        let content = Content::CatalogueItem(item);
        Self(BASE64.encode(&content.encode(&Rest::default())))
    }
}

impl Offer {
    /// The item in it.
    fn open(&self) -> Result<CatalogueItem, ParcelError> {
        let bytes = BASE64.decode(self.0.as_bytes()).map_err(|_| ParcelError)?;
        // A value reads its content; which record and nonce it has doesn't matter for that.
        let value = Value::from_parts(RecordId::from_bytes([0; 16]), [0; 32], bytes);
        match value.decode() {
            Ok((Content::CatalogueItem(item), _)) => Ok(item),
            _ => Err(ParcelError),
        }
    }
}

impl Clerk {
    /// Puts these items in place of those of the same names, and adds the others.
    pub(super) async fn set_catalogue(&self, offers: &[Offer]) -> Outcome<Reply> {
        if offers.len() > ITEMS_LIMIT {
            let sentence = format!("at most {ITEMS_LIMIT} treatments are taken at once");
            return Err(Failure::said(Exit::Refused, sentence));
        }
        let mut changes = Vec::new();
        for offer in offers {
            let item = offer
                .open()
                .map_err(|error| Failure::new(Exit::Refused, error))?;
            let directory = self.office.directory();
            let known = directory.catalogue().and_then(|all| all.named(&item.name));
            let id = known.map(|(id, _)| id);
            let content = Content::CatalogueItem(item);
            changes.push(match id {
                Some(id) => Change::SetEntry(Collection::Item, id, content),
                None => Change::Add(Collection::Item, content),
            });
        }
        let edit = Edit {
            target: Target::Latest(CATALOGUE),
            author: OPERATOR,
            changes,
        };
        self.done(Command::Edit(edit)).await
    }
}

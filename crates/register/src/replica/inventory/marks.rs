//! The stored form of what lists know of adverse events and of requests under the law.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::adverse::AdverseMark;
use crate::id::EntryId;
use crate::request::{OpenRequest, RequestKind};

use super::{Id, Unreadable};

#[derive(Serialize, Deserialize)]
pub(super) struct StoredAdverse {
    entry: Id,
    date: Date,
    product: String,
    batch: String,
    told_tukes: Option<Date>,
    told_maker: Option<Date>,
}

impl StoredAdverse {
    pub(super) fn of(mark: &AdverseMark) -> Self {
        Self {
            entry: Id::new(*mark.entry.as_bytes()),
            date: mark.date,
            product: mark.product.clone(),
            batch: mark.batch.clone(),
            told_tukes: mark.told_tukes,
            told_maker: mark.told_maker,
        }
    }

    pub(super) fn read(&self) -> AdverseMark {
        AdverseMark {
            entry: EntryId::from_bytes(*self.entry),
            date: self.date,
            product: self.product.clone(),
            batch: self.batch.clone(),
            told_tukes: self.told_tukes,
            told_maker: self.told_maker,
        }
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct StoredRequest {
    entry: Id,
    kind: String,
    received: Date,
    due: Date,
}

impl StoredRequest {
    pub(super) fn of(request: &OpenRequest) -> Self {
        Self {
            entry: Id::new(*request.entry.as_bytes()),
            kind: request.kind.code().to_owned(),
            received: request.received,
            due: request.due,
        }
    }

    pub(super) fn read(&self) -> Result<OpenRequest, Unreadable> {
        Ok(OpenRequest {
            entry: EntryId::from_bytes(*self.entry),
            kind: RequestKind::from_code(&self.kind).ok_or(Unreadable)?,
            received: self.received,
            due: self.due,
        })
    }
}

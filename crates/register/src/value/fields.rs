//! A MessagePack map being read or written field by field.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use rmpv::Value as Item;

use super::ValueError;

/// The deepest nesting a content may have; ours have two levels.
const DEPTH: usize = 8;

/// Fields that this version doesn't know, kept for the versions that do.
#[derive(Clone, PartialEq, Default)]
pub struct Rest(pub(super) BTreeMap<String, Item>);
crate::redacted!(Rest);

/// Fields by name.
pub(super) struct Fields(BTreeMap<String, Item>);

impl Fields {
    pub(super) fn of(rest: &Rest) -> Self {
        Self(rest.0.clone())
    }

    pub(super) fn decode(bytes: &[u8]) -> Result<Self, ValueError> {
        let mut input = bytes;
        let item = rmpv::decode::read_value_with_max_depth(&mut input, DEPTH)
            .map_err(|_| ValueError::Damaged)?;
        if !input.is_empty() {
            return Err(ValueError::Damaged);
        }
        Self::from_item(item)
    }

    fn from_item(item: Item) -> Result<Self, ValueError> {
        let Item::Map(pairs) = item else {
            return Err(ValueError::Damaged);
        };
        let mut fields = BTreeMap::new();
        for (key, item) in pairs {
            let key = key.as_str().ok_or(ValueError::Damaged)?.to_owned();
            fields.insert(key, item);
        }
        Ok(Self(fields))
    }

    pub(super) fn encode(self) -> Vec<u8> {
        let pairs = self
            .0
            .into_iter()
            .map(|(key, item)| (Item::from(key), item))
            .collect();
        let mut bytes = Vec::new();
        // Writing to a Vec can't fail.
        let _ = rmpv::encode::write_value(&mut bytes, &Item::Map(pairs));
        bytes
    }

    /// Every text in it, nested ones too.
    pub(super) fn texts(self) -> impl Iterator<Item = String> {
        let mut open: Vec<Item> = self.0.into_values().collect();
        core::iter::from_fn(move || {
            while let Some(item) = open.pop() {
                match item {
                    Item::String(text) => return text.into_str(),
                    Item::Map(pairs) => open.extend(pairs.into_iter().map(|(_, item)| item)),
                    Item::Array(items) => open.extend(items),
                    _ => {}
                }
            }
            None
        })
    }

    pub(super) fn into_rest(self) -> Rest {
        Rest(self.0)
    }

    pub(super) fn put_text(&mut self, key: &str, text: &str) {
        if !text.is_empty() {
            self.0.insert(key.into(), text.into());
        }
    }

    pub(super) fn put_number(&mut self, key: &str, number: u64) {
        self.0.insert(key.into(), number.into());
    }

    pub(super) fn put_flag(&mut self, key: &str, flag: Option<bool>) {
        if let Some(flag) = flag {
            self.0.insert(key.into(), flag.into());
        }
    }

    pub(super) fn put_bytes(&mut self, key: &str, bytes: &[u8]) {
        self.0.insert(key.into(), Item::Binary(bytes.to_vec()));
    }

    /// A date as the number `yyyymmdd`.
    pub(super) fn put_date(&mut self, key: &str, date: Option<Date>) {
        if let Some(date) = date {
            let number = i64::from(date.year()) * 10_000
                + i64::from(date.month()) * 100
                + i64::from(date.day());
            self.0.insert(key.into(), number.into());
        }
    }

    pub(super) fn put_fields(&mut self, key: &str, fields: Self) {
        let pairs = fields
            .0
            .into_iter()
            .map(|(key, item)| (Item::from(key), item))
            .collect();
        self.0.insert(key.into(), Item::Map(pairs));
    }

    /// An absent text is an empty one.
    pub(super) fn text(&mut self, key: &str) -> Result<String, ValueError> {
        match self.0.remove(key) {
            None => Ok(String::new()),
            Some(item) => item.as_str().map(str::to_owned).ok_or(ValueError::Damaged),
        }
    }

    pub(super) fn number(&mut self, key: &str) -> Result<u64, ValueError> {
        self.0
            .remove(key)
            .and_then(|item| item.as_u64())
            .ok_or(ValueError::Damaged)
    }

    pub(super) fn optional_number(&mut self, key: &str) -> Result<Option<u64>, ValueError> {
        let item = self.0.remove(key);
        item.map(|item| item.as_u64().ok_or(ValueError::Damaged))
            .transpose()
    }

    pub(super) fn flag(&mut self, key: &str) -> Result<Option<bool>, ValueError> {
        self.0
            .remove(key)
            .map(|item| item.as_bool().ok_or(ValueError::Damaged))
            .transpose()
    }

    pub(super) fn bytes<const N: usize>(
        &mut self,
        key: &str,
    ) -> Result<Option<[u8; N]>, ValueError> {
        self.0
            .remove(key)
            .map(|item| {
                item.as_slice()
                    .and_then(|bytes| bytes.try_into().ok())
                    .ok_or(ValueError::Damaged)
            })
            .transpose()
    }

    pub(super) fn date(&mut self, key: &str) -> Result<Option<Date>, ValueError> {
        let Some(item) = self.0.remove(key) else {
            return Ok(None);
        };
        let number = item.as_i64().ok_or(ValueError::Damaged)?;
        let part = |part: i64| i8::try_from(part).map_err(|_| ValueError::Damaged);
        let year = i16::try_from(number / 10_000).map_err(|_| ValueError::Damaged)?;
        Date::new(year, part(number / 100 % 100)?, part(number % 100)?)
            .map(Some)
            .map_err(|_| ValueError::Damaged)
    }

    pub(super) fn timestamp(&mut self, key: &str) -> Result<Timestamp, ValueError> {
        let second = i64::try_from(self.number(key)?).map_err(|_| ValueError::Damaged)?;
        Timestamp::from_second(second).map_err(|_| ValueError::Damaged)
    }

    pub(super) fn optional_timestamp(
        &mut self,
        key: &str,
    ) -> Result<Option<Timestamp>, ValueError> {
        if self.0.contains_key(key) {
            self.timestamp(key).map(Some)
        } else {
            Ok(None)
        }
    }

    /// Bytes of any length; absent ones are empty.
    pub(super) fn blob(&mut self, key: &str) -> Result<Vec<u8>, ValueError> {
        match self.0.remove(key) {
            None => Ok(Vec::new()),
            Some(Item::Binary(bytes)) => Ok(bytes),
            Some(_) => Err(ValueError::Damaged),
        }
    }

    pub(super) fn fields(&mut self, key: &str) -> Result<Option<Self>, ValueError> {
        self.0.remove(key).map(Self::from_item).transpose()
    }
}

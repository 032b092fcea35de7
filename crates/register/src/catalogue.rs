//! What the catalogue says before a treatment is given (clauses 4, 5 and 6): from an item and a card to findings.

use jiff::civil::Date;

use crate::card::{Alert, Card, Catalogue, Entry};
use crate::id::EntryId;
use crate::minor::age;
use crate::settings::CatalogueItem;

/// Something to look at before a treatment is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Finding {
    /// The treatment needs health information, and nobody has asked the client.
    HealthNotAsked,
    /// It needs a separate contract, and the card has none for it that still lies in a safe.
    ContractMissing,
    /// The difference of the years is no more than the least age, years, so the client may be too young for it.
    PossiblyTooYoung(u8),
    /// It has a least age, years, and the year of birth is not known.
    AgeNotKnown(u8),
    /// The treatment is offered no more.
    Retired,
}

impl Finding {
    /// Whether somebody has to confirm it before the treatment is recorded. The others only warn.
    #[must_use]
    pub const fn needs_tick(self) -> bool {
        match self {
            Self::HealthNotAsked | Self::ContractMissing | Self::PossiblyTooYoung(_) => true,
            Self::AgeNotKnown(_) | Self::Retired => false,
        }
    }

    /// The word that stands for it in forms.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::HealthNotAsked => "health_not_asked",
            Self::ContractMissing => "contract_missing",
            Self::PossiblyTooYoung(_) => "possibly_too_young",
            Self::AgeNotKnown(_) => "age_not_known",
            Self::Retired => "retired",
        }
    }
}

/// What stands against giving the treatment to this client today, or has to be looked at first.
///
/// With only a year of birth, whoever turns the least age this year may not have had the birthday yet (requirements,
/// decision 6); of two years in conflict the later counts.
#[must_use]
pub fn findings(id: EntryId, item: &CatalogueItem, card: &Card, today: Date) -> Vec<Finding> {
    let mut found = Vec::new();
    if item.needs_health && card.alert() == Alert::NotAsked {
        found.push(Finding::HealthNotAsked);
    }
    if item.needs_contract && !has_contract(id, item, card) {
        found.push(Finding::ContractMissing);
    }
    if let Some(least) = item.least_age {
        let of_age = least <= 18 && card.verified_adult();
        match card.youngest() {
            _ if of_age => {}
            None => found.push(Finding::AgeNotKnown(least)),
            Some(born) if age(born, today) <= i32::from(least) => {
                found.push(Finding::PossiblyTooYoung(least));
            }
            Some(_) => {}
        }
    }
    if item.retired {
        found.push(Finding::Retired);
    }
    found
}

/// Whether an earlier treatment of this kind has a contract that was not destroyed.
fn has_contract(id: EntryId, item: &CatalogueItem, card: &Card) -> bool {
    let all = card.treatments.iter().flat_map(|entry| entry.field.all());
    all.map(|held| &held.value).any(|one| {
        (one.item == Some(id) || one.name == item.name)
            && one.contract_made == Some(true)
            && one.paper().destroyed.is_none()
    })
}

impl Catalogue {
    /// The item of this name, capitals aside; one that is offered before one that is not.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<(EntryId, &CatalogueItem)> {
        let wanted = name.trim().to_lowercase();
        let named = |entry: &&Entry<CatalogueItem>| {
            let mut all = entry.field.all().iter();
            all.any(|held| held.value.name.to_lowercase() == wanted)
        };
        let found = self.items.iter().filter(named);
        let newest = found.filter_map(|entry| Some((entry.id, entry.field.newest()?)));
        newest.min_by_key(|(_, item)| item.retired)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::{Field, Held};
    use crate::contact::BirthYear;
    use crate::health::HealthAsked;
    use crate::id::{RecordId, ValueId};
    use crate::treatment::Treatment;
    use jiff::civil::date;

    const ITEM: EntryId = EntryId::from_bytes([1; 16]);

    fn held<T>(value: T) -> Field<T> {
        Field::Value(Held {
            value,
            id: ValueId::from_bytes([2; 16]),
            stamp: None,
        })
    }

    fn item() -> CatalogueItem {
        CatalogueItem {
            name: "Kemiallinen kuorinta".into(),
            group: String::new(),
            needs_health: true,
            needs_contract: true,
            needs_patch_test: false,
            least_age: Some(18),
            retired: false,
        }
    }

    fn check(born: Option<u16>, asked: bool, contract: Option<bool>, expected: &[Finding]) {
        let mut card = Card::empty(RecordId::from_bytes([3; 16]));
        if let Some(born) = born {
            card.birth_year = held(BirthYear::new(born).unwrap());
        }
        if asked {
            card.health_asked = held(HealthAsked {
                date: date(2026, 1, 1),
            });
        }
        if let Some(made) = contract {
            card.treatments.push(Entry {
                id: EntryId::from_bytes([4; 16]),
                field: held(Treatment {
                    date: date(2026, 1, 1),
                    name: "Entinen nimi".into(),
                    item: Some(ITEM),
                    by: String::new(),
                    by_id: None,
                    premises: String::new(),
                    products: String::new(),
                    batch: String::new(),
                    remarks: String::new(),
                    contract_made: Some(made),
                    contract: None,
                    acknowledged: None,
                }),
                disputed: false,
            });
        }
        let found = findings(ITEM, &item(), &card, date(2026, 6, 1));
        assert_eq!(found, expected, "{born:?} {asked} {contract:?}");
    }

    #[test]
    fn what_is_missing_is_found_and_what_is_there_is_not() {
        use Finding::{AgeNotKnown, ContractMissing, HealthNotAsked, PossiblyTooYoung};
        check(Some(1990), true, Some(true), &[]);
        check(Some(1990), false, Some(true), &[HealthNotAsked]);
        check(Some(1990), true, Some(false), &[ContractMissing]);
        check(Some(1990), true, None, &[ContractMissing]);
        check(Some(2007), true, Some(true), &[]);
        check(Some(2008), true, Some(true), &[PossiblyTooYoung(18)]);
        check(None, true, Some(true), &[AgeNotKnown(18)]);
    }
}

//! A treatment with everything that one can hold, and how it must be told.

use jiff::civil::date;
use register::id::EntryId;
use register::treatment::{Contract, Treatment};
use register::warning::{Acknowledged, Warning};

use super::{AUTHOR, CHECKER, Told, same};
use crate::text::Language;

pub(super) fn treatment() -> Treatment {
    Treatment {
        date: date(2025, 3, 4),
        name: "Merileväkääre".into(),
        item: Some(EntryId::from_bytes([3; 16])),
        by: "Hilla Hoitaja".into(),
        by_id: Some(AUTHOR),
        premises: "Poikuekatu".into(),
        products: "seerumi X".into(),
        batch: "LOT 5567".into(),
        remarks: "lievä punoitus".into(),
        contract_made: Some(true),
        contract: Some(Contract {
            kind: "kuvauslupa".into(),
            date: Some(date(2025, 4, 5)),
            safe: "kaappi 1".into(),
            folder: "mappi B-22".into(),
            destroyed: Some(date(2025, 5, 6)),
        }),
        acknowledged: Some(Acknowledged {
            warnings: vec![Warning::Contraindication, Warning::MaybeMinor],
            by: CHECKER,
            date: date(2025, 10, 30),
        }),
    }
}

pub(super) fn treatment_told() -> Vec<Told> {
    vec![
        ("30.10.2025", "2025-10-30"),
        (
            Language::Finnish.warning(Warning::Contraindication),
            "contraindication,maybe_minor",
        ),
        ("4.3.2025", "2025-03-04"),
        same("Merileväkääre"),
        same("Poikuekatu"),
        same("seerumi X"),
        same("LOT 5567"),
        same("lievä punoitus"),
        same("kuvauslupa"),
        ("5.4.2025", "2025-04-05"),
        same("kaappi 1"),
        same("mappi B-22"),
        ("6.5.2025", "2025-05-06"),
    ]
}

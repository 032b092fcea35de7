//! The demo's treatment catalogue, and where the contracts of its invented register lie.

use register::document::Collection;
use register::replica::ImportedClient;
use register::settings::CatalogueItem;
use register::treatment::Contract;
use register::value::Content;

/// Needs health information.
const HEALTH: u8 = 1;
/// Needs a separate contract.
const CONTRACT: u8 = 2;
/// Needs a patch test.
const PATCH: u8 = 4;

/// Group, name, what it needs, least age in years (0 for any), whether it is still offered.
type Row = (&'static str, &'static str, u8, u8, bool);

const ROWS: [Row; 13] = [
    ("Kasvohoidot", "Kasvohoito", 0, 0, true),
    ("Kasvohoidot", "Timanttihionta", HEALTH, 0, true),
    (
        "Kasvohoidot",
        "Kemiallinen kuorinta",
        HEALTH | CONTRACT,
        18,
        true,
    ),
    ("Kasvohoidot", "Mikroneulaus", HEALTH | CONTRACT, 18, true),
    (
        "Ripset ja kulmat",
        "Ripsien ja kulmien värjäys",
        HEALTH | PATCH,
        16,
        true,
    ),
    (
        "Ripset ja kulmat",
        "Ripsipidennykset",
        HEALTH | PATCH,
        16,
        true,
    ),
    (
        "Ripset ja kulmat",
        "Kulmien kestopigmentointi",
        HEALTH | CONTRACT | PATCH,
        18,
        true,
    ),
    ("Vartalo", "Sokerointi sääret", 0, 0, true),
    ("Vartalo", "Jalkahoito", HEALTH, 0, true),
    ("Vartalo", "Hieronta 60 min", HEALTH, 0, true),
    (
        "Laitehoidot",
        "Laserkarvanpoisto",
        HEALTH | CONTRACT | PATCH,
        18,
        true,
    ),
    ("Laitehoidot", "Radiofrekvenssihoito", HEALTH, 18, true),
    ("Laitehoidot", "Solarium", HEALTH, 18, false),
];

/// What the invented clinic offers.
pub(super) fn catalogue() -> impl Iterator<Item = CatalogueItem> {
    ROWS.iter()
        .map(|(group, name, needs, least, offered)| CatalogueItem {
            name: (*name).to_owned(),
            group: (*group).to_owned(),
            needs_health: needs & HEALTH != 0,
            needs_contract: needs & CONTRACT != 0,
            needs_patch_test: needs & PATCH != 0,
            least_age: (*least > 0).then_some(*least),
            retired: !offered,
        })
}

/// How many contracts a folder of the invented clinic takes.
const IN_A_FOLDER: usize = 25;

/// Says of each contract of the sample in which folder it lies; every twentieth was destroyed on its own day.
pub(super) fn file_contracts(clients: &mut [ImportedClient]) {
    let entries = clients.iter_mut().flat_map(|client| &mut client.entries);
    let mut filed = 0;
    for (collection, content) in entries {
        let (Collection::Treatment, Content::Treatment(one)) = (*collection, content) else {
            continue;
        };
        if one.contract_made != Some(true) {
            continue;
        }
        one.contract = Some(Contract {
            kind: "Hoitosopimus".to_owned(),
            date: Some(one.date),
            safe: one.premises.clone(),
            folder: format!("Mappi {}", 1 + filed / IN_A_FOLDER),
            destroyed: (filed % 20 == 19).then_some(one.date),
        });
        filed += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use register::identity_code;

    #[test]
    fn a_dozen_treatments_have_names_of_their_own() {
        let mut names: Vec<String> = catalogue().map(|item| item.name).collect();
        assert!(names.len() >= 12);
        assert!(names.iter().all(|name| identity_code::find(name).is_none()));
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), ROWS.len());
    }
}

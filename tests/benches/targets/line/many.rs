//! What the same edits and erasures cost where there are 2, 3 and 8 premises.

use kortisto_tests::perfect::World;
use register::id::OPERATOR;
use register::ledger::Reason;
use register::replica::{Answer, Command, ImportOutcome};

use crate::sample;
use crate::table::Table;

const SIZES: [u8; 3] = [2, 3, 8];
const DEEDS: usize = 100;

pub(super) fn run(table: &mut Table) {
    for (what, erases) in [("new cards", false), ("erasures", true)] {
        let each = SIZES.map(|premises| sent(premises, erases));
        let shown: Vec<String> = SIZES
            .iter()
            .zip(each)
            .map(|(premises, bytes)| format!("{premises}: {bytes} B"))
            .collect();
        let ratio = each[2] as f64 / each[0] as f64;
        table.add(
            format!("bytes sent for each of {DEEDS} {what}, by all, a premises that hears of it"),
            format!("{}; x {ratio:.2}", shown.join(", ")),
            "no target",
            true,
        );
    }
}

/// Bytes sent by all premises, which are all connected, for one deed, by the number of those who hear of it.
fn sent(premises: u8, erases: bool) -> usize {
    let mut world = World::new(premises);
    for one in 0..usize::from(premises) {
        for other in 0..one {
            world.connect(other, one);
        }
    }
    let mut records = Vec::new();
    for number in 0..DEEDS {
        let client = vec![sample::client(number, 2)];
        if let Ok(Answer::Imported(made)) = world.command(0, Command::Import(client)) {
            records.extend(made.iter().filter_map(|one| match one {
                ImportOutcome::Added(record) => Some(*record),
                _ => None,
            }));
        }
        world.settle();
        if number == 0 && !erases {
            world.sent = vec![0; premises.into()];
        }
    }
    assert_eq!(records.len(), DEEDS);
    if erases {
        world.sent = vec![0; premises.into()];
        for record in records {
            let erase = Command::Erase {
                record,
                author: OPERATOR,
                reason: Reason::Request,
            };
            world.command(0, erase).unwrap();
            world.settle();
        }
    }
    let bytes: usize = world.sent.iter().sum();
    bytes / DEEDS / usize::from(premises - 1)
}

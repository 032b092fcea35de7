//! Imported clients on their way to a node, in batches small enough not to hold up the people who work there.

use register::replica::ImportedClient;

use crate::errand::{Errand, IMPORT_BATCH, Imported, Parcel, Reply, Way, astray};
use crate::exit::Outcome;

/// The most fields and entries in one batch, so that a few clients with long histories make a batch of their own.
const BATCH_ENTRIES: usize = 1_500;

/// Sends clients to the node; `done` is told how many have been taken, durably.
///
/// # Errors
/// What the node says. What was taken before stays; importing again goes on from there.
pub async fn send(
    way: &mut Way,
    clients: &[ImportedClient],
    mut done: impl FnMut(usize),
) -> Outcome<Imported> {
    let mut sum = Imported::default();
    let mut taken = 0;
    while let Some(rest) = clients.get(taken..).filter(|rest| !rest.is_empty()) {
        let batch = rest.get(..batch_length(rest)).unwrap_or(rest);
        let errand = Errand::Import {
            clients: batch.iter().map(Parcel::from).collect(),
        };
        match way.ask_once(errand).await? {
            Reply::Imported(imported) => sum += imported,
            _ => return Err(astray()),
        }
        taken += batch.len();
        done(taken);
    }
    Ok(sum)
}

fn batch_length(clients: &[ImportedClient]) -> usize {
    let mut entries = 0;
    let fitting = clients.iter().take(IMPORT_BATCH).take_while(|client| {
        entries += client.fields.len() + client.entries.len();
        entries <= BATCH_ENTRIES
    });
    fitting.count().max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use register::document::Collection;
    use register::value::Content;

    fn client(entries: usize) -> ImportedClient {
        let phone = Content::Phone("0400001234".parse().unwrap());
        ImportedClient {
            source: "s".into(),
            legacy_id: "1".into(),
            fields: Vec::new(),
            entries: vec![(Collection::Phone, phone); entries],
        }
    }

    #[test]
    fn batches_are_bounded_by_clients_and_by_entries() {
        assert_eq!(batch_length(&vec![client(1); 200]), IMPORT_BATCH);
        assert_eq!(batch_length(&vec![client(BATCH_ENTRIES / 2); 5]), 2);
        assert_eq!(batch_length(&vec![client(BATCH_ENTRIES * 2); 5]), 1);
    }
}

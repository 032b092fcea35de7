//! Clients of one file who may be the same person.

use std::collections::BTreeMap;

use register::directory::fold;

use super::client::Draft;
use super::finding::{Duplicate, Likeness, Place};

/// Pairs of clients with a phone, an e-mail address, or a name and year of birth in common.
///
/// Of many alike each is paired with the first only: the list stays as long as the file is.
pub(super) fn find(drafts: &[Draft]) -> Vec<Duplicate> {
    let mut first: BTreeMap<(Likeness, String), usize> = BTreeMap::new();
    let mut pairs: BTreeMap<(usize, usize), Vec<Likeness>> = BTreeMap::new();
    for (at, draft) in drafts.iter().enumerate() {
        for (likeness, key) in keys(draft) {
            match first.get(&(likeness, key.clone())) {
                Some(earlier) if *earlier != at => {
                    let alike = pairs.entry((*earlier, at)).or_default();
                    if !alike.contains(&likeness) {
                        alike.push(likeness);
                    }
                }
                Some(_) => {}
                None => {
                    first.insert((likeness, key), at);
                }
            }
        }
    }
    let place = |at: usize| {
        let draft = drafts.get(at)?;
        Some(Place {
            line: draft.line,
            legacy_id: draft.legacy_id.clone(),
        })
    };
    pairs
        .into_iter()
        .filter_map(|((one, other), alike)| {
            Some(Duplicate {
                first: place(one)?,
                second: place(other)?,
                alike,
            })
        })
        .collect()
}

fn keys(draft: &Draft) -> Vec<(Likeness, String)> {
    let phones = draft
        .phones
        .iter()
        .map(|phone| (Likeness::Phone, phone.as_str().to_owned()));
    let emails = draft
        .emails
        .iter()
        .map(|email| (Likeness::Email, email.as_str().to_owned()));
    let named = draft.birth_year.map(|year| {
        let name = fold(&draft.name.listed());
        (Likeness::NameAndYear, format!("{name} {}", year.get()))
    });
    phones.chain(emails).chain(named).collect()
}

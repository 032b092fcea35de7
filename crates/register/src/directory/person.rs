//! Cards of one person: what counts of them together, and the pairs that people judge.

use std::collections::BTreeSet;

use jiff::civil::Date;

use crate::card::Alert;
use crate::id::RecordId;
use crate::minor::maybe_minor;
use crate::same::{Verdict, strictest, union};

use super::{Directory, Hit};

/// Two cards that may be of one person.
#[derive(Debug, Clone)]
pub struct Pair {
    /// The card with the smaller id.
    pub one: Hit,
    /// The other.
    pub other: Hit,
}

/// Pairs that were judged.
#[derive(Debug, Default)]
pub struct Judgements {
    /// Pairs of which two premises said different things.
    pub disputed: Vec<Pair>,
    /// Pairs that are linked as the same person's.
    pub same: Vec<Pair>,
    /// Pairs of different people.
    pub different: Vec<Pair>,
}

impl Directory {
    /// The other cards of the same person that are shown, by id.
    #[must_use]
    pub fn linked(&self, id: RecordId) -> Vec<Hit> {
        let set = self.links.set(id).into_iter();
        self.hits(set.filter(|one| *one != id))
    }

    /// Health at a glance of the person whose card this is: the loudest of all their cards.
    #[must_use]
    pub fn alert(&self, id: RecordId) -> Alert {
        union(self.person(id).map(|summary| summary.alert_on(self.today)))
    }

    /// The marketing permission of the person whose card this is: the strictest answer on any of their cards.
    #[must_use]
    pub fn marketing(&self, id: RecordId) -> Option<bool> {
        strictest(self.person(id).map(|summary| {
            if self.today.is_some_and(|today| summary.maybe_minor(today)) {
                Some(false)
            } else {
                summary.marketing
            }
        }))
    }

    /// Every card of a person, also one that is past its time: it may hold what must not be missed.
    pub(super) fn person(&self, id: RecordId) -> impl Iterator<Item = &super::Summary> {
        let set = self.links.set(id).into_iter();
        set.filter_map(|one| self.hidden_client(one))
    }

    /// Pairs of clients with a phone, an e-mail address, or name and year of birth in common, of which nobody has
    /// said whether they are the same person; at most `limit`, by id.
    #[must_use]
    pub fn likely_pairs(&self, limit: usize) -> Vec<Pair> {
        let open = |one, other| {
            self.client(one).is_some()
                && self.client(other).is_some()
                && !self.says(one, other)
                && !self.says(other, one)
                && !self.links.set(one).contains(&other)
        };
        let pairs = self.alike.pairs(limit, open);
        self.shown_pairs(&pairs)
    }

    /// The pairs that were judged, at most `limit` of each kind, by id.
    #[must_use]
    pub fn judgements(&self, limit: usize) -> Judgements {
        let mut disputed = BTreeSet::new();
        let mut same = BTreeSet::new();
        let mut different = BTreeSet::new();
        for (id, summary) in self.clients() {
            for one in &summary.judged {
                let kind = match (one.disputed, one.verdict) {
                    (true, _) => &mut disputed,
                    (false, Verdict::Same) => &mut same,
                    (false, Verdict::Different) => &mut different,
                };
                if kind.len() < limit && self.client(one.other).is_some() {
                    kind.insert((id.min(one.other), id.max(one.other)));
                }
            }
        }
        Judgements {
            disputed: self.shown_pairs(&disputed),
            same: self.shown_pairs(&same),
            different: self.shown_pairs(&different),
        }
    }

    fn says(&self, one: RecordId, other: RecordId) -> bool {
        let judged = self.clients.get(&one).map(|summary| &summary.judged);
        judged.is_some_and(|all| all.iter().any(|judged| judged.other == other))
    }

    fn shown_pairs(&self, pairs: &BTreeSet<(RecordId, RecordId)>) -> Vec<Pair> {
        let pairs = pairs.iter().filter_map(|(one, other)| {
            let [one, other] = [self.hit(*one)?, self.hit(*other)?];
            Some(Pair { one, other })
        });
        pairs.collect()
    }
}

impl super::Summary {
    /// Whether the client may be under age, so that there is no marketing (decision 6).
    pub(super) fn maybe_minor(&self, today: Date) -> bool {
        !self.adult && self.birth_year.is_some_and(|year| maybe_minor(year, today))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contact::{BirthYear, Name};
    use crate::directory::{Summary, Update};
    use crate::health::AlertLevel;
    use crate::marketing::Tally;
    use crate::retention::Due;
    use crate::same::Judged;

    fn id(number: u8) -> RecordId {
        RecordId::from_bytes([number; 16])
    }

    fn client(last: &str, year: u16, phone: &str, email: &str) -> Summary {
        Summary {
            name: Name::new(last, "Päivi").ok(),
            birth_year: BirthYear::new(year).ok(),
            phones: phone.parse().into_iter().collect(),
            emails: email.parse().into_iter().collect(),
            alert: Alert::NotAsked,
            patch_expires: None,
            made: None,
            last_visit: None,
            conflicts: 0,
            due: Due::default(),
            requests: Vec::new(),
            judged: Vec::new(),
            marketing: None,
            restricted: false,
            tally: Tally::default(),
            traces: crate::trace::Traces::default(),
            adult: false,
            adverse: Vec::new(),
            months: crate::directory::Months::default(),
        }
    }

    fn directory(clients: &[(u8, Summary)]) -> Directory {
        let mut directory = Directory::default();
        for (number, summary) in clients {
            directory.apply(Update::Client(id(*number), Box::new(summary.clone())));
        }
        directory
    }

    fn numbers(pairs: &[Pair]) -> Vec<(u8, u8)> {
        let number = |hit: &Hit| hit.id.as_bytes().first().copied().unwrap_or_default();
        let pairs = pairs.iter();
        pairs
            .map(|pair| (number(&pair.one), number(&pair.other)))
            .collect()
    }

    fn judged(mut summary: Summary, other: u8, verdict: Verdict) -> Summary {
        summary.judged.push(Judged {
            other: id(other),
            verdict,
            disputed: false,
        });
        summary
    }

    fn sample() -> Vec<(u8, Summary)> {
        vec![
            (1, client("Äyräs", 1980, "0400001111", "a@example.com")),
            (2, client("ayras", 1980, "0400002222", "b@example.com")),
            (
                3,
                client("Korhonen", 1990, "+358 40 000 1111", "c@example.com"),
            ),
            (4, client("Nieminen", 1970, "0400004444", "B@example.com")),
            (5, client("Äyräs", 1981, "0400005555", "e@example.com")),
        ]
    }

    #[test]
    fn a_phone_an_address_or_name_and_year_make_a_likely_pair() {
        let mut directory = directory(&sample());
        assert_eq!(
            numbers(&directory.likely_pairs(9)),
            [(1, 2), (1, 3), (2, 4)]
        );
        assert_eq!(directory.likely_pairs(2).len(), 2);
        let alike = directory.likely_duplicates(&client("Äyräs", 1980, "", ""), 9);
        assert_eq!(alike.len(), 2);
        directory.apply(Update::Gone(id(1)));
        assert_eq!(numbers(&directory.likely_pairs(9)), [(2, 4)]);
        let moved = client("Nieminen", 1970, "0400004444", "d@example.com");
        directory.apply(Update::Client(id(4), Box::new(moved)));
        assert!(directory.likely_pairs(9).is_empty());
    }

    #[test]
    fn who_was_judged_is_not_asked_about_again() {
        let mut clients = sample();
        clients[0].1 = judged(
            judged(clients[0].1.clone(), 2, Verdict::Same),
            3,
            Verdict::Different,
        );
        clients[1].1 = judged(clients[1].1.clone(), 4, Verdict::Same);
        let directory = directory(&clients);
        assert!(directory.likely_pairs(9).is_empty());
        let all = directory.judgements(9);
        assert_eq!(numbers(&all.same), [(1, 2), (2, 4)]);
        assert_eq!(numbers(&all.different), [(1, 3)]);
        let linked: Vec<RecordId> = directory.linked(id(4)).iter().map(|hit| hit.id).collect();
        assert_eq!(linked, [id(1), id(2)]);
    }

    #[test]
    fn every_card_of_a_person_warns_and_forbids_like_the_strictest() {
        let mut clients = sample();
        clients[0].1 = judged(clients[0].1.clone(), 2, Verdict::Same);
        clients[0].1.marketing = Some(true);
        clients[1].1.marketing = Some(false);
        clients[1].1.alert = Alert::Listed(AlertLevel::Contraindication);
        let mut directory = directory(&clients);
        for number in [1, 2] {
            assert_eq!(directory.alert(id(number)), clients[1].1.alert);
            assert_eq!(directory.marketing(id(number)), Some(false));
        }
        let found = directory.search("0400001111", 9);
        assert!(
            found
                .iter()
                .any(|hit| hit.id == id(1) && hit.summary.alert == clients[1].1.alert)
        );
        directory.apply(Update::Gone(id(2)));
        assert_eq!(directory.alert(id(1)), Alert::NotAsked);
        assert_eq!(directory.marketing(id(1)), Some(true));
        assert!(directory.linked(id(1)).is_empty());
    }
}

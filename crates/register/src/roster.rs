//! Who belongs to the register, by which key, and where they are reached: signed statements that only grow in number.
//!
//! Every premises says what it decided (who was let in, whose key changes, who is out for good) and signs it; the
//! statements travel to all, and what they say together is the same wherever the same ones are held, in whatever order
//! they came. Holds no personal data.
//!
//! A node that is out stays out: its id never comes back. Of what it said only those statements hold that whoever
//! put it out knew of, so a stolen computer can let nobody in afterwards.

mod membership;
mod statement;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

pub use self::membership::{Member, Membership};
pub use self::statement::{
    ADDRESSES_LIMIT, Key, NoStatement, Signed, Stated, Statement, StatementId, key_of,
};
use crate::id::{NodeId, digest};
use crate::replica::node_id;

/// The most statements of one register, and as many again that put somebody out: nobody can fill the register so that
/// they can't be put out.
const STATEMENTS_LIMIT: usize = 4_096;
/// The most statements of one node. Of where it is reached only the latest is kept.
const SIGNER_LIMIT: usize = 256;

/// All statements that a node holds, each with a right signature.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Roster {
    statements: BTreeMap<StatementId, (Signed, Stated)>,
}

/// What came of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// It is held already, later ones hold in its stead, it is not by whose key signed it, or there is no room.
    Not,
    /// It is news.
    News,
    /// It is news, and the one with this id holds no longer.
    Instead(StatementId),
}

impl Roster {
    /// Takes a statement whose signature is right. Whether whoever states it has a say is for the caller to know.
    pub fn take(&mut self, signed: Signed) -> Taken {
        let Some(stated) = Stated::read(&signed.bytes) else {
            return Taken::Not;
        };
        let id = signed.id();
        let by = key_of(&signed.key);
        if self.holds(&id) || !self.keys_ever(stated.by).contains(&by) {
            return Taken::Not;
        }
        let mut taken = Taken::News;
        if matches!(stated.statement, Statement::Reached(_))
            && let Some((earlier, at)) = self.reached_before(stated.by)
        {
            if (at, earlier) >= (stated.at, id) {
                return Taken::Not;
            }
            self.statements.remove(&earlier);
            taken = Taken::Instead(earlier);
        }
        if !self.has_room(
            stated.by,
            matches!(stated.statement, Statement::Revoked { .. }),
        ) {
            return Taken::Not;
        }
        self.statements.insert(id, (signed, stated));
        taken
    }

    /// Whether there is room for one more statement of a node, which puts somebody out or says something else.
    #[must_use]
    pub fn has_room(&self, by: NodeId, revokes: bool) -> bool {
        let alike = self
            .statements
            .values()
            .filter(|(_, stated)| matches!(stated.statement, Statement::Revoked { .. }) == revokes);
        alike.count() < STATEMENTS_LIMIT && self.stated_by(by).count() < SIGNER_LIMIT
    }

    fn reached_before(&self, node: NodeId) -> Option<(StatementId, Timestamp)> {
        let mut all = self.statements.iter();
        let found = all.find(|(_, (_, stated))| {
            stated.by == node && matches!(stated.statement, Statement::Reached(_))
        });
        found.map(|(id, (_, stated))| (*id, stated.at))
    }

    /// Every statement, as it travels. One that announces a key goes before what that key signed.
    #[must_use]
    pub fn all(&self) -> Vec<Signed> {
        let mut all: Vec<&(Signed, Stated)> = self.statements.values().collect();
        all.sort_by_key(|(signed, stated)| (stated.at, signed.id()));
        all.into_iter().map(|(signed, _)| signed.clone()).collect()
    }

    /// Whether a statement is held.
    #[must_use]
    pub fn holds(&self, id: &StatementId) -> bool {
        self.statements.contains_key(id)
    }

    /// Stands for all statements that are held.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        let ids: Vec<u8> = self.statements.keys().flatten().copied().collect();
        digest(&[b"kortisto roster", &ids])
    }

    /// What a node stated.
    pub fn stated_by(&self, node: NodeId) -> impl Iterator<Item = (&StatementId, &Statement)> {
        self.statements
            .iter()
            .filter(move |(_, (_, stated))| stated.by == node)
            .map(|(id, (_, stated))| (id, &stated.statement))
    }

    /// The statements by which a node announced keys, of those given: each by the key that its id comes from or by one
    /// announced before, and with a signature that is `right`. Whether the node belongs to the register is left open.
    #[must_use]
    pub fn of_keys(node: NodeId, given: &[Signed], right: impl Fn(&Signed) -> bool) -> Self {
        let announces = |signed: &&Signed| {
            let stated = Stated::read(&signed.bytes);
            stated
                .is_some_and(|one| one.by == node && matches!(one.statement, Statement::KeyNext(_)))
        };
        let mut left: Vec<&Signed> = given.iter().filter(announces).collect();
        left.retain(|signed| right(signed));
        let mut roster = Self::default();
        loop {
            let before = left.len();
            left.retain(|signed| roster.take((*signed).clone()) == Taken::Not);
            if left.len() == before {
                return roster;
            }
        }
    }

    /// The statements by which a node announced keys: what shows somebody who holds none that they are its own.
    #[must_use]
    pub fn announcements(&self, node: NodeId) -> Vec<Signed> {
        let all = self.statements.values();
        let announces = all.filter(|(_, stated)| {
            stated.by == node && matches!(stated.statement, Statement::KeyNext(_))
        });
        announces.map(|(signed, _)| signed.clone()).collect()
    }

    /// Every key that a node announced after its first.
    #[must_use]
    pub fn announced(&self) -> BTreeSet<(NodeId, Key)> {
        let stated = self.statements.values().map(|(_, stated)| stated);
        stated
            .filter_map(|stated| match stated.statement {
                Statement::KeyNext(key) => Some((stated.by, key)),
                _ => None,
            })
            .collect()
    }

    /// Where a node said last that it is reached.
    #[must_use]
    pub fn reached(&self, node: NodeId) -> Option<&Vec<String>> {
        let mut stated = self.stated_by(node);
        stated.find_map(|(_, statement)| match statement {
            Statement::Reached(addresses) => Some(addresses),
            _ => None,
        })
    }

    /// Every key that was ever a node's: the one that its id comes from, and those that it announced.
    #[must_use]
    pub fn keys_ever(&self, node: NodeId) -> Keys {
        let announced = self
            .stated_by(node)
            .filter_map(|(_, statement)| match statement {
                Statement::KeyNext(key) => Some(*key),
                _ => None,
            });
        Keys {
            node,
            announced: announced.collect(),
        }
    }
}

/// Every key that was ever a node's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keys {
    node: NodeId,
    announced: BTreeSet<Key>,
}

impl Keys {
    /// Whether the node announced this key after its first.
    #[must_use]
    pub fn announced(&self, key: &Key) -> bool {
        self.announced.contains(key)
    }

    /// Whether this is one of them.
    #[must_use]
    pub fn contains(&self, key: &Key) -> bool {
        node_id(key) == self.node || self.announced.contains(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NODES: u8 = 5;

    fn key(number: u8) -> [u8; 32] {
        [number; 32]
    }

    fn node(number: u8) -> NodeId {
        node_id(&key_of(&key(number)))
    }

    fn signed(by: u8, at: i64, statement: Statement) -> Signed {
        let stated = Stated {
            by: node(by),
            at: Timestamp::from_second(1_800_000_000 + at).unwrap(),
            statement,
        };
        Signed {
            bytes: stated.bytes(),
            key: key(by).to_vec(),
            signature: Vec::new(),
        }
    }

    fn admits(by: u8, whom: u8) -> Signed {
        let statement = Statement::Admitted {
            node: node(whom),
            key: key_of(&key(whom)),
            addresses: vec![format!("192.0.2.{whom}:7440")],
        };
        signed(by, i64::from(whom), statement)
    }

    fn revokes(by: u8, whom: u8, kept: &[&Signed]) -> Signed {
        let kept = kept.iter().map(|one| one.id()).collect();
        let statement = Statement::Revoked {
            node: node(whom),
            kept,
        };
        signed(by, 100, statement)
    }

    /// Who belongs to it in the eyes of node 0.
    fn check(statements: &[Signed], members: &[u8], revoked: &[u8]) {
        let mut roster = Roster::default();
        for one in statements {
            let read = Signed::decode(&one.encode()).unwrap();
            roster.take(read);
        }
        let membership = roster.membership(&BTreeMap::from([(node(0), Member::default())]));
        let ids = |numbers: &[u8]| {
            numbers
                .iter()
                .map(|one| node(*one))
                .collect::<BTreeSet<_>>()
        };
        let found: BTreeSet<NodeId> = membership.members.into_keys().collect();
        assert_eq!(found, ids(members));
        assert_eq!(membership.revoked, ids(revoked));
    }

    #[test]
    fn who_is_let_in_by_somebody_who_belongs_belongs() {
        check(&[admits(0, 1), admits(1, 2)], &[0, 1, 2], &[]);
        check(&[admits(1, 2)], &[0], &[]);
        check(
            &[admits(2, 3), admits(1, 2), admits(0, 1)],
            &[0, 1, 2, 3],
            &[],
        );
    }

    #[test]
    fn a_stolen_computer_lets_nobody_in_after_it_was_put_out() {
        let (before, after) = (admits(1, 2), admits(1, 3));
        let out = revokes(0, 1, &[&before]);
        let all = [admits(0, 1), before, after, out];
        check(&all, &[0, 2], &[1]);
    }

    #[test]
    fn who_never_belonged_puts_nobody_out() {
        check(&[admits(0, 1), revokes(3, 1, &[])], &[0, 1], &[]);
    }

    #[test]
    fn bytes_that_are_no_statement_are_refused() {
        assert_eq!(Signed::decode(b""), Err(NoStatement));
        assert_eq!(
            Signed::decode(&[0x93, 0xc4, 0, 0xc4, 0, 0xc4, 0]),
            Err(NoStatement)
        );
        let mut endless = admits(0, 1);
        endless.bytes.extend(vec![0; 16 * 1024]);
        assert_eq!(Signed::decode(&endless.encode()), Err(NoStatement));
        let far = Statement::Reached(vec!["nowhere".to_owned()]);
        assert_eq!(
            Signed::decode(&signed(0, 0, far).encode()),
            Err(NoStatement)
        );
    }

    fn any_statement() -> impl Strategy<Value = (u8, u8, u8, i64)> {
        (0..NODES, 0..NODES, 0..5_u8, 0..4_i64)
    }

    #[test]
    fn a_key_announced_in_the_second_of_letting_in_takes_over() {
        let next = [0; 32];
        assert!(next < key_of(&key(1)), "it would sort first");
        let mut roster = Roster::default();
        roster.take(admits(0, 1));
        roster.take(signed(1, 1, Statement::KeyNext(next)));
        let membership = roster.membership(&BTreeMap::from([(node(0), Member::default())]));
        let keys = &membership.members.get(&node(1)).unwrap().keys;
        assert_eq!(keys, &[key_of(&key(1)), next]);
    }

    #[test]
    fn only_the_latest_of_where_a_node_is_reached_is_kept() {
        let reached = |at: i64| signed(1, at, Statement::Reached(vec![format!("192.0.2.1:{at}")]));
        let mut roster = Roster::default();
        assert_eq!(roster.take(reached(1)), Taken::News);
        assert_eq!(roster.take(reached(3)), Taken::Instead(reached(1).id()));
        assert_eq!(roster.take(reached(2)), Taken::Not);
        assert_eq!(
            roster.reached(node(1)),
            Some(&vec!["192.0.2.1:3".to_owned()])
        );
        assert_eq!(roster.all().len(), 1);
    }

    #[test]
    fn who_states_without_end_can_still_be_put_out() {
        let mut roster = Roster::default();
        roster.take(admits(0, 1));
        for number in 0..SIGNER_LIMIT + 10 {
            let at = i64::try_from(number).unwrap();
            roster.take(signed(1, at, Statement::KeyNext([7; 32])));
        }
        assert_eq!(roster.stated_by(node(1)).count(), SIGNER_LIMIT);
        assert_eq!(roster.take(admits(1, 2)), Taken::Not);
        let kept: Vec<Signed> = roster.all();
        let kept: Vec<&Signed> = kept.iter().skip(1).take(SIGNER_LIMIT).collect();
        let out = revokes(0, 1, &kept);
        assert_eq!(Signed::decode(&out.encode()), Ok(out.clone()));
        assert_eq!(roster.take(out), Taken::News);
        let membership = roster.membership(&BTreeMap::from([(node(0), Member::default())]));
        assert!(membership.revoked.contains(&node(1)));
    }

    proptest! {
        #[test]
        fn the_same_statements_mean_the_same_in_any_order(
            drawn in prop::collection::vec(any_statement(), 0..24),
            turns in any::<u64>(),
        ) {
            let mut made: Vec<Signed> = Vec::new();
            for (by, whom, what, at) in drawn {
                let kept = made.iter().take(usize::from(whom)).map(Signed::id).collect();
                let statement = match what {
                    0 | 1 => Statement::Admitted {
                        node: node(whom),
                        key: key_of(&key(whom)),
                        addresses: vec![format!("192.0.2.{by}:744{at}")],
                    },
                    2 => Statement::Revoked { node: node(whom), kept },
                    3 => Statement::KeyNext(key_of(&key(whom + NODES))),
                    _ => Statement::Reached(vec![format!("198.51.100.{whom}:7440")]),
                };
                made.push(signed(by, at, statement));
            }
            let roots = BTreeMap::from([(node(0), Member::default())]);
            let fold = |statements: &[Signed]| {
                let mut roster = Roster::default();
                for one in statements {
                    roster.take(one.clone());
                    roster.take(one.clone());
                }
                (roster.digest(), roster.membership(&roots))
            };
            let mut other = made.clone();
            let length = other.len().max(1);
            other.rotate_left(usize::try_from(turns % length as u64).unwrap().min(made.len()));
            other.reverse();
            prop_assert_eq!(fold(&made), fold(&other));
        }
    }
}

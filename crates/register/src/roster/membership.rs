//! What the statements say together: who belongs, by which keys and where they are reached.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::Roster;
use super::statement::{ADDRESSES_LIMIT, Key, Statement, StatementId};
use crate::id::NodeId;
use crate::replica::node_id;

/// A node that belongs to the register.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Member {
    /// The keys by which it is known now, the newest last.
    pub keys: Vec<Key>,
    /// Where it is reached.
    pub addresses: Vec<String>,
}

/// What the statements say together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Membership {
    /// Who belongs to the register.
    pub members: BTreeMap<NodeId, Member>,
    /// Who is out for good.
    pub revoked: BTreeSet<NodeId>,
}

impl Roster {
    /// Who belongs to the register and who is out, when those in `roots` (this node, and whom it was paired with by
    /// hand) are known to belong to it.
    #[must_use]
    pub fn membership(&self, roots: &BTreeMap<NodeId, Member>) -> Membership {
        let ever = self.ever(roots);
        let mut kept: BTreeMap<NodeId, BTreeSet<StatementId>> = BTreeMap::new();
        for (_, stated) in self.statements.values() {
            if let (true, Statement::Revoked { node, kept: these }) =
                (ever.contains(&stated.by), &stated.statement)
            {
                kept.entry(*node)
                    .and_modify(|known| known.retain(|id| these.contains(id)))
                    .or_insert_with(|| these.clone());
            }
        }
        let counts =
            |by: NodeId, id: &StatementId| kept.get(&by).is_none_or(|ids| ids.contains(id));
        let mut say = self.let_in(roots, counts);
        let mut drafts = self.drafts(&say, counts);
        say.retain(|node| !kept.contains_key(node));
        let members = say.into_iter().map(|node| {
            let known = roots.get(&node).cloned().unwrap_or_default();
            let draft = drafts.remove(&node).unwrap_or_default();
            (node, draft.complete(known))
        });
        Membership {
            members: members.collect(),
            revoked: kept.into_keys().collect(),
        }
    }

    /// Everybody who belongs to the register or did: whose statements are heard.
    #[must_use]
    pub fn ever(&self, roots: &BTreeMap<NodeId, Member>) -> BTreeSet<NodeId> {
        self.let_in(roots, |_, _| true)
    }

    /// Everybody who was let in by somebody who was let in, by statements that count.
    fn let_in(
        &self,
        roots: &BTreeMap<NodeId, Member>,
        counts: impl Fn(NodeId, &StatementId) -> bool,
    ) -> BTreeSet<NodeId> {
        let mut let_in_by: BTreeMap<NodeId, Vec<NodeId>> = BTreeMap::new();
        for (id, (_, stated)) in &self.statements {
            if let Statement::Admitted { node, .. } = stated.statement
                && counts(stated.by, id)
            {
                let_in_by.entry(stated.by).or_default().push(node);
            }
        }
        let mut members: BTreeSet<NodeId> = roots.keys().copied().collect();
        let mut fresh: Vec<NodeId> = members.iter().copied().collect();
        while let Some(node) = fresh.pop() {
            for whom in let_in_by.remove(&node).unwrap_or_default() {
                if members.insert(whom) {
                    fresh.push(whom);
                }
            }
        }
        members
    }

    /// What those who have a say state of each node.
    fn drafts(
        &self,
        say: &BTreeSet<NodeId>,
        counts: impl Fn(NodeId, &StatementId) -> bool,
    ) -> BTreeMap<NodeId, Draft<'_>> {
        let announced = self.announced();
        let mut drafts: BTreeMap<NodeId, Draft<'_>> = BTreeMap::new();
        for (id, (_, stated)) in &self.statements {
            if !say.contains(&stated.by) || !counts(stated.by, id) {
                continue;
            }
            match &stated.statement {
                Statement::Admitted {
                    node,
                    key,
                    addresses,
                } if node_id(key) == *node || announced.contains(&(*node, *key)) => {
                    let draft = drafts.entry(*node).or_default();
                    draft.keys.insert((false, stated.at, *key));
                    draft.let_in_at = draft.let_in_at.max(Some((stated.at, addresses)));
                }
                Statement::KeyNext(key) => {
                    let draft = drafts.entry(stated.by).or_default();
                    draft.keys.insert((true, stated.at, *key));
                }
                Statement::KeyOver(key) => {
                    drafts.entry(stated.by).or_default().over.insert(*key);
                }
                Statement::Reached(addresses) => {
                    drafts.entry(stated.by).or_default().reached = Some(addresses);
                }
                Statement::Admitted { .. } | Statement::Revoked { .. } => {}
            }
        }
        drafts
    }
}

/// What is stated of one node.
#[derive(Default)]
struct Draft<'a> {
    /// Whether the node announced it, when, and which. An announced key comes after the one it was let in by, also
    /// within the same second.
    keys: BTreeSet<(bool, Timestamp, Key)>,
    over: BTreeSet<Key>,
    let_in_at: Option<(Timestamp, &'a Vec<String>)>,
    reached: Option<&'a Vec<String>>,
}

impl Draft<'_> {
    /// The member, with what is known of it besides.
    fn complete(self, mut member: Member) -> Member {
        for (_, _, key) in self.keys {
            member.keys.retain(|known| *known != key);
            member.keys.push(key);
        }
        member.keys.retain(|key| !self.over.contains(key));
        // What a node says of itself is likelier than what was said when it was let in, which may be a name that lasts.
        let let_in_at = self.let_in_at.map(|(_, addresses)| addresses);
        for address in self.reached.into_iter().chain(let_in_at).flatten() {
            if !member.addresses.contains(address) {
                member.addresses.push(address.clone());
            }
        }
        member.addresses.truncate(ADDRESSES_LIMIT);
        member
    }
}

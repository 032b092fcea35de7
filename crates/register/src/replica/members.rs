//! Who belongs to the register: what this node states and signs, what others stated, and what follows for its peers.

use std::collections::{BTreeMap, BTreeSet};

use crate::audit::{Act, AuditEvent};
use crate::id::{NodeId, OPERATOR, RecordId};
use crate::roster::{
    ADDRESSES_LIMIT, Key, Member, Membership, Roster, Signed, Stated, Statement, StatementId, Taken,
};
use crate::wire::{Message, ROSTER_FRAME, ROSTER_LIMIT};

use super::answer::{Answer, KeyChange, Refusal};
use super::effect::Fault;
use super::exchange::{passed, send};
use super::give::REMIND;
use super::input::{Command, Peer};
use super::peers::{self, PeerFile};
use super::shelf::Write;
use super::{Cx, Notice, Replica};

/// The most peers that are dialled. So many premises never are; a hostile one could name as many.
const PEERS_LIMIT: usize = 64;

/// What the names of stored statements begin with.
pub(super) const PREFIX: &str = "roster/";

fn fact(id: &StatementId) -> String {
    format!("{PREFIX}{}", data_encoding::HEXLOWER.encode(id))
}

fn write(signed: &Signed) -> Write {
    Write::Fact(fact(&signed.id()), Some(signed.encode()))
}

impl Replica {
    /// Carries out a command on who belongs to the register; no other is refused here, since none comes.
    pub(super) fn command_on_members(
        &mut self,
        command: Command,
        cx: &mut Cx<'_>,
    ) -> Result<Answer, Refusal> {
        match command {
            Command::AddPeer(peer, announced) => self.add_peer(peer, &announced, cx),
            Command::RemovePeer(node) => self.remove_peer(node, cx),
            Command::Revoke { node, author } => self.revoke(node, author, cx),
            Command::AnnounceKey(key) => self.announce_key(key, cx),
            Command::KeyInUse => self.key_in_use(cx),
            Command::ReachedAt(addresses) => self.reached_at(addresses, cx),
            _ => Ok(Answer::Done),
        }
    }

    /// Reads the stored statements. Whether their signatures are right was checked before they were stored.
    pub(super) fn read_roster(&mut self, facts: &BTreeMap<String, Vec<u8>>) {
        let stored = facts.iter().filter(|(name, _)| name.starts_with(PREFIX));
        let read = stored.filter_map(|(_, bytes)| Signed::decode(bytes).ok());
        let mut read: Vec<Signed> = read.collect();
        // What a key signed comes after what announced the key.
        loop {
            let before = read.len();
            read.retain(|signed| self.roster.take(signed.clone()) == Taken::Not);
            if read.len() == before {
                return;
            }
        }
    }

    /// Adds statements of those who have a say, in whatever order makes sense of them; returns those that were news, and
    /// what is to be stored.
    fn take_statements(&mut self, mut statements: Vec<Signed>) -> (Vec<Signed>, Vec<Write>) {
        let (mut news, mut writes) = (Vec::new(), Vec::new());
        loop {
            let before = news.len();
            let heard = self.roster.ever(&self.roots());
            statements.retain(|signed| {
                let taken = match signed.by().filter(|by| heard.contains(by)) {
                    Some(_) => self.roster.take(signed.clone()),
                    None => Taken::Not,
                };
                if let Taken::Instead(gone) = taken {
                    writes.push(Write::Fact(fact(&gone), None));
                }
                if taken != Taken::Not {
                    writes.push(write(signed));
                    news.push(signed.clone());
                }
                taken == Taken::Not
            });
            if news.len() == before {
                return (news, writes);
            }
        }
    }

    /// What the statements say, for this node: whom it was paired with by hand belongs to the register.
    pub(super) fn membership(&self) -> Membership {
        self.roster.membership(&self.roots())
    }

    /// This node, and whom it was paired with by hand.
    fn roots(&self) -> BTreeMap<NodeId, Member> {
        let paired = self
            .peers
            .iter()
            .filter_map(|(node, file)| Some((node, file.by_hand.as_ref()?)));
        let mut roots: BTreeMap<NodeId, Member> = paired
            .map(|(node, paired)| {
                let member = Member {
                    keys: paired.keys.clone(),
                    addresses: paired.addresses.clone(),
                };
                (*node, member)
            })
            .collect();
        roots.entry(self.node).or_default();
        roots
    }

    /// States something, signed; it is stored and told to everybody in reach.
    ///
    /// Refused when this node has stated so much that there is no room.
    fn state(&mut self, statement: Statement, cx: &mut Cx<'_>) -> Result<(), Refusal> {
        let stated = Stated {
            by: self.node,
            at: self.clock.date(cx.now),
            statement,
        };
        let signed = cx.notary.sign(&stated.bytes());
        let (news, writes) = self.take_statements(vec![signed]);
        if news.is_empty() {
            return Err(Refusal::Overfull);
        }
        cx.persist(writes);
        self.tell_roster(None, &news, cx);
        self.follow_roster(cx);
        Ok(())
    }

    /// Pairs with a peer, or changes where it is dialled. What it announced shows that its key is its own.
    pub(super) fn add_peer(
        &mut self,
        peer: Peer,
        announced: &[Signed],
        cx: &mut Cx<'_>,
    ) -> Result<Answer, Refusal> {
        let node = peer.node;
        if node == self.node {
            return Err(Refusal::Oneself);
        }
        if self.membership().revoked.contains(&node) {
            return Err(Refusal::Revoked);
        }
        let ever = self.roster.keys_ever(node);
        let shown = Roster::of_keys(node, announced, |signed| cx.notary.verify(signed));
        let own = |key: &Key| ever.contains(key) || shown.keys_ever(node).contains(key);
        let Some(key) = peer.keys.last().copied().filter(own) else {
            return Err(Refusal::OtherKey);
        };
        if !self.roster.has_room(self.node, false) {
            return Err(Refusal::Overfull);
        }
        let file = self.peers.remove(&node);
        let file = PeerFile::paired(peer.clone(), file);
        let audit = self.audit_write(AuditEvent::of(OPERATOR, Act::Peers), cx);
        cx.persist(vec![file.write(), peers::write_parted(node, false), audit]);
        self.parted.remove(&node);
        self.peers.insert(node, file);
        let addresses = peer.addresses.into_iter().take(ADDRESSES_LIMIT).collect();
        self.state(
            Statement::Admitted {
                node,
                key,
                addresses,
            },
            cx,
        )?;
        let (news, writes) = self.take_statements(shown.all());
        cx.persist(writes);
        self.tell_roster(None, &news, cx);
        self.follow_roster(cx);
        cx.notify(Notice::Peers(self.peer_list()));
        cx.notify(Notice::Standing);
        Ok(Answer::Done)
    }

    /// Parts from a peer at this node; what others think of it stays.
    pub(super) fn remove_peer(&mut self, node: NodeId, cx: &mut Cx<'_>) -> Result<Answer, Refusal> {
        if self.peers.remove(&node).is_none() {
            return Err(Refusal::NoPeer);
        }
        self.sessions.remove(&node);
        let audit = self.audit_write(AuditEvent::of(OPERATOR, Act::Peers), cx);
        self.parted.insert(node);
        cx.persist(vec![
            peers::write_gone(node),
            peers::write_parted(node, true),
            audit,
        ]);
        cx.notify(Notice::Peers(self.peer_list()));
        cx.notify(Notice::Standing);
        Ok(Answer::Done)
    }

    /// Puts a node out for good, at every premises.
    pub(super) fn revoke(
        &mut self,
        node: NodeId,
        author: RecordId,
        cx: &mut Cx<'_>,
    ) -> Result<Answer, Refusal> {
        if node == self.node {
            return Err(Refusal::Oneself);
        }
        let membership = self.membership();
        if !membership.members.contains_key(&node) && !membership.revoked.contains(&node) {
            return Err(Refusal::NoPeer);
        }
        if membership.members.contains_key(&node) {
            let kept = self.roster.stated_by(node).map(|(id, _)| *id).collect();
            self.state(Statement::Revoked { node, kept }, cx)?;
            let audit = self.audit_write(AuditEvent::of(author, Act::Peers), cx);
            cx.persist(vec![audit]);
        }
        Ok(Answer::Done)
    }

    /// Announces the key that this node will go over to.
    pub(super) fn announce_key(&mut self, key: Key, cx: &mut Cx<'_>) -> Result<Answer, Refusal> {
        if !self.roster.keys_ever(self.node).contains(&key) {
            self.state(Statement::KeyNext(key), cx)?;
            for file in self.peers.values_mut() {
                file.knows_key = false;
            }
            self.save_peers(cx);
        }
        cx.notify(Notice::Standing);
        Ok(Answer::Done)
    }

    /// The node signs with a key that it announced: the others are over.
    pub(super) fn key_in_use(&mut self, cx: &mut Cx<'_>) -> Result<Answer, Refusal> {
        let key = cx.notary.key();
        let before = core::mem::replace(&mut self.key, key);
        let member = self.membership().members.remove(&self.node);
        let keys = member.map(|member| member.keys).unwrap_or_default();
        let ever = self.roster.keys_ever(self.node);
        let mut old: BTreeSet<Key> = keys.into_iter().chain([before]).collect();
        old.remove(&key);
        // A key that nobody was told of can't take over.
        if ever.contains(&key) {
            for old in old {
                self.state(Statement::KeyOver(old), cx)?;
            }
        }
        cx.notify(Notice::Standing);
        Ok(Answer::Done)
    }

    /// States where this node is reached, if that is news.
    pub(super) fn reached_at(
        &mut self,
        mut addresses: Vec<String>,
        cx: &mut Cx<'_>,
    ) -> Result<Answer, Refusal> {
        addresses.truncate(ADDRESSES_LIMIT);
        let stated = self.roster.reached(self.node);
        if stated != Some(&addresses) {
            self.state(Statement::Reached(addresses), cx)?;
        }
        Ok(Answer::Done)
    }

    /// The key that this node announced and does not use yet, and who has to hear of it first.
    pub(super) fn key_change(&self) -> Option<KeyChange> {
        let own = self.membership().members.remove(&self.node)?;
        let key = own.keys.last().copied().filter(|key| *key != self.key)?;
        let waits_for = self.peers.iter().filter(|(_, file)| !file.knows_key);
        Some(KeyChange {
            key,
            waits_for: waits_for.map(|(node, _)| *node).collect(),
        })
    }

    /// What others stated. A signature that is not right is the peer's fault.
    pub(super) fn take_roster(
        &mut self,
        peer: NodeId,
        statements: Vec<Vec<u8>>,
        theirs: [u8; 32],
        cx: &mut Cx<'_>,
    ) -> Result<(), Fault> {
        let answers = !statements.is_empty();
        let mut sound = Vec::new();
        for bytes in statements {
            let signed = Signed::decode(&bytes).map_err(|_| Fault::Frame)?;
            if self.roster.holds(&signed.id()) {
                continue;
            }
            if !cx.notary.verify(&signed) {
                return Err(Fault::Record);
            }
            sound.push(signed);
        }
        let (news, writes) = self.take_statements(sound);
        if !news.is_empty() {
            cx.persist(writes);
            self.tell_roster(Some(peer), &news, cx);
        }
        if theirs == self.roster.digest() {
            self.holds_roster(peer, cx);
        }
        self.heard_roster(peer, theirs, cx);
        if !news.is_empty() {
            self.follow_roster(cx);
        }
        // So that the peer knows what is held here.
        if answers && self.peers.contains_key(&peer) {
            self.send_roster(peer, &[], cx);
        }
        Ok(())
    }

    /// What the peer holds of the statements, by its own word.
    fn heard_roster(&mut self, peer: NodeId, theirs: [u8; 32], cx: &mut Cx<'_>) {
        if let Some(file) = self.peers.get_mut(&peer)
            && file.told.roster.replace(theirs) != Some(theirs)
        {
            cx.notify(Notice::Standing);
        }
    }

    /// The peer holds every statement that is held here.
    fn holds_roster(&mut self, peer: NodeId, cx: &mut Cx<'_>) {
        if let Some(file) = self.peers.get_mut(&peer)
            && !file.knows_key
        {
            file.knows_key = true;
            self.save_peer(peer, cx);
            cx.notify(Notice::Standing);
        }
    }

    /// Tells statements to everybody in reach but the one they came from.
    fn tell_roster(&mut self, but: Option<NodeId>, statements: &[Signed], cx: &mut Cx<'_>) {
        let others: Vec<NodeId> = self
            .sessions
            .iter()
            .filter(|(peer, session)| Some(**peer) != but && session.told_roster)
            .map(|(peer, _)| *peer)
            .collect();
        for peer in others {
            self.send_roster(peer, statements, cx);
        }
    }

    /// A peer whose statements are not those that are held here gets them all.
    pub(super) fn compare_roster(&mut self, peer: NodeId, theirs: [u8; 32], cx: &mut Cx<'_>) {
        self.heard_roster(peer, theirs, cx);
        if theirs == self.roster.digest() {
            self.holds_roster(peer, cx);
        } else {
            let all = self.roster.all();
            self.send_roster(peer, &all, cx);
        }
    }

    /// What got lost on the way is told again.
    pub(super) fn compare_roster_again(&mut self, peer: NodeId, cx: &mut Cx<'_>) {
        let Some(theirs) = self.peers.get(&peer).and_then(|file| file.told.roster) else {
            return;
        };
        let Some(session) = self.sessions.get_mut(&peer) else {
            return;
        };
        let due = session.told_roster && passed(session.roster_at, cx.now, REMIND);
        if due && theirs != self.roster.digest() {
            session.roster_at = Some(cx.now);
            self.compare_roster(peer, theirs, cx);
        }
    }

    fn send_roster(&self, peer: NodeId, statements: &[Signed], cx: &mut Cx<'_>) {
        let digest = self.roster.digest();
        let mut frame = Vec::new();
        let mut bytes = 0;
        for signed in statements {
            let encoded = signed.encode();
            bytes += encoded.len();
            frame.push(encoded);
            if bytes > ROSTER_FRAME || frame.len() >= ROSTER_LIMIT {
                send(
                    peer,
                    Message::Roster(core::mem::take(&mut frame), digest),
                    cx,
                );
                bytes = 0;
            }
        }
        send(peer, Message::Roster(frame, digest), cx);
    }

    /// Brings the peers in line with what was stated: who was let in elsewhere is dialled here too, who is out is
    /// parted from.
    pub(super) fn follow_roster(&mut self, cx: &mut Cx<'_>) {
        let membership = self.membership();
        let mut changed = false;
        for (node, member) in &membership.members {
            if *node == self.node || self.parted.contains(node) || member.keys.is_empty() {
                continue;
            }
            let file = self.peers.get(node);
            if file.is_none() && self.peers.len() >= PEERS_LIMIT {
                continue;
            }
            let peer = Peer {
                node: *node,
                keys: member.keys.clone(),
                addresses: member.addresses.clone(),
            };
            if file.is_some_and(|file| file.peer == peer) {
                continue;
            }
            let file = match self.peers.remove(node) {
                Some(file) => PeerFile { peer, ..file },
                None => PeerFile::new(peer),
            };
            cx.persist(vec![file.write()]);
            self.peers.insert(*node, file);
            changed = true;
        }
        let known: Vec<NodeId> = self.peers.keys().copied().collect();
        for node in known {
            if membership.revoked.contains(&node) {
                self.peers.remove(&node);
                self.sessions.remove(&node);
                cx.persist(vec![peers::write_gone(node)]);
                changed = true;
            }
        }
        let out = membership.revoked.contains(&self.node);
        if out != self.revoked {
            self.revoked = out;
            cx.notify(Notice::Standing);
        }
        if changed {
            cx.notify(Notice::Peers(self.peer_list()));
            cx.notify(Notice::Standing);
        }
    }

    /// What a life begins with: pairings that nothing was stated on yet, a key that took over while nobody could be
    /// told, and what follows from what is stated.
    pub(super) fn open_roster(&mut self, cx: &mut Cx<'_>) {
        self.state_pairings(cx);
        if self.roster.keys_ever(self.node).announced(&self.key) {
            // Without room for it the old key is accepted for longer, and nothing else.
            let _ = self.key_in_use(cx);
        }
        self.follow_roster(cx);
    }

    /// Statements on peers that were paired before there were any.
    fn state_pairings(&mut self, cx: &mut Cx<'_>) {
        let lacking: Vec<Peer> = self
            .peers
            .values()
            .filter_map(|file| file.by_hand.clone())
            .filter(|peer| {
                let mut stated = self.roster.stated_by(self.node);
                !stated.any(|(_, statement)| {
                    matches!(statement, Statement::Admitted { node, .. } if *node == peer.node)
                })
            })
            .collect();
        for peer in lacking {
            if let Some(key) = peer.keys.last().copied() {
                // Without room for it the peer is known here, and not through this node to others.
                let _ = self.state(
                    Statement::Admitted {
                        node: peer.node,
                        key,
                        addresses: peer.addresses,
                    },
                    cx,
                );
            }
        }
    }

    fn save_peers(&self, cx: &mut Cx<'_>) {
        for peer in self.peers.keys() {
            self.save_peer(*peer, cx);
        }
    }
}

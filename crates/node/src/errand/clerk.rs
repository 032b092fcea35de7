//! Carries out errands against an event loop, running for long or for this errand only.

use std::sync::Arc;
use std::time::Duration;

use link::identity::ClaimedId;
use register::document::{FieldKey, RecordKind};
use register::edit::{Change, Edit, Target};
use register::id::{NodeId, OPERATOR, SETTINGS};
use register::people::{PasswordHash, Profile, Role, Undertaking};
use register::replica::{Answer, Command, ImportOutcome, Peer, Refusal, Report};
use register::value::Content;
use tokio::sync::mpsc;
use vault::{Examined, Mark};

use super::{
    BackedUp, Checked, Errand, IMPORT_BATCH, Imported, LineFinding, LinesChecked, Parcel, Reply,
};
use crate::backup;
use crate::backup::keeper::{Keeper, Order};
use crate::backup::seal::Seal;
use crate::clock;
use crate::demo::clinic;
use crate::diagnosis::Surveyor;
use crate::exit::{Exit, Failure, Outcome};
use crate::pairing::Matchmaker;
use crate::turn::Office;
use crate::{export, standing};

/// The longest address of a peer, in bytes: a host name has at most 253.
const ADDRESS_LIMIT: usize = 300;

/// Cuts and heals the line to the other premises.
pub trait Switch: Send + Sync {
    /// Cuts the line, or heals it.
    fn cut(&self, cut: bool);
    /// Whether it is cut.
    fn is_cut(&self) -> bool;
}

/// Carries out errands. Clones work for the same node.
#[derive(Clone)]
pub struct Clerk {
    pub(crate) office: Office,
    pub(crate) facts: Arc<standing::Facts>,
    /// The line, when the node runs.
    pub(crate) switch: Option<Arc<dyn Switch>>,
    /// Who pairs this node with others, when it runs.
    pub(crate) matchmaker: Option<Matchmaker>,
    /// Who makes backups, where the node's directory is known.
    pub(crate) keeper: Option<Keeper>,
    /// Who checks the lines, when the node runs.
    pub(crate) surveyor: Option<Surveyor>,
}

impl core::fmt::Debug for Clerk {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Clerk")
    }
}

impl Clerk {
    /// A clerk of the node that `office` asks.
    #[must_use]
    pub fn new(office: Office, facts: standing::Facts, switch: Option<Arc<dyn Switch>>) -> Self {
        Self {
            office,
            facts: Arc::new(facts),
            switch,
            matchmaker: None,
            keeper: None,
            surveyor: None,
        }
    }

    /// The same clerk, who can have backups made.
    #[must_use]
    pub fn with_keeper(self, keeper: Keeper) -> Self {
        Self {
            keeper: Some(keeper),
            ..self
        }
    }

    /// The same clerk, who can pair the node with others.
    #[must_use]
    pub fn with_matchmaker(self, matchmaker: Matchmaker) -> Self {
        Self {
            matchmaker: Some(matchmaker),
            ..self
        }
    }

    /// The same clerk, who can have the lines checked.
    #[must_use]
    pub fn with_surveyor(self, surveyor: Surveyor) -> Self {
        Self {
            surveyor: Some(surveyor),
            ..self
        }
    }

    /// Carries out one errand and sends what comes of it; the last reply is one that
    /// [`Reply::is_last`], unless nobody takes them any more.
    pub async fn carry_out(&self, errand: Errand, replies: mpsc::Sender<Reply>) {
        let last = match self.work(errand, &replies).await {
            Ok(reply) => reply,
            Err(failure) => Reply::Failed {
                exit: failure.exit().code(),
                sentence: failure.to_string(),
            },
        };
        // Whoever asked may be gone.
        let _ = replies.send(last).await;
    }

    async fn work(&self, errand: Errand, replies: &mpsc::Sender<Reply>) -> Outcome<Reply> {
        match errand {
            Errand::Status => {
                let lines = self.surveyor.as_ref().map(Surveyor::standing);
                let lines = lines.unwrap_or_default();
                let mut standing = standing::of(&self.office, &self.facts, &lines).await?;
                standing.backup = self.keeper.as_ref().map(Keeper::state).unwrap_or_default();
                Ok(Reply::Standing(Box::new(standing)))
            }
            Errand::Check => self.check().await,
            Errand::AddUser {
                name,
                role,
                password,
                undertaking,
            } => {
                let undertaking = undertaking.map(|date| Undertaking { date });
                self.add_user(&name, &role, password, undertaking).await
            }
            Errand::AddPeer { peer_id, address } => self.add_peer(&peer_id, &address).await,
            Errand::RemovePeer { peer_id } => {
                let node = self.read_peer(&peer_id)?;
                self.done(Command::RemovePeer(node)).await
            }
            Errand::Revoke { peer_id } => {
                let node = self.read_peer(&peer_id)?;
                let author = OPERATOR;
                self.done(Command::Revoke { node, author }).await
            }
            Errand::AnnounceKey { peer_id } => {
                let key = *read_peer_id(&peer_id)?.key();
                self.done(Command::AnnounceKey(key)).await
            }
            Errand::PairInvite { addresses } => self.invite(&addresses).await,
            Errand::PairAccept { invitation } => self.accept(&invitation).await,
            Errand::PairConfirm { phrase } => self.confirm_pairing(&phrase).await,
            Errand::PairCancel => self.cancel_pairing(),
            Errand::PairStanding => self.show_pairing(),
            Errand::Import { clients } => self.import(clients).await,
            Errand::SetCatalogue { items } => self.set_catalogue(&items).await,
            Errand::Export { reason } => export::send(&self.office, reason, replies).await,
            Errand::Backup { .. } => self.back_up(errand).await,
            Errand::Erase {
                client,
                reason,
                wait,
            } => {
                let wait = Duration::from_secs(u64::from(wait));
                self.erase(&client, &reason, wait, replies).await
            }
            Errand::Erasure { record } => self.show_erasure(&record).await,
            Errand::Erasures => self.list_erasures().await,
            Errand::VerifyErasures => self.verify_erasures().await,
            Errand::Due { at } => self.due(at).await,
            Errand::RunRetention { allowed } => self.run_retention(allowed, replies).await,
            Errand::ConfirmClock => self.done(Command::ConfirmClock(OPERATOR)).await,
            Errand::Release => self.done(Command::Release(OPERATOR)).await,
            Errand::VerifyAudit => self.verify_audit().await,
            Errand::RotateKeys => self.rotate_keys().await,
            Errand::Compact => self.compact().await,
            Errand::Invent { controller } => self.invent(controller).await,
            Errand::Enliven => self.enliven().await,
            Errand::Line { cut } => self.cut(cut),
            Errand::CheckLines => self.check_lines().await,
        }
    }

    fn cut(&self, cut: bool) -> Outcome<Reply> {
        let Some(switch) = &self.switch else {
            let sentence = "the node does not run, so it has no line";
            return Err(Failure::said(Exit::Failed, sentence));
        };
        tracing::warn!(cut, "the line to the other premises was switched by hand");
        switch.cut(cut);
        Ok(Reply::Done)
    }

    async fn check_lines(&self) -> Outcome<Reply> {
        let Some(surveyor) = &self.surveyor else {
            let sentence = "the node does not run, so it has no line";
            return Err(Failure::said(Exit::Failed, sentence));
        };
        let (at, findings) = surveyor.survey().await?;
        let directory = self.office.directory();
        let told = findings.into_iter().map(|finding| {
            let premises = finding
                .peer
                .and_then(|peer| standing::premises_name(&directory, peer));
            let name = premises.as_deref().unwrap_or(standing::UNNAMED);
            LineFinding {
                peer: finding.peer.map(|peer| peer.to_string()),
                code: finding.cause.word().to_owned(),
                sentence: finding.cause.in_english(name),
                premises,
            }
        });
        Ok(Reply::LinesChecked(LinesChecked {
            at,
            findings: told.collect(),
        }))
    }

    async fn back_up(&self, errand: Errand) -> Outcome<Reply> {
        let Errand::Backup {
            to,
            passphrase,
            recipient,
        } = errand
        else {
            return Err(astray());
        };
        let seal = match (passphrase, recipient) {
            (Some(passphrase), None) => Seal::of_passphrase(passphrase)?,
            (None, Some(recipient)) => Seal::of_recipient(&recipient)?,
            _ => {
                let sentence = "a backup is closed either with a passphrase or for a recipient";
                return Err(Failure::said(Exit::Refused, sentence));
            }
        };
        let keeper = self.keeper.as_ref().ok_or_else(astray)?;
        let order = Order {
            to,
            directory: false,
            seal,
            keep: backup::days(backup::KEEP_DAYS),
        };
        let made = keeper.make(order).await?;
        Ok(Reply::BackedUp(BackedUp {
            file: made.good.file,
            ledger: made.ledger,
            at: made.good.at.to_string(),
            bytes: made.good.bytes,
            clients: made.good.clients,
            removed: made.removed,
        }))
    }

    async fn rotate_keys(&self) -> Outcome<Reply> {
        self.office.rotate_keys().await??;
        Ok(Reply::Done)
    }

    async fn compact(&self) -> Outcome<Reply> {
        self.office.compact().await??;
        Ok(Reply::Done)
    }

    pub(super) async fn report(&self) -> Outcome<Box<Report>> {
        match self.ask(Command::Report).await? {
            Answer::Report(report) => Ok(report),
            _ => Err(astray()),
        }
    }

    pub(super) async fn ask(&self, command: Command) -> Outcome<Answer> {
        Ok(self.office.ask(command).await??)
    }

    /// The node with this node id, or one that is known by this peer id.
    fn read_peer(&self, text: &str) -> Outcome<NodeId> {
        if let Ok(node) = text.trim().parse::<NodeId>() {
            return Ok(node);
        }
        let claimed = read_peer_id(text)?;
        let report = self.office.report();
        let known = report.borrow();
        let mut peers = known.peers.iter();
        let peer = peers.find(|peer| peer.keys.contains(claimed.key()));
        Ok(peer.map_or_else(|| claimed.node(), |peer| peer.peer))
    }

    async fn add_peer(&self, peer_id: &str, address: &str) -> Outcome<Reply> {
        let peer = Peer::new(*read_peer_id(peer_id)?.key(), read_address(address)?);
        self.done(Command::AddPeer(peer, Vec::new())).await
    }

    async fn invent(&self, controller: bool) -> Outcome<Reply> {
        let mut changes: Vec<Change> = Vec::new();
        changes.extend(clinic::premises(self.facts.node, &self.facts.premises));
        if controller {
            changes.extend(clinic::clinic(clock::now()));
        }
        let edit = Edit {
            target: Target::Latest(SETTINGS),
            author: OPERATOR,
            changes,
        };
        self.done(Command::Edit(edit)).await
    }

    pub(super) async fn done(&self, command: Command) -> Outcome<Reply> {
        self.ask(command).await?;
        Ok(Reply::Done)
    }

    pub(super) async fn check(&self) -> Outcome<Reply> {
        let report = self.examine().await?.into_report();
        Ok(Reply::Checked(Checked {
            records: report.records,
            values: report.values,
            audit: report.audit,
            ledger: report.ledger,
            problems: report.problems.iter().map(ToString::to_string).collect(),
            omitted: report.omitted,
        }))
    }

    /// Has everything examined beside the event loop, which only gives out what to examine.
    async fn examine(&self) -> Outcome<Examined> {
        let mut mark = Mark::default();
        let mut examined = Examined::default();
        while let (next, Some(examine)) = self.office.check_some(mark).await? {
            mark = next;
            let work = move || {
                examine(&mut examined);
                examined
            };
            let done = tokio::task::spawn_blocking(work).await;
            examined = done.map_err(|error| Failure::new(Exit::Failed, error))?;
        }
        Ok(examined)
    }

    async fn add_user(
        &self,
        name: &str,
        role: &str,
        password: Option<String>,
        undertaking: Option<Undertaking>,
    ) -> Outcome<Reply> {
        let refused = |sentence: String| Failure::said(Exit::Refused, sentence);
        let name = register::contact::required(name)
            .map_err(|fault| refused(format!("the user's name: {fault}")))?;
        let role = Role::from_code(role)
            .ok_or_else(|| refused(format!("there is no role \"{}\"", role.escape_debug())))?;
        if is_taken(&self.office.directory(), &name) {
            return Err(refused(
                "there is a user of that name; people log in with their names, so choose another"
                    .to_owned(),
            ));
        }
        let mut changes = vec![Change::SetField(
            FieldKey::Profile,
            Content::Profile(Profile { name, role }),
        )];
        let code = match password {
            Some(phc) => {
                let content = Content::Password(PasswordHash(phc));
                changes.push(Change::SetField(FieldKey::Password, content));
                None
            }
            None => {
                let (shown, code) = console::setup_code(clock::now())
                    .map_err(|error| Failure::new(Exit::Failed, error))?;
                changes.push(Change::SetField(
                    FieldKey::SetupCode,
                    Content::SetupCode(code),
                ));
                Some(shown)
            }
        };
        if let Some(undertaking) = undertaking {
            let content = Content::Undertaking(undertaking);
            changes.push(Change::SetField(FieldKey::Undertaking, content));
        }
        let edit = Edit {
            target: Target::New(RecordKind::Staff),
            author: OPERATOR,
            changes,
        };
        match self.ask(Command::Edit(edit)).await? {
            Answer::Edited { record, .. } => Ok(Reply::User {
                id: record.to_string(),
                code,
            }),
            _ => Err(astray()),
        }
    }

    async fn import(&self, parcels: Vec<Parcel>) -> Outcome<Reply> {
        if parcels.len() > IMPORT_BATCH {
            let sentence = format!("at most {IMPORT_BATCH} clients are taken at once");
            return Err(Failure::said(Exit::Refused, sentence));
        }
        let clients = parcels
            .into_iter()
            .map(Parcel::open)
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| Failure::new(Exit::Refused, error))?;
        let outcomes = match self.ask(Command::Import(clients)).await? {
            Answer::Imported(outcomes) => outcomes,
            _ => return Err(astray()),
        };
        let mut sum = Imported::default();
        for outcome in outcomes {
            match outcome {
                ImportOutcome::Added(_) => sum.added += 1,
                ImportOutcome::Extended(_, entries) => {
                    sum.extended += 1;
                    sum.entries += entries as u64;
                }
                ImportOutcome::Unchanged(_) => sum.unchanged += 1,
                ImportOutcome::Erased => sum.erased += 1,
            }
        }
        Ok(Reply::Imported(sum))
    }
}

/// The answer to another command, which the replica never gives.
pub(crate) fn astray() -> Failure {
    Failure::from(Refusal::Storage).context("the register gave an answer to another question")
}

fn read_peer_id(text: &str) -> Outcome<ClaimedId> {
    text.parse()
        .map_err(|error: link::identity::IdTextError| Failure::new(Exit::Refused, error))
}

/// `host:port` with a port that is one.
pub(crate) fn read_address(text: &str) -> Outcome<String> {
    let text = text.trim();
    let sound = text.len() <= ADDRESS_LIMIT
        && text.rsplit_once(':').is_some_and(|(host, port)| {
            let bare = !host.contains(':') || (host.starts_with('[') && host.ends_with(']'));
            !host.is_empty()
                && bare
                && !host.chars().any(|c| c.is_whitespace() || c.is_control())
                && port.parse::<u16>().is_ok_and(|port| port > 0)
        });
    if sound {
        Ok(text.to_owned())
    } else {
        Err(Failure::said(
            Exit::Refused,
            "a peer's address is HOST:PORT, such as clinic.example.com:7440, 192.0.2.7:7440 or [2001:db8::7]:7440",
        ))
    }
}

/// Whether somebody, or a token, that has access is called so.
fn is_taken(directory: &register::directory::Directory, name: &str) -> bool {
    let folded = register::directory::fold(name);
    let mut all = directory.users().chain(directory.tokens());
    all.any(|user| !user.disabled && register::directory::fold(&user.profile.name) == folded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_have_a_host_and_a_port() {
        for text in [
            "clinic.example.com:7440",
            "192.0.2.7:1",
            " [2001:db8::7]:7440 ",
        ] {
            assert_eq!(read_address(text).unwrap(), text.trim());
        }
        for text in [
            "",
            "clinic",
            ":7440",
            "clinic:0",
            "clinic:70000",
            "2001:db8::7:7440",
            "a b:1",
        ] {
            assert_eq!(
                read_address(text).err().unwrap().exit(),
                Exit::Refused,
                "{text}"
            );
        }
    }
}

//! Verifying the audit logs, slice by slice, so that nobody at the node waits for it.

use link::identity::is_signature;
use register::audit::Witness;
use register::audit::verify::{Fault, Finding, Verdict, Verifier};
use register::directory::Directory;
use register::id::NodeId;
use register::replica::{Answer, Command, node_id};
use register::roster::key_of;
use serde::{Deserialize, Serialize};

use super::{Clerk, Reply, astray};
use crate::clock;
use crate::exit::Outcome;
use crate::standing;
use crate::turn::Office;

/// Entries that the register is asked for at once.
const SLICE: usize = 500;

/// What a verification of the audit logs came to; `audit verify --json` prints it as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct AuditVerified {
    /// Whether nothing is wrong.
    pub sound: bool,
    /// Logs read: one for each life of each node.
    pub logs: usize,
    /// Entries that were followed.
    pub entries: u64,
    /// Counter-signatures that are sound.
    pub witnesses: usize,
    /// What is wrong.
    pub findings: Vec<AuditFinding>,
    /// How many more there are.
    pub omitted: usize,
    /// Restores from a backup, which explain entries that their premises does not know; one sentence each.
    pub notes: Vec<String>,
}

/// Something that is wrong with an audit log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditFinding {
    /// The log's id.
    pub log: String,
    /// The node whose log it is.
    pub node: Option<String>,
    /// Its premises' name, once known.
    pub premises: Option<String>,
    /// What kind of fault, in one word.
    pub fault: String,
    /// The first entry concerned.
    pub first: u64,
    /// The last entry concerned.
    pub last: u64,
    /// When the last sound entry before was written, as far as that is known.
    pub since: Option<String>,
    /// All of it in a sentence.
    pub sentence: String,
}

/// Verifies every audit log that a node holds.
///
/// # Errors
/// When the event loop ends, or its store can't be read.
pub async fn verify(office: &Office) -> Outcome<Verdict> {
    let Answer::LogHeads(heads, contradictions) = office.ask(Command::LogHeads).await?? else {
        return Err(astray());
    };
    let mut verifier = Verifier::new(clock::now(), &heads);
    for head in &heads {
        let mut next = 0;
        // What is appended meanwhile is for the next time.
        while next <= head.tail.sequence {
            let command = Command::LogSlice(head.log, next, SLICE);
            let Answer::LogSlice(slots) = office.ask(command).await?? else {
                return Err(astray());
            };
            let Some((last, _)) = slots.last() else { break };
            let reached = last + 1;
            for (sequence, bytes) in slots {
                if sequence <= head.tail.sequence {
                    verifier.take(head.log, sequence, bytes.as_deref());
                }
            }
            next = reached;
        }
    }
    let announced = office.report().borrow().announced.clone();
    let signed = |node: NodeId, witness: &Witness| {
        let (bytes, key) = (witness.checkpoint.signed(), key_of(&witness.key));
        let owned = node_id(&key) == node || announced.contains(&(node, key));
        owned && is_signature(&witness.key, &bytes, &witness.signature)
    };
    Ok(verifier.finish(&contradictions, signed))
}

impl Clerk {
    pub(super) async fn verify_audit(&self) -> Outcome<Reply> {
        let verdict = verify(&self.office).await?;
        let directory = self.office.directory();
        let told = |finding: &Finding| tell(finding, &directory);
        let verified = AuditVerified {
            sound: verdict.findings.is_empty(),
            logs: verdict.logs,
            entries: verdict.entries,
            witnesses: verdict.witnesses,
            findings: verdict.findings.iter().map(told).collect(),
            omitted: verdict.omitted,
            notes: verdict
                .restored
                .iter()
                .map(|(node, at)| {
                    let name = name(Some(*node), &directory);
                    format!("{name} was restored from a backup on {}", moment(*at))
                })
                .collect(),
        };
        Ok(Reply::AuditVerified(Box::new(verified)))
    }
}

fn name(node: Option<NodeId>, directory: &Directory) -> String {
    let Some(node) = node else {
        return "a premises that is not known".to_owned();
    };
    standing::premises_name(directory, node).unwrap_or_else(|| format!("node {node}"))
}

fn moment(at: jiff::Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

fn entries(first: u64, last: u64) -> String {
    if first == last {
        format!("entry {first}")
    } else {
        format!("entries {first} to {last}")
    }
}

/// A fault in one word, the entries concerned, and all of it in words.
fn words(fault: Fault, directory: &Directory) -> (&'static str, u64, u64, String) {
    match fault {
        Fault::Missing { first, last } => {
            let what = format!("{} missing", entries(first, last));
            ("missing", first, last, what)
        }
        Fault::Broken { entry } => {
            let what = format!(
                "entry {entry} is not the one that followed the one before it: edited, exchanged or put in"
            );
            ("broken", entry, entry, what)
        }
        Fault::Unreadable { entry } => {
            let what = format!("entry {entry} can't be opened");
            ("unreadable", entry, entry, what)
        }
        Fault::LogMissing { last } => {
            let what = format!("all of it is missing, {}", entries(1, last));
            ("log-missing", 1, last, what)
        }
        Fault::Differs { entry } => {
            let what = format!(
                "entry {entry} is not the one that was countersigned, or that a later log goes on from"
            );
            ("differs", entry, entry, what)
        }
        Fault::SetBack { first, last } => {
            let what = format!(
                "the node was set back to an earlier state: its next log knows nothing of {}",
                entries(first, last)
            );
            ("set-back", first, last, what)
        }
        Fault::Forked { entry } => {
            let what =
                format!("two later logs go on from entry {entry}: the node was set back to it");
            ("forked", entry, entry, what)
        }
        Fault::Rootless => {
            let what = "it knows nothing of the node's earlier logs".to_owned();
            ("rootless", 1, 1, what)
        }
        Fault::Signature { entry } => {
            let what = format!("the counter-signature in entry {entry} is not that of its node");
            ("signature", entry, entry, what)
        }
        Fault::TooEarly { entry } => {
            let what = format!(
                "what stood before entry {entry} went although its two years were not over"
            );
            ("too-early", 1, entry.saturating_sub(1), what)
        }
        Fault::Contradicted { entry, peer } => {
            let other = name(Some(peer), directory);
            let what = format!("{other} holds another entry {entry} than this premises");
            ("contradicted", entry, entry, what)
        }
    }
}

fn tell(finding: &Finding, directory: &Directory) -> AuditFinding {
    let (fault, first, last, what) = words(finding.fault, directory);
    let whose = name(finding.node, directory);
    let since = finding
        .since
        .map(|at| format!(" (since {})", moment(at)))
        .unwrap_or_default();
    AuditFinding {
        log: finding.log.to_string(),
        node: finding.node.map(|node| node.to_string()),
        premises: finding
            .node
            .and_then(|node| standing::premises_name(directory, node)),
        fault: fault.to_owned(),
        first,
        last,
        since: finding.since.map(|at| at.to_string()),
        sentence: format!("the log {} of {whose}: {what}{since}", finding.log),
    }
}

//! How things stand at a node, put together for `status`.

use register::id::NodeId;
use register::replica::{Answer, Command, PeerReport, PeerState};

use crate::errand::{PeerStanding, Standing};
use crate::exit::Outcome;
use crate::turn::Office;

/// What doesn't change while the node runs.
#[derive(Debug, Clone)]
pub struct Facts {
    /// The node.
    pub node: NodeId,
    /// What other premises pair with.
    pub peer_id: String,
    /// The premises' name.
    pub premises: String,
    /// Where the console is.
    pub console: String,
    /// Where the link listens.
    pub link: String,
    /// Whether the node runs, or was opened for one errand.
    pub running: bool,
}

/// How things stand now.
///
/// # Errors
/// When the node is stopping.
pub async fn of(office: &Office, facts: &Facts, cut: bool) -> Outcome<Standing> {
    let report = match office.ask(Command::Report).await?? {
        Answer::Report(report) => report,
        _ => return Err(crate::errand::astray()),
    };
    let directory = office.directory();
    let named = |node: NodeId| {
        let premises = &directory.settings()?.premises;
        let (_, field) = premises.iter().find(|(other, _)| *other == node)?;
        field.newest().map(|premises| premises.name.clone())
    };
    Ok(Standing {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        running: facts.running,
        premises: facts.premises.clone(),
        node: facts.node.to_string(),
        peer_id: facts.peer_id.clone(),
        register: report.register.to_string(),
        console: facts.console.clone(),
        link: facts.link.clone(),
        clients: report.clients,
        records: report.records,
        ledger: report.ledger,
        users: directory.users().filter(|user| !user.disabled).count(),
        conflicts: directory
            .conflicts()
            .map(|(_, summary)| summary.conflicts)
            .sum(),
        sequence: report.sequence,
        cut,
        peers: report
            .peers
            .iter()
            .map(|peer| peer_standing(peer, named(peer.peer)))
            .collect(),
        backup: crate::backup::State::default(),
    })
}

fn peer_standing(peer: &PeerReport, premises: Option<String>) -> PeerStanding {
    PeerStanding {
        node: peer.peer.to_string(),
        peer_id: crate::line::shown(&peer.key),
        premises,
        address: peer.address.clone(),
        state: state_name(peer.state).to_owned(),
        heard: peer.heard.map(|at| at.to_string()),
        agreed: peer.agreed.map(|at| at.to_string()),
        waiting: peer.waiting,
        waiting_since: peer.waiting_since.map(|at| at.to_string()),
    }
}

const fn state_name(state: PeerState) -> &'static str {
    match state {
        PeerState::Apart => "apart",
        PeerState::Greeting => "greeting",
        PeerState::Exchanging => "exchanging",
        PeerState::Agreed => "agreed",
        PeerState::OtherRegister => "other-register",
        PeerState::OtherVersion => "other-version",
    }
}

/// The standing as a few lines for people.
#[must_use]
pub fn for_people(standing: &Standing) -> String {
    let mut text = format!(
        "{} ({})\n  node      {}\n  peer id   {}\n  register  {}\n  console   {}\n  link      {}\n  \
         clients   {}, users {}, fields in conflict {}\n",
        standing.premises,
        if standing.running {
            "running"
        } else {
            "stopped"
        },
        standing.node,
        standing.peer_id,
        standing.register,
        standing.console,
        standing.link,
        standing.clients,
        standing.users,
        standing.conflicts,
    );
    if standing.cut {
        text.push_str("  the line is cut on purpose\n");
    }
    if let Some(good) = &standing.backup.good {
        text.push_str(&format!(
            "  last good backup {} in {}\n",
            good.at, good.file
        ));
    }
    if let Some(failed) = &standing.backup.failed {
        let (at, sentence) = (failed.at, &failed.sentence);
        text.push_str(&format!("  the last backup failed at {at}: {sentence}\n"));
    }
    if standing.peers.is_empty() {
        text.push_str("  no other premises: pair with `kortisto peer add`\n");
    }
    for peer in &standing.peers {
        let name = peer.premises.as_deref().unwrap_or("another premises");
        text.push_str(&format!(
            "  {name} at {}: {}",
            peer.address,
            sentence(&peer.state)
        ));
        match (&peer.waiting_since, peer.waiting) {
            (_, 0) => {}
            (Some(since), waiting) => {
                text.push_str(&format!("; {waiting} records wait for it since {since}"));
            }
            (None, waiting) => text.push_str(&format!("; {waiting} records wait for it")),
        }
        if let Some(agreed) = &peer.agreed {
            text.push_str(&format!("; last in agreement {agreed}"));
        }
        text.push('\n');
    }
    text
}

fn sentence(state: &str) -> &str {
    match state {
        "apart" => "no connection",
        "greeting" => "connecting",
        "exchanging" => "exchanging records",
        "agreed" => "both hold the same",
        "other-register" => "belongs to another register; nothing is exchanged",
        "other-version" => "runs another version; nothing is exchanged",
        other => other,
    }
}

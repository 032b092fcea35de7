//! How things stand at a node, put together for `status`.

mod router;

use console::line::{LineStanding, PeerLine};
use register::clock::ClockTrouble;
use register::directory::Directory;
use register::id::NodeId;
use register::replica::{
    Answer, Command, Hold, Older, PeerReport, PeerState, Quarantine, RetentionReport,
};
use serde::{Deserialize, Serialize};

use crate::errand::{PeerStanding, RetentionStanding, Standing};
use crate::exit::Outcome;
use crate::turn::Office;

/// What a premises is called whose name is not known yet.
pub const UNNAMED: &str = "another premises";

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

/// Why something is not done: a word for programs and a sentence for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// The word.
    pub code: String,
    /// The sentence, with what can be done about it.
    pub sentence: String,
}

impl Reason {
    fn new(code: &str, sentence: impl Into<String>) -> Self {
        Self {
            code: code.to_owned(),
            sentence: sentence.into(),
        }
    }
}

/// How things stand now.
///
/// # Errors
/// When the node is stopping.
pub async fn of(office: &Office, facts: &Facts, lines: &LineStanding) -> Outcome<Standing> {
    let report = match office.ask(Command::Report).await?? {
        Answer::Report(report) => report,
        _ => return Err(crate::errand::astray()),
    };
    let directory = office.directory();
    let named = |node: NodeId| premises_name(&directory, node);
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
        unconfirmed: report.unconfirmed,
        met: report.met.len(),
        quarantine: report.quarantine.map(quarantine_reason),
        clock: match &report.retention.hold {
            Some(Hold::Clock(trouble)) => Some(clock_reason(trouble)),
            _ => None,
        },
        retention: retention_standing(&report.retention),
        cut: lines.cut,
        revoked: report.revoked,
        out: report.out.iter().map(NodeId::to_string).collect(),
        certificate_until: lines.certificate.map(|valid| valid.until),
        next_key_waits_for: report.next_key.as_ref().map(|change| {
            let nodes = change.waits_for.iter();
            nodes.map(NodeId::to_string).collect()
        }),
        router: facts.running.then(|| router::of(&lines.router)),
        peers: report
            .peers
            .iter()
            .map(|peer| {
                let line = lines.peers.get(&peer.peer);
                let standing = peer_standing(peer, line, named(peer.peer));
                PeerStanding {
                    records: records_of(peer, report.records),
                    ..standing
                }
            })
            .collect(),
        backup: crate::backup::State::default(),
    })
}

/// The name of a node's premises, once the settings say it.
#[must_use]
pub fn premises_name(directory: &Directory, node: NodeId) -> Option<String> {
    let premises = &directory.settings()?.premises;
    let (_, field) = premises.iter().find(|(other, _)| *other == node)?;
    field.newest().map(|premises| premises.name.clone())
}

fn quarantine_reason(quarantine: Quarantine) -> Reason {
    match quarantine {
        Quarantine::Restored => Reason::new(
            "restored",
            "the node was restored from a backup, which may hold people erased since: it shows nobody until it \
             has reached another premises, or until `kortisto quarantine release`",
        ),
        Quarantine::Alone => Reason::new(
            "alone",
            "the node has heard no other premises for more than 35 days, and people may have been erased there: \
             it shows nobody until it has reached one, or until `kortisto quarantine release`",
        ),
    }
}

fn clock_reason(trouble: &ClockTrouble) -> Reason {
    const THEN: &str = "nothing is deleted by the clock until another premises or the system's time service agrees \
                        with it, or until `kortisto clock confirm`";
    match trouble {
        ClockTrouble::Behind { seen } => Reason::new(
            "behind",
            format!("the clock shows a time before {seen}, which was seen already: {THEN}"),
        ),
        ClockTrouble::Ahead { seen } => Reason::new(
            "ahead",
            format!(
                "the clock is more than 45 days past {seen}, the last time that was believed: {THEN}"
            ),
        ),
        ClockTrouble::Differs { peer, seconds } => {
            let side = if *seconds < 0 { "behind" } else { "ahead of" };
            let hours = seconds.unsigned_abs() / 3600;
            Reason::new(
                "differs",
                format!(
                    "the clock is {hours} hours {side} that of the premises with node {peer}: {THEN}"
                ),
            )
        }
    }
}

/// Why nothing is deleted by the clock.
#[must_use]
pub fn hold_reason(hold: &Hold) -> Reason {
    match hold {
        Hold::Clock(trouble) => Reason {
            code: "clock".to_owned(),
            ..clock_reason(trouble)
        },
        Hold::TooMany(cards) => Reason::new(
            "too-many",
            format!(
                "{cards} cards are past their time, which is more than may go unasked: look with \
                 `kortisto retention --dry-run`, then `kortisto retention --run --allow-many`"
            ),
        ),
        Hold::Peers => Reason::new(
            "peers",
            "a premises was not heard after the due day, and may hold a later visit or a legal claim",
        ),
        Hold::Quarantine => Reason::new("quarantine", "the node is in quarantine"),
    }
}

fn retention_standing(report: &RetentionReport) -> RetentionStanding {
    RetentionStanding {
        cards: report.cards,
        entries: report.entries,
        cards_soon: report.cards_soon,
        oldest: report.oldest,
        hold: report.hold.as_ref().map(hold_reason),
        running: report.running,
    }
}

/// How many records a peer holds: what it said is of when the line was opened, and where both hold the same, it is as
/// many as here.
#[must_use]
pub fn records_of(peer: &PeerReport, here: usize) -> Option<u64> {
    match peer.state {
        PeerState::Agreed if peer.waiting == 0 => u64::try_from(here).ok(),
        _ => peer.records,
    }
}

fn peer_standing(
    peer: &PeerReport,
    line: Option<&PeerLine>,
    premises: Option<String>,
) -> PeerStanding {
    let round_trip = line.and_then(|line| line.round_trip);
    PeerStanding {
        node: peer.peer.to_string(),
        peer_id: peer.keys.last().map(crate::line::shown).unwrap_or_default(),
        premises,
        address: peer.addresses.join(" "),
        state: state_name(peer.state).to_owned(),
        heard: peer.heard.map(|at| at.to_string()),
        agreed: peer.agreed.map(|at| at.to_string()),
        waiting: peer.waiting,
        waiting_since: peer.waiting_since.map(|at| at.to_string()),
        coming: peer.coming,
        up_since: line.and_then(|line| line.up),
        round_trip_microseconds: round_trip
            .map(|time| u64::try_from(time.as_micros()).unwrap_or(u64::MAX)),
        clock_ahead_seconds: peer.clock_ahead,
        checked: peer.checked,
        program: peer.program.clone(),
        records: peer.records,
        certificate_until: line.and_then(|line| line.certificate_until),
        copy_seen: peer.twin,
        older: peer.older.map(|older| match older {
            Older::Here => "here".to_owned(),
            Older::There => "there".to_owned(),
        }),
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
        PeerState::Twin => "twin",
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
    if let Some(router) = &standing.router {
        text.push_str(&router::for_people(router));
    }
    text.push_str(&care(standing));
    if standing.cut {
        text.push_str("  the line is cut on purpose\n");
    }
    if standing.revoked {
        text.push_str("  another premises has put this node out of use: no premises answers it\n");
    }
    if let Some(until) = standing.certificate_until {
        text.push_str(&format!("  certificate valid until {until}\n"));
    }
    match &standing.next_key_waits_for {
        Some(nodes) if nodes.is_empty() => {
            text.push_str("  a next key is announced, and every premises knows of it\n");
        }
        Some(nodes) => text.push_str(&format!(
            "  a next key is announced; it waits for {}\n",
            nodes
                .iter()
                .map(|node| called(standing, node))
                .collect::<Vec<_>>()
                .join(", ")
        )),
        None => {}
    }
    for node in &standing.out {
        text.push_str(&format!("  out of use for good: {node}\n"));
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
        text.push_str(&peer_lines(peer));
    }
    text
}

/// A peer as a few lines for people.
fn peer_lines(peer: &PeerStanding) -> String {
    let name = peer.premises.as_deref().unwrap_or(UNNAMED);
    let mut text = format!("  {name} at {}: {}", peer.address, sentence(&peer.state));
    if let Some(since) = peer.up_since {
        text.push_str(&format!(" (connected since {since})"));
    }
    match (&peer.waiting_since, peer.waiting) {
        (_, 0) => {}
        (Some(since), waiting) => {
            text.push_str(&format!("; {waiting} records wait for it since {since}"));
        }
        (None, waiting) => text.push_str(&format!("; {waiting} records wait for it")),
    }
    if peer.coming {
        text.push_str("; changes made there are on their way");
    }
    if let Some(agreed) = &peer.agreed {
        text.push_str(&format!("; last in agreement {agreed}"));
    }
    text.push('\n');
    let facts = [
        peer.program
            .as_ref()
            .map(|program| format!("program {program}")),
        peer.records.map(|records| format!("{records} records")),
        peer.round_trip_microseconds
            .map(|time| format!("round trip {} ms", time.div_ceil(1000))),
        peer.clock_ahead_seconds
            .map(|ahead| format!("clock {ahead} s ahead")),
        peer.checked.map(|at| format!("everything compared {at}")),
        peer.certificate_until
            .map(|until| format!("certificate until {until}")),
        peer.copy_seen
            .map(|at| format!("a copy of its disk was started: seen {at}")),
        peer.older
            .as_ref()
            .map(|older| format!("the older program is {older}")),
    ];
    let facts: Vec<String> = facts.into_iter().flatten().collect();
    if !facts.is_empty() {
        text.push_str(&format!("    {}\n", facts.join("; ")));
    }
    text
}

/// Lines on what was removed, what has to go, and what guards it; none when there is nothing to say.
fn care(standing: &Standing) -> String {
    let mut text = String::new();
    let retention = &standing.retention;
    if let Some(reason) = &standing.quarantine {
        text.push_str(&format!("  quarantine: {}\n", reason.sentence));
    }
    if let Some(reason) = &standing.clock {
        text.push_str(&format!("  clock not trusted: {}\n", reason.sentence));
    }
    if retention.cards + retention.entries + retention.cards_soon > 0 {
        text.push_str(&format!(
            "  past their time: {} cards, and entries of {} cards; {} cards within 30 days",
            retention.cards, retention.entries, retention.cards_soon
        ));
        if let Some(oldest) = retention.oldest {
            text.push_str(&format!("; the first on {oldest}"));
        }
        text.push('\n');
    }
    match &retention.hold {
        // Told above.
        Some(hold) if hold.code == "clock" || hold.code == "quarantine" => {}
        Some(hold) => text.push_str(&format!("  nothing is deleted: {}\n", hold.sentence)),
        None if retention.running => text.push_str("  what is past its time is being deleted\n"),
        None => {}
    }
    if standing.unconfirmed > 0 {
        text.push_str(&format!(
            "  erasures that a premises has not confirmed: {}\n",
            standing.unconfirmed
        ));
    }
    if standing.met > 0 {
        text.push_str(&format!(
            "  edits made here that met an erasure: {}; their authors are told in the console\n",
            standing.met
        ));
    }
    text
}

/// A peer as people call it: by its premises, once that is known.
fn called<'a>(standing: &'a Standing, node: &'a str) -> &'a str {
    let mut peers = standing.peers.iter();
    let peer = peers.find(|peer| peer.node == node);
    peer.and_then(|peer| peer.premises.as_deref())
        .unwrap_or(node)
}

fn sentence(state: &str) -> &str {
    match state {
        "apart" => "no connection",
        "greeting" => "connecting",
        "exchanging" => "exchanging records",
        "agreed" => "both hold the same",
        "other-register" => "belongs to another register; nothing is exchanged",
        "other-version" => "runs another version; nothing is exchanged",
        "twin" => "one of the two is a copy of a computer that is in use; nothing is exchanged",
        other => other,
    }
}

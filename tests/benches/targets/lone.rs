//! One node without a line: a replica on a vault on a real disk, and a clock that is told.

use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use kortisto_tests::perfect::PaperNotary;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use register::replica::{
    Answer, Command, Effect, Input, Moment, Notary as _, Notice, Refusal, Replica, node_id,
};
use vault::{FileVault, Vault};

const NOTARY: PaperNotary = PaperNotary([1; 32]);

/// A node.
pub(crate) struct Lone {
    replica: Replica,
    pub(crate) vault: FileVault,
    now: Timestamp,
    rng: ChaCha8Rng,
}

impl Lone {
    /// A new node in `directory`.
    pub(crate) fn new(directory: &Path) -> Self {
        Vault::create(directory).unwrap();
        let (mut vault, holdings, _) = Vault::open(directory).unwrap();
        let now: Timestamp = "2026-11-02T08:00:00Z".parse().unwrap();
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let mut effects = Vec::new();
        let mut moment = Moment {
            now,
            rng: &mut rng,
            notary: &NOTARY,
        };
        let node = node_id(&NOTARY.key());
        let replica = Replica::open(node, holdings, &vault, &mut moment, &mut effects).unwrap();
        for effect in &effects {
            if let Effect::Persist(group) = effect {
                vault.stage(group).unwrap();
            }
        }
        vault.sync().unwrap();
        Self {
            replica,
            vault,
            now,
            rng,
        }
    }

    /// Gives the node one input, as its event loop would: what comes of it is durable before this returns, and the
    /// keys of whoever was forgotten are gone.
    pub(crate) fn input(&mut self, input: Input) -> Option<Result<Answer, Refusal>> {
        let mut effects = Vec::new();
        let mut moment = Moment {
            now: self.now,
            rng: &mut self.rng,
            notary: &NOTARY,
        };
        self.replica
            .handle(input, &self.vault, &mut moment, &mut effects);
        let mut answer = None;
        let mut forgotten = Vec::new();
        for effect in effects {
            match effect {
                Effect::Persist(group) => self.vault.stage(&group).unwrap(),
                Effect::Reply(_, reply) => answer = Some(reply),
                Effect::Notify(Notice::Forgotten(record)) => forgotten.push(record),
                _ => {}
            }
        }
        self.vault.sync().unwrap();
        for record in forgotten {
            self.input(Input::Forgotten(record));
        }
        answer
    }

    /// Gives the node a command that has to be carried out.
    pub(crate) fn command(&mut self, command: Command) -> Answer {
        self.input(Input::Command { ticket: 1, command })
            .unwrap()
            .unwrap()
    }

    /// Lets days go by, one after the other.
    pub(crate) fn pass(&mut self, days: i64) {
        for _ in 0..days {
            self.now += SignedDuration::from_hours(24);
            self.input(Input::Tick);
        }
    }

    /// How many clients there are.
    pub(crate) fn clients(&self) -> usize {
        self.replica.report().clients
    }
}

//! A node's directory: made, opened for one errand, or opened to run.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use link::identity::{Identity, IdentityError};
use register::audit::{Checkpoint, Witness};
use register::document::Collection;
use register::edit::{Change, Edit, Target};
use register::id::{EntryId, NodeId, OPERATOR, SETTINGS};
use register::people::Role;
use register::replica::{Command, Notary};
use register::settings::Premises;
use register::value::Content;
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use vault::{FileVault, Vault};

use crate::backup::keeper::Keeper;
use crate::clock::Chance;
use crate::config::{self, Config};
use crate::errand::{Clerk, Errand, Reply, Way};
use crate::exit::{Attempt as _, Exit, Failure, Outcome};
use crate::keys;
use crate::seal::Seal;
use crate::standing::Facts;
use crate::turn::{NoLine, Office, Running, Turn};

/// Where a node's key and certificate are.
pub const IDENTITY: &str = "identity";

/// What a new node is made of.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The premises' name.
    pub name: String,
    /// Where the console will listen.
    pub console: SocketAddr,
    /// Where the link will listen.
    pub link: SocketAddr,
    /// The first user, who gets a one-time code; `None` when users come from another premises.
    pub owner: Option<String>,
    /// A directory with an identity to be copied; `None` makes a new one.
    pub identity: Option<PathBuf>,
}

/// What was made.
#[derive(Debug)]
pub struct Made {
    /// What other premises pair with.
    pub peer_id: String,
    /// The owner's one-time set-up code, when there is an owner.
    pub code: Option<String>,
}

/// Makes a new node in `dir`, which is made if it is not there.
///
/// # Errors
/// When a node, or something that could be a part of one, is there; failures of the disk.
pub async fn found(dir: &Path, plan: &Plan) -> Outcome<Made> {
    if dir.join(config::FILE).exists() || dir.join(IDENTITY).exists() {
        return Err(Failure::from(vault::VaultError::Exists).context(dir.display()));
    }
    fs::create_dir_all(dir).attempt(format!("make the directory {}", dir.display()))?;
    restrict(dir)?;
    Vault::create(dir).map_err(Failure::from)?;
    let identity = dir.join(IDENTITY);
    if let Some(source) = &plan.identity {
        copy_identity(source, &identity)?;
    } else {
        Identity::create(&identity).map_err(identity_failure)?;
    }
    restrict(&identity)?;
    // Last, since a directory with this file in it counts as a node.
    let text = Config::template(&plan.name, plan.console, plan.link);
    write_durably(&dir.join(config::FILE), text.as_bytes())?;
    let stopped = Stopped::open(dir)?;
    let node = stopped.facts.node;
    let peer_id = stopped.facts.peer_id.clone();
    let office = stopped.office.clone();
    let mut way = Way::Stopped(Box::new(stopped));
    let code = furnish(&mut way, &office, node, plan).await;
    drop(office);
    // What furnishing led to is closed in good order either way.
    way.end().await?;
    Ok(Made {
        peer_id,
        code: code?,
    })
}

/// The first records of a node: its premises, and its first user, whose one-time code is returned.
async fn furnish(
    way: &mut Way,
    office: &Office,
    node: NodeId,
    plan: &Plan,
) -> Outcome<Option<String>> {
    let premises = Premises {
        name: plan.name.clone(),
        address: String::new(),
        phone: String::new(),
    };
    let entry = EntryId::from_bytes(*node.as_bytes());
    let edit = Edit {
        target: Target::Latest(SETTINGS),
        author: OPERATOR,
        changes: vec![Change::SetEntry(
            Collection::Premises,
            entry,
            Content::Premises(premises),
        )],
    };
    office.ask(Command::Edit(edit)).await??;
    let Some(name) = &plan.owner else {
        return Ok(None);
    };
    let errand = Errand::AddUser {
        name: name.clone(),
        role: Role::Owner.code().to_owned(),
        password: None,
        undertaking: None,
    };
    match way.ask_once(errand).await? {
        Reply::User { code, .. } => Ok(code),
        _ => Err(crate::errand::astray()),
    }
}

/// A node's directory, opened: its settings, its identity and the vault with its lock.
#[derive(Debug)]
pub struct Opened {
    /// The settings.
    pub config: Config,
    /// Key and certificate.
    pub identity: Identity,
    /// What signs with that key.
    pub seal: Arc<Seal>,
    /// The replica and the store, not yet running.
    pub turn: Turn<FileVault>,
}

/// Opens the node in `dir`.
///
/// # Errors
/// When there is none, its settings can't be used, it is open already, or its store fails.
pub fn open(dir: &Path) -> Outcome<Opened> {
    let config = settings(dir)?;
    let identity = identity(dir)?;
    let (vault, holdings, opening) = keys::open(dir, &config.keys)?;
    tracing::debug!(
        frame = opening.frame,
        replayed = opening.replayed,
        "the vault is open"
    );
    for repair in &opening.repairs {
        tracing::warn!(%repair, "the vault was repaired when it was opened");
    }
    let seal = Arc::new(Seal::new(&identity).map_err(identity_failure)?);
    let signing = Arc::clone(&seal);
    let sign = Box::new(move |checkpoint: Checkpoint| {
        let signed = signing.sign(&checkpoint.signed());
        Witness {
            checkpoint,
            key: signed.key,
            signature: signed.signature,
        }
    });
    let node = identity.node();
    let chance = Chance::new(Arc::clone(&seal) as Arc<dyn Notary + Send + Sync>)?;
    let turn = Turn::open(node, vault, holdings, chance, sign)?;
    Ok(Opened {
        config,
        identity,
        seal,
        turn,
    })
}

/// The settings of the node in `dir`.
///
/// # Errors
/// When there is no node, or its settings can't be used.
pub fn settings(dir: &Path) -> Outcome<Config> {
    if !dir.join(config::FILE).exists() && !dir.join(IDENTITY).exists() {
        return Err(Failure::from(vault::VaultError::NotANode).context(dir.display()));
    }
    Config::load(dir).map_err(|error| Failure::new(Exit::Config, error))
}

/// The identity of the node in `dir`.
///
/// # Errors
/// When there is none, or it can't be used.
pub fn identity(dir: &Path) -> Outcome<Identity> {
    Identity::load(&dir.join(IDENTITY)).map_err(identity_failure)
}

/// What doesn't change while a node is open.
#[must_use]
pub fn facts(config: &Config, identity: &Identity, running: bool) -> Facts {
    Facts {
        node: identity.node(),
        peer_id: identity.peer_id().to_string(),
        premises: config.premises.clone(),
        console: format!("http://{}/", config.console),
        link: config.link.to_string(),
        running,
    }
}

/// A node that doesn't run, opened for a while: the same event loop, without line and console.
#[derive(Debug)]
pub struct Stopped {
    directory: PathBuf,
    facts: Facts,
    office: Office,
    running: Running,
}

impl Stopped {
    /// Opens the node in `dir`. Needs a runtime.
    ///
    /// # Errors
    /// As [`open`].
    pub fn open(dir: &Path) -> Outcome<Self> {
        let opened = open(dir)?;
        let facts = facts(&opened.config, &opened.identity, false);
        let (_, events) = mpsc::channel(1);
        let (office, running) = opened.turn.start(NoLine, events, Handle::current())?;
        Ok(Self {
            directory: dir.to_owned(),
            facts,
            office,
            running,
        })
    }

    /// A way to ask its event loop.
    #[must_use]
    pub fn office(&self) -> &Office {
        &self.office
    }

    /// Somebody to carry out errands.
    #[must_use]
    pub fn clerk(&self) -> Clerk {
        let keeper = Keeper::new(self.office.clone(), &self.directory, &self.facts.premises);
        Clerk::new(self.office.clone(), self.facts.clone(), None).with_keeper(keeper)
    }

    /// Why the event loop ended by itself. Waits until it does.
    pub async fn failure(&mut self) -> Failure {
        self.running.failed().await.into()
    }

    /// Closes the node.
    ///
    /// # Errors
    /// When its store could not be closed in good order.
    pub async fn close(self) -> Outcome<()> {
        Ok(self.running.stop().await?)
    }
}

fn identity_failure(error: IdentityError) -> Failure {
    Failure::new(Exit::NotANode, error)
}

fn copy_identity(from: &Path, to: &Path) -> Outcome<()> {
    fs::create_dir_all(to).attempt(format!("make the directory {}", to.display()))?;
    let entries = fs::read_dir(from).attempt(format!("read {}", from.display()))?;
    for entry in entries {
        let entry = entry.attempt(format!("read {}", from.display()))?;
        // `copy` takes the permissions along.
        fs::copy(entry.path(), to.join(entry.file_name()))
            .attempt(format!("copy {}", entry.path().display()))?;
    }
    Ok(())
}

/// Only the owner may enter the directory.
fn restrict(dir: &Path) -> Outcome<()> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(dir, fs::Permissions::from_mode(0o700))
        .attempt(format!("restrict the directory {}", dir.display()))
}

fn write_durably(path: &Path, bytes: &[u8]) -> Outcome<()> {
    use std::io::Write as _;
    let write = || {
        let mut file = fs::File::create_new(path)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        match path.parent() {
            Some(dir) => fs::File::open(dir)?.sync_all(),
            None => Ok(()),
        }
    };
    write().attempt(format!("write {}", path.display()))
}

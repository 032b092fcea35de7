//! Two paired nodes with a line between them that a test can cut.

use std::path::Path;
use std::time::Duration;

use anyhow::Context;

use crate::node::Node;
use crate::relay::Relay;
use crate::waiting;
use crate::web::Visitor;

/// How long two nodes with a healthy line may take to agree, unless a test says otherwise.
pub const AGREE_TIME: Duration = Duration::from_secs(60);

/// Poikuekatu, Aleksanterinkatu, and the line.
pub struct Pair {
    /// Poikuekatu: where the register is imported.
    pub first: Node,
    /// Aleksanterinkatu.
    pub second: Node,
    /// The line between them.
    pub line: Relay,
}

impl Pair {
    /// Makes both nodes, opens the line and pairs them. Neither runs yet.
    ///
    /// # Errors
    /// When a command fails.
    pub fn init(parent: &Path, seed: u64) -> anyhow::Result<Self> {
        let first = Node::init(parent, "Poikuekatu")?;
        let second = Node::init(parent, "Aleksanterinkatu")?;
        let line = Relay::open(seed, first.link(), second.link())?;
        let (near, far) = (line.near().to_string(), line.far().to_string());
        first
            .command(&["peer", "add"], &["--id", &second.id()?, "--addr", &near])?
            .fine()?;
        second
            .command(&["peer", "add"], &["--id", &first.id()?, "--addr", &far])?
            .fine()?;
        Ok(Self {
            first,
            second,
            line,
        })
    }

    /// The same, both running.
    ///
    /// # Errors
    /// When a command fails or a node doesn't start.
    pub async fn start(parent: &Path, seed: u64) -> anyhow::Result<Self> {
        let mut pair = Self::init(parent, seed)?;
        pair.first.start().await?;
        pair.second.start().await?;
        Ok(pair)
    }

    /// The first node's owner at the second's console, as soon as the password that they chose has arrived there.
    ///
    /// # Errors
    /// When it doesn't arrive.
    pub async fn owner_at_second(&self) -> anyhow::Result<Visitor> {
        waiting::until(
            "the owner is known at the other premises",
            AGREE_TIME,
            async || self.second.log_in(self.first.owner_name()).await.map(Some),
        )
        .await
    }

    /// Waits until both export the same, and returns that.
    ///
    /// # Errors
    /// When they don't agree in time: with the first lines that differ, and the logs.
    pub async fn agreed(&self, limit: Duration) -> anyhow::Result<String> {
        self.agreed_when(limit, |_| true).await
    }

    /// Waits until both export the same and that is as `complete` wants it.
    ///
    /// # Errors
    /// When that doesn't come in time: with the first lines that differ, and the logs.
    pub async fn agreed_when(
        &self,
        limit: Duration,
        complete: impl Fn(&str) -> bool,
    ) -> anyhow::Result<String> {
        waiting::until("both premises hold the same", limit, async || {
            let (first, second) = (self.first.export()?, self.second.export()?);
            if first != second {
                anyhow::bail!("{}", difference(&first, &second));
            }
            anyhow::ensure!(
                !first.contains("\"awaited\":true"),
                "both lack values of the same records"
            );
            Ok(complete(&first).then_some(first))
        })
        .await
        .with_context(|| format!("{}\n{}", self.first.log_end(), self.second.log_end()))
    }
}

/// Where two exports differ.
fn difference(first: &str, second: &str) -> String {
    let counts = format!(
        "{} lines and {} lines",
        first.lines().count(),
        second.lines().count()
    );
    match first
        .lines()
        .zip(second.lines())
        .find(|(one, other)| one != other)
    {
        Some((one, other)) => format!("{counts}; first difference:\n{one}\n{other}"),
        None => counts,
    }
}

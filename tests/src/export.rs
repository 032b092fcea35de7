//! What `kortisto export --format jsonl` writes: one client a line, sorted by id.

use anyhow::Context;
use serde::Deserialize;
use serde_json::Value;

/// One client.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Client {
    /// Record id.
    pub id: String,
    /// Number in the register it was imported from.
    pub legacy_id: Option<Value>,
    /// Last name.
    pub last_name: Option<String>,
    /// First name.
    pub first_name: Option<String>,
    /// Year of birth.
    pub birth_year: Option<i64>,
    /// Phone numbers, E.164.
    pub phones: Vec<String>,
    /// E-mail addresses.
    pub emails: Vec<String>,
    /// Health entries.
    pub health: Vec<Value>,
    /// Treatments.
    pub treatments: Vec<Value>,
    /// Marketing permission.
    pub marketing: Marketing,
    /// Notes.
    pub notes: Vec<Value>,
    /// Consents, patch tests, adverse events and the like, where there are any.
    #[serde(default)]
    pub safety: Option<Value>,
    /// Requests under the law, where there are any.
    #[serde(default)]
    pub requests: Vec<Value>,
    /// Fields with more than one value.
    pub conflicts: Vec<Value>,
    /// Something of it has not arrived yet.
    #[serde(default)]
    pub awaited: bool,
}

/// Marketing permission.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Marketing {
    /// Whether notices may be sent.
    pub allowed: bool,
}

impl Client {
    /// The number in the register it was imported from, as text.
    #[must_use]
    pub fn legacy(&self) -> Option<String> {
        match self.legacy_id.as_ref()? {
            Value::Null => None,
            Value::String(text) => Some(text.clone()),
            other => Some(other.to_string()),
        }
    }

    /// First and last name.
    #[must_use]
    pub fn name(&self) -> String {
        format!(
            "{} {}",
            self.first_name.as_deref().unwrap_or("?"),
            self.last_name.as_deref().unwrap_or("?")
        )
    }
}

/// Reads an export.
///
/// # Errors
/// When a line is not as documented, or the lines are not sorted by id.
pub fn read(text: &str) -> anyhow::Result<Vec<Client>> {
    let clients: Vec<Client> = text
        .lines()
        .map(|line| serde_json::from_str(line).with_context(|| format!("not a client: {line}")))
        .collect::<anyhow::Result<_>>()?;
    anyhow::ensure!(
        clients.is_sorted_by(|one, next| one.id < next.id),
        "not sorted by id, or an id twice"
    );
    Ok(clients)
}

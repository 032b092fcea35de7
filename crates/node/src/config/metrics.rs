//! The table `[metrics]`: where numbers for Prometheus are served.

use std::net::SocketAddr;

use super::{ConfigError, Section, console_address};

const ADDRESS_ALLOWED: &str = "a loopback address and a port in quotes, such as \"127.0.0.1:7442\"; \
     numbers are served without a password, so they must not be reachable from other machines";

impl Section<'_, '_> {
    /// The table `[metrics]` of the file: where they are served; `None` when they are not.
    pub(super) fn metrics(&self) -> Result<Option<SocketAddr>, ConfigError> {
        let table = self.section("metrics")?;
        table.only(&["address"])?;
        table.text("address", ADDRESS_ALLOWED, console_address)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::Config;

    fn read(table: &str) -> Result<Config, super::ConfigError> {
        Config::read(&format!("premises = \"P\"\n{table}"), Path::new("k"))
    }

    #[test]
    fn numbers_are_served_on_loopback_and_only_when_wanted() {
        assert_eq!(read("").unwrap().metrics, None);
        let config = read("[metrics]\naddress = \"127.0.0.1:7442\"\n").unwrap();
        assert_eq!(config.metrics, Some("127.0.0.1:7442".parse().unwrap()));
        for address in ["0.0.0.0:7442", "192.0.2.7:7442", "7442"] {
            let error = read(&format!("[metrics]\naddress = \"{address}\"\n")).unwrap_err();
            assert_eq!(
                (error.line, error.key.as_str()),
                (Some(3), "metrics.address")
            );
            assert!(error.problem.contains("must not be reachable"), "{error}");
        }
    }
}

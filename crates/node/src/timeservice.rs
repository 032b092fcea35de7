//! Whether the system's time service vouches for the clock: systemd-timesyncd, or chrony.
//!
//! Asked only while the clock is doubted, since a clock that nobody doubts needs no voucher, and never
//! in the event loop. systemd-timesyncd touches a file when it has set the clock; it counts when that
//! was in this life of the machine and is not in the future, so a clock that was changed by hand
//! afterwards is not vouched for. chrony is asked through its own client.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime};

use jiff::{SignedDuration, Timestamp};
use register::replica::Hold;
use tokio::time::sleep;

use crate::clock;
use crate::turn::{Office, Silent};

/// What systemd-timesyncd touches.
const TIMESYNCD: &str = "/run/systemd/timesync/synchronized";
/// When the machine was started, among other things, by today's clock.
const STAT: &str = "/proc/stat";
/// chrony's client.
const CHRONYC: &str = "/usr/bin/chronyc";
/// How often it is asked while the clock is doubted.
const EVERY: Duration = Duration::from_secs(180);
/// Two readings of one moment may differ by so much.
const SLACK: SignedDuration = SignedDuration::from_secs(60);
/// chrony's last word may be so old.
const FRESH: SignedDuration = SignedDuration::from_hours(24);

/// Asks the time service whenever the clock is doubted, until the node stops.
pub async fn watch(office: Office) {
    let mut report = office.report();
    loop {
        let doubted = report
            .wait_for(|report| matches!(report.retention.hold, Some(Hold::Clock(_))))
            .await
            .is_ok();
        if !doubted {
            return;
        }
        let vouched = tokio::task::spawn_blocking(|| vouches(clock::now())).await;
        if vouched.unwrap_or(false) {
            tracing::info!("the system's time service vouches for the clock");
            if let Err(Silent) = office.confirm_clock().await {
                return;
            }
        }
        sleep(EVERY).await;
    }
}

/// Whether a time service vouches for a clock that shows `now`. Reads files and may start a process.
fn vouches(now: Timestamp) -> bool {
    // A clock that a test has moved is not the system's.
    !clock::is_moved() && (timesyncd_vouches(now) || chrony_vouches(now))
}

fn timesyncd_vouches(now: Timestamp) -> bool {
    let synchronized = fs::metadata(Path::new(TIMESYNCD))
        .and_then(|metadata| metadata.modified())
        .ok()
        .and_then(|at: SystemTime| Timestamp::try_from(at).ok());
    let started = fs::read_to_string(STAT)
        .ok()
        .and_then(|stat| started(&stat));
    match (synchronized, started) {
        (Some(synchronized), Some(started)) => in_this_life(synchronized, started, now),
        _ => false,
    }
}

/// When the machine was started, as today's clock has it.
fn started(stat: &str) -> Option<Timestamp> {
    let line = stat.lines().find_map(|line| line.strip_prefix("btime "))?;
    Timestamp::from_second(line.trim().parse().ok()?).ok()
}

fn in_this_life(synchronized: Timestamp, started: Timestamp, now: Timestamp) -> bool {
    synchronized.duration_since(started) >= -SLACK && synchronized.duration_since(now) <= SLACK
}

fn chrony_vouches(now: Timestamp) -> bool {
    let said = Command::new(CHRONYC)
        .args(["-c", "-n", "tracking"])
        .env_clear()
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output();
    said.ok()
        .filter(|said| said.status.success())
        .and_then(|said| String::from_utf8(said.stdout).ok())
        .is_some_and(|said| chrony_tracks(&said, now))
}

/// Whether the one line that chrony says of itself means that the clock is kept: its last word is fresh,
/// the clock is near it, and it is not "Not synchronised".
fn chrony_tracks(said: &str, now: Timestamp) -> bool {
    let fields: Vec<&str> = said.trim().split(',').collect();
    let seconds = fields
        .get(3)
        .and_then(|at| at.split('.').next()?.parse().ok());
    let at = seconds.and_then(|at| Timestamp::from_second(at).ok());
    let offset = fields.get(4).and_then(|offset| offset.parse::<f64>().ok());
    let kept = fields
        .last()
        .is_some_and(|leap| matches!(*leap, "Normal" | "Insert second" | "Delete second"));
    let near = offset.is_some_and(|offset| offset.abs() < SLACK.as_secs_f64());
    kept && near && at.is_some_and(|at| now.duration_since(at).abs() <= FRESH)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn the_service_vouches_for_this_life_only() {
        let started = time("2026-11-25T08:00:00Z");
        let check = |synchronized: &str, now: &str, expected: bool| {
            let vouched = in_this_life(time(synchronized), started, time(now));
            assert_eq!(vouched, expected, "{synchronized} {now}");
        };
        check("2026-11-25T08:00:20Z", "2026-11-25T17:00:00Z", true);
        check("2026-11-24T08:00:20Z", "2026-11-25T17:00:00Z", false);
        // Set back by hand afterwards: the machine's start moves along.
        check("2026-11-25T08:00:20Z", "1970-01-01T00:10:00Z", false);
        // Set ahead by hand afterwards.
        let leapt = in_this_life(
            time("2026-11-25T08:00:20Z"),
            time("2099-01-01T08:00:00Z"),
            time("2099-01-01T17:00:00Z"),
        );
        assert!(!leapt);
    }

    #[test]
    fn the_start_of_the_machine_is_read() {
        let stat = "cpu  1 2 3\nintr 5\nctxt 6\nbtime 1795593600\nprocesses 7\n";
        assert_eq!(started(stat), Timestamp::from_second(1_795_593_600).ok());
        assert_eq!(started("cpu 1\n"), None);
    }

    #[test]
    fn chrony_has_to_be_synchronised_and_fresh() {
        let now = Timestamp::from_second(1_795_600_000).unwrap();
        let line = |at: &str, offset: &str, leap: &str| {
            format!(
                "C0000207,192.0.2.7,2,{at},{offset},0.0001,0.0002,1.5,0.0,0.1,0.01,0.001,64.2,{leap}\n"
            )
        };
        let fine = line("1795599000.123", "0.000021", "Normal");
        assert!(chrony_tracks(&fine, now));
        for line in [
            line("1795599000.1", "0.000021", "Not synchronised"),
            line("1795399000.1", "0.000021", "Normal"),
            line("1795599000.1", "-5184000.0", "Normal"),
            String::new(),
            "506 Cannot talk to daemon".to_owned(),
        ] {
            assert!(!chrony_tracks(&line, now), "{line}");
        }
    }
}

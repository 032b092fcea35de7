//! One stream per open page: which records changed, by id only, and that this node is there.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use register::id::{CATALOGUE, RecordId, SETTINGS};
use register::replica::Report;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::sync::{OwnedSemaphorePermit, broadcast, watch};
use tokio::time::{Instant, sleep_until};

use crate::house::House;
use crate::line::LineCheck;
use crate::problem::Problem;
use crate::secret::Token;
use crate::visitor::Visitor;

/// How often a page hears that the node is there.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// Changes within this time are told together.
const TOGETHER: Duration = Duration::from_millis(40);
/// More changes than this at once, and the page loads itself again.
const AT_ONCE: usize = 64;

struct Listening {
    house: Arc<House>,
    token: Token,
    changes: broadcast::Receiver<RecordId>,
    report: watch::Receiver<Report>,
    /// Pairing goes on.
    pairing: Option<watch::Receiver<u64>>,
    line_check: watch::Receiver<LineCheck>,
    closing: watch::Receiver<bool>,
    beat: Instant,
    greeted: bool,
    /// When a change was last told.
    told: Instant,
    _place: OwnedSemaphorePermit,
}

/// What a page hears.
enum Heard {
    Changed(BTreeSet<RecordId>),
    Reload,
    Standing,
    Beat,
    Locked,
    End,
}

/// What woke the stream.
enum Woken {
    Changed(RecordId),
    Reload,
    Standing,
    Beat,
    End,
}

/// The stream of one page.
pub(crate) async fn stream(
    State(house): State<Arc<House>>,
    who: Visitor,
) -> Result<Response, Problem> {
    let place = Arc::clone(&house.streams)
        .try_acquire_owned()
        .map_err(|_| Problem::Busy)?;
    let listening = Listening {
        token: who.token,
        changes: house.desk.changes.subscribe(),
        report: house.desk.report.clone(),
        pairing: house.desk.pair.as_ref().map(|pair| pair.changed()),
        line_check: house.desk.line_check.clone(),
        closing: house.closing.clone(),
        beat: Instant::now() + HEARTBEAT,
        greeted: false,
        told: Instant::now(),
        house,
        _place: place,
    };
    let events = stream::unfold(Some(listening), |listening| async move {
        let mut listening = listening?;
        let (event, goes_on) = match listening.next().await {
            Heard::Changed(records) => {
                let ids: Vec<String> = records.iter().map(|id| listening.record(*id)).collect();
                (Event::default().event("changed").data(ids.join(" ")), true)
            }
            Heard::Reload => (named("reload"), true),
            Heard::Standing => (named("standing"), true),
            Heard::Beat => (named("beat"), true),
            Heard::Locked => (named("locked"), false),
            Heard::End => return None,
        };
        Some((Ok::<_, Infallible>(event), goes_on.then_some(listening)))
    });
    Ok(Sse::new(events).into_response())
}

/// An event that says no more than its name. Browsers don't hear one without data.
fn named(event: &str) -> Event {
    Event::default().event(event).data(event)
}

/// Completes when pairing has come further; never where there is none.
async fn stirred(pairing: &mut Option<watch::Receiver<u64>>) {
    let told = match pairing {
        Some(pairing) => pairing.changed().await.is_ok(),
        None => false,
    };
    if !told {
        core::future::pending().await
    }
}

impl Listening {
    /// A record as the stream names it: one that is no longer shown to anybody with a minus before it.
    fn record(&self, record: RecordId) -> String {
        let directory = self.house.desk.directory();
        let own = [SETTINGS, CATALOGUE].contains(&record) || directory.user(record).is_some();
        let gone = !own && directory.client(record).is_none();
        format!("{}{record}", if gone { "-" } else { "" })
    }

    async fn next(&mut self) -> Heard {
        // The first word tells the page that it is heard.
        if !self.greeted {
            self.greeted = true;
            return Heard::Beat;
        }
        let heard = tokio::select! {
            biased;
            _ = self.closing.wait_for(|closing| *closing) => Woken::End,
            changed = self.changes.recv() => match changed {
                Ok(record) => Woken::Changed(record),
                Err(RecvError::Lagged(_)) => Woken::Reload,
                Err(RecvError::Closed) => Woken::End,
            },
            standing = self.report.changed() => match standing {
                Ok(()) => Woken::Standing,
                Err(_) => Woken::End,
            },
            () = stirred(&mut self.pairing) => Woken::Standing,
            Ok(()) = self.line_check.changed() => Woken::Standing,
            () = sleep_until(self.beat) => Woken::Beat,
        };
        match heard {
            Woken::Changed(record) => self.together(record).await,
            Woken::Reload => Heard::Reload,
            Woken::Standing => Heard::Standing,
            Woken::Beat => self.heartbeat(),
            Woken::End => Heard::End,
        }
    }

    /// Collects what changed along with `record`. The first change of a quiet page is told at once.
    async fn together(&mut self, record: RecordId) -> Heard {
        let mut records = BTreeSet::from([record]);
        let now = Instant::now();
        if now < self.told + TOGETHER {
            sleep_until(self.told + TOGETHER).await;
        }
        self.told = Instant::now();
        loop {
            match self.changes.try_recv() {
                Ok(record) => {
                    records.insert(record);
                }
                Err(TryRecvError::Lagged(_)) => return Heard::Reload,
                Err(TryRecvError::Empty | TryRecvError::Closed) => break,
            }
            if records.len() > AT_ONCE {
                return Heard::Reload;
            }
        }
        Heard::Changed(records)
    }

    /// The node is there; whether the session is still open is looked at along with it.
    fn heartbeat(&mut self) -> Heard {
        self.beat = Instant::now() + HEARTBEAT;
        let now = (self.house.clock)();
        let known = self.house.sessions.find(&self.token, false, now);
        let open = known.is_some_and(|known| {
            let directory = self.house.desk.directory();
            !known.locked
                && directory
                    .user(known.user)
                    .is_some_and(|user| !user.disabled)
        });
        if open { Heard::Beat } else { Heard::Locked }
    }
}

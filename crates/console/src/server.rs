//! Routes, and the sockets behind them.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::serve::Listener;
use register::access::Action::{
    DestroyPapers, EditContact, EditSettings, EndAccess, Erase, Export, Govern, ManageUsers,
    ReadAudit, ReadCards, ReadCare, RecordRequests, Retain,
};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, Sleep, sleep};

use crate::clock::Clock;
use crate::desk::Desk;
use crate::doors::Access::{Anyone, May, Proved, Users};
use crate::doors::{Door, Doors};
use crate::house::House;
use crate::marketing::courier;
use crate::session::{confirm, lock, login, second, setup, undertaking};
use crate::{
    adverse_events, alarm, api, assets, audit, breaches, card, clients, clinic, conflicts,
    consent_texts, duplicates, erasures, events, factor, gate, help, home, marketing, me, overview,
    pair, papers, premises, quarantine, quick, requests, retention, tasks, tokens, treatments,
    users,
};

/// The largest body that is read, in bytes.
const BODY_LIMIT: usize = 64 * 1024;
/// The most connections at once.
const CONNECTIONS: usize = 256;
/// A connection on which nothing moves for this long is closed. Longer than the heartbeat of open pages.
const QUIET_TIME: Duration = Duration::from_secs(60);

/// So often sessions that nobody used for too long are looked for, so that the audit log says when they locked.
const LOCK_LOOK: Duration = Duration::from_secs(15);

/// Serves the console until `shutdown` completes, then ends open pages' streams and finishes what is under way.
///
/// # Errors
/// When the listener has no address or the operating system gives no randomness.
pub async fn serve(
    listener: TcpListener,
    desk: Desk,
    clock: Clock,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let address = listener.local_addr()?;
    let (closing, closed) = watch::channel(false);
    let house = House::new(desk, address, clock, closed.clone()).map_err(io::Error::other)?;
    let house = Arc::new(house);
    let mut beside = JoinSet::new();
    beside.spawn(watch_locks(Arc::clone(&house), closed));
    if let Some(post) = house.desk.post.clone() {
        beside.spawn(courier::run(Arc::clone(&house), post));
    }
    let app = app(&house);
    let ending = async move {
        shutdown.await;
        let _ = closing.send(true);
    };
    axum::serve(Bounded::new(listener), app)
        .with_graceful_shutdown(ending)
        .await?;
    // A letter that is being handed over is not left in doubt.
    while beside.join_next().await.is_some() {}
    Ok(())
}

/// Tells the audit log of sessions that locked themselves, until the console closes.
async fn watch_locks(house: Arc<House>, mut closing: watch::Receiver<bool>) {
    loop {
        tokio::select! {
            () = sleep(LOCK_LOOK) => house.tell_locked().await,
            changed = closing.changed() => if changed.is_err() || *closing.borrow() { return },
        }
    }
}

fn app(house: &Arc<House>) -> Router {
    plan()
        .router(house)
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(from_fn_with_state(Arc::clone(house), gate::pass))
        .with_state(Arc::clone(house))
}

/// The console as a service, for a listener at `address`. Streams end when `closing` becomes true.
///
/// # Errors
/// When the operating system gives no randomness.
pub fn router(
    desk: Desk,
    address: SocketAddr,
    clock: Clock,
    closing: watch::Receiver<bool>,
) -> io::Result<Router> {
    let house = House::new(desk, address, clock, closing).map_err(io::Error::other)?;
    Ok(app(&Arc::new(house)))
}

/// Every door of the console, and who passes it.
#[must_use]
pub fn doors() -> Vec<Door> {
    plan().list()
}

fn plan() -> Doors {
    Doors::default()
        .get("/", Users, home::page)
        .get("/assets/{hash}/{name}", Anyone, assets::serve)
        .get("/events", Users, events::stream)
        .get("/help", Users, help::page)
        .get("/alarms", Users, alarm::part)
        .post("/alarms/{id}/dismiss", Users, alarm::dismiss)
        .get("/conflicts", May(ReadCards), conflicts::page)
        .get("/requests", May(RecordRequests), requests::page)
        .get("/adverse-events", May(ReadCare), adverse_events::page)
        .post(
            "/adverse-events.csv",
            Proved(Export),
            adverse_events::export,
        )
        .get("/consent", May(ReadCare), consent_texts::page)
        .post("/consent", May(EditSettings), consent_texts::submit)
        .get("/duplicates", May(EditContact), duplicates::page)
        .post("/duplicates", May(EditContact), duplicates::judge)
        .get("/tasks", May(DestroyPapers), tasks::page)
        .post("/tasks/{id}/done", May(DestroyPapers), tasks::tick_off)
        .and(premises::doors())
        .and(pair::doors())
        .and(papers::doors())
        .and(breaches::doors())
        .and(own())
        .and(desk())
        .and(marketing::doors())
        .and(tokens::doors())
        .and(api::doors())
        .and(treatments::doors())
        .and(clients::doors())
        .and(card::doors())
}

/// Who somebody is, and how the console looks to them.
fn own() -> Doors {
    Doors::default()
        .get("/login", Anyone, login::page)
        .post("/login", Anyone, login::submit)
        .get("/login/code", Anyone, second::page)
        .post("/login/code", Anyone, second::submit)
        .post("/logout", Anyone, login::leave)
        .get("/lock", Anyone, lock::page)
        .post("/lock", Anyone, lock::open)
        .post("/lock/now", Anyone, lock::now)
        .get("/setup", Anyone, setup::page)
        .post("/setup", Anyone, setup::submit)
        .get("/undertaking", Anyone, undertaking::page)
        .post("/undertaking", Anyone, undertaking::submit)
        .get("/language/{code}", Anyone, me::language)
        .get("/me", Users, me::page)
        .post("/me", Users, me::submit)
        .post("/me/password", Users, me::password)
        .post("/me/quick", Users, quick::set)
        .post("/me/quick/off", Users, quick::remove)
        .get("/confirm", Users, confirm::page)
        .post("/confirm", Users, confirm::submit)
        .get("/me/second-factor", Users, factor::page)
        .post("/me/second-factor", Users, factor::switch_on)
        .post("/me/second-factor/off", Users, factor::switch_off)
}

/// The owner's desk.
fn desk() -> Doors {
    Doors::default()
        .post("/clock/confirm", May(Retain), alarm::confirm_clock)
        .post("/quarantine/release", May(Retain), quarantine::release)
        .get("/erasures", May(Erase), erasures::list)
        .get("/erasures/{id}", May(Erase), erasures::page)
        .get("/retention", May(Retain), retention::page)
        .get("/retention/run", May(Retain), retention::page)
        .post("/retention/run", Proved(Retain), retention::run)
        .get("/admin/overview", May(Govern), overview::page)
        .get("/admin/clinic", May(Govern), clinic::page)
        .post("/admin/clinic", May(EditSettings), clinic::controller)
        .post(
            "/admin/clinic/premises/{id}",
            May(EditSettings),
            clinic::premises,
        )
        .get("/audit", May(ReadAudit), audit::page)
        .post("/audit/check", May(ReadAudit), audit::check)
        .get("/clients/{id}/history", May(ReadAudit), audit::history)
        .get("/admin/users/{id}/audit", May(ReadAudit), audit::of_user)
        .get("/admin/users", May(ManageUsers), users::page)
        .post("/admin/users", May(ManageUsers), users::add)
        .post("/admin/users/{id}/code", May(ManageUsers), users::code)
        .post("/admin/users/{id}/end", May(EndAccess), users::end)
        .post("/admin/users/{id}/factor", May(ManageUsers), factor::reset)
}

/// A listener that takes a bounded number of connections and closes silent ones.
struct Bounded {
    listener: TcpListener,
    places: Arc<Semaphore>,
}

impl Bounded {
    fn new(listener: TcpListener) -> Self {
        Self {
            listener,
            places: Arc::new(Semaphore::new(CONNECTIONS)),
        }
    }
}

impl Listener for Bounded {
    type Io = Connection;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Connection, SocketAddr) {
        // The semaphore is never closed, so there is always a place in the end.
        let place = Arc::clone(&self.places).acquire_owned().await.ok();
        let (stream, address) = Listener::accept(&mut self.listener).await;
        // Small answers must not wait for more to come.
        let _ = stream.set_nodelay(true);
        let connection = Connection {
            stream,
            quiet: Box::pin(sleep(QUIET_TIME)),
            _place: place,
        };
        (connection, address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// A connection that ends when nothing moves on it.
struct Connection {
    stream: TcpStream,
    quiet: Pin<Box<Sleep>>,
    _place: Option<OwnedSemaphorePermit>,
}

impl Connection {
    fn moved(&mut self) {
        self.quiet.as_mut().reset(Instant::now() + QUIET_TIME);
    }

    fn check(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.quiet.as_mut().poll(context) {
            Poll::Ready(()) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
            Poll::Pending => Poll::Pending,
        }
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match Pin::new(&mut self.stream).poll_read(context, buffer) {
            Poll::Ready(result) => {
                self.moved();
                Poll::Ready(result)
            }
            Poll::Pending => self.check(context),
        }
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match Pin::new(&mut self.stream).poll_write(context, bytes) {
            Poll::Ready(result) => {
                self.moved();
                Poll::Ready(result)
            }
            Poll::Pending => match self.check(context) {
                Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
                _ => Poll::Pending,
            },
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

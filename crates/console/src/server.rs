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
use axum::routing::{get, post};
use axum::serve::Listener;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::{Instant, Sleep, sleep};

use crate::clock::Clock;
use crate::desk::Desk;
use crate::house::House;
use crate::session::{lock, login, setup, undertaking};
use crate::{
    alarm, assets, card, clients, conflicts, duplicates, erasures, events, gate, help, home, me,
    premises, quarantine, retention, tasks, users,
};

/// The largest body that is read, in bytes.
const BODY_LIMIT: usize = 64 * 1024;
/// The most connections at once.
const CONNECTIONS: usize = 256;
/// A connection on which nothing moves for this long is closed. Longer than the heartbeat of open pages.
const QUIET_TIME: Duration = Duration::from_secs(60);

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
    let app = router(desk, address, clock, closed)?;
    let ending = async move {
        shutdown.await;
        let _ = closing.send(true);
    };
    axum::serve(Bounded::new(listener), app)
        .with_graceful_shutdown(ending)
        .await
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
    let house = Arc::new(house);
    Ok(Router::new()
        .route("/", get(home::page))
        .route("/assets/{hash}/{name}", get(assets::serve))
        .route("/events", get(events::stream))
        .route("/login", get(login::page).post(login::submit))
        .route("/logout", post(login::leave))
        .route("/lock", get(lock::page).post(lock::open))
        .route("/lock/now", post(lock::now))
        .route("/setup", get(setup::page).post(setup::submit))
        .route(
            "/undertaking",
            get(undertaking::page).post(undertaking::submit),
        )
        .route("/language/{code}", get(me::language))
        .route("/me", get(me::page).post(me::submit))
        .route("/me/password", post(me::password))
        .route("/help", get(help::page))
        .route("/conflicts", get(conflicts::page))
        .route("/duplicates", get(duplicates::page).post(duplicates::judge))
        .route("/alarms", get(alarm::part))
        .route("/alarms/{id}/dismiss", post(alarm::dismiss))
        .route("/clock/confirm", post(alarm::confirm_clock))
        .route("/quarantine/release", post(quarantine::release))
        .route("/erasures", get(erasures::list))
        .route("/erasures/{id}", get(erasures::page))
        .route("/tasks", get(tasks::page))
        .route("/tasks/{id}/done", post(tasks::tick_off))
        .route("/retention", get(retention::page))
        .route("/retention/run", post(retention::run))
        .route("/premises", get(premises::page))
        .route("/premises/line", get(premises::part))
        .route("/premises/check", post(premises::check))
        .route("/admin/users", get(users::page).post(users::add))
        .route("/admin/users/{id}/code", post(users::code))
        .route("/admin/users/{id}/end", post(users::end))
        .merge(clients::routes())
        .merge(card::routes())
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(from_fn_with_state(Arc::clone(&house), gate::pass))
        .with_state(house))
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

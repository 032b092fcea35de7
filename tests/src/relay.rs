//! The line between two premises: a UDP relay in user space that loses, repeats, delays and cuts as it is told.
//!
//! Each node knows the other only by the relay's address, so everything between them passes here:
//!
//! ```text
//! first node  <-->  [near socket | far socket]  <-->  second node
//! ```
//!
//! Decisions come from a seeded generator, one for each direction. (The moments at which datagrams arrive don't, so two
//! runs of one seed are alike but not equal.)

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::net::{SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::Context;
use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};

/// The longest datagram, in bytes.
const DATAGRAM_BYTES: usize = 65_536;
/// The most datagrams on their way in one direction; more are lost, as in a router.
const QUEUE_DATAGRAMS: usize = 4_096;
/// How long a direction sleeps at most before it looks at the clock.
const NAP: Duration = Duration::from_millis(2);

/// What one direction of the line does to datagrams.
#[derive(Debug, Clone, Copy, Default)]
pub struct Weather {
    /// Nothing arrives.
    pub cut: bool,
    /// Of a thousand datagrams, how many are lost.
    pub lost_permille: u32,
    /// Of a thousand datagrams, how many arrive twice.
    pub doubled_permille: u32,
    /// Of a thousand datagrams, how many are held back so that later ones overtake them.
    pub overtaken_permille: u32,
    /// How long each takes at least.
    pub delay: Duration,
}

impl Weather {
    /// What a bad mobile connection does.
    #[must_use]
    pub const fn bad() -> Self {
        Self {
            cut: false,
            lost_permille: 40,
            doubled_permille: 30,
            overtaken_permille: 60,
            delay: Duration::from_millis(8),
        }
    }
}

/// Which way a datagram goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// From the first node to the second.
    Forth,
    /// From the second node to the first.
    Back,
}

struct Way {
    weather: Mutex<Weather>,
    stopping: Arc<AtomicBool>,
}

impl Way {
    fn weather(&self) -> Weather {
        *self.weather.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The relay. It ends when dropped.
pub struct Relay {
    near: SocketAddr,
    far: SocketAddr,
    forth: Arc<Way>,
    back: Arc<Way>,
    stopping: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl Relay {
    /// Opens the line between the link addresses of two nodes.
    ///
    /// # Errors
    /// When no loopback socket can be opened.
    pub fn open(seed: u64, first: SocketAddr, second: SocketAddr) -> anyhow::Result<Self> {
        let near = socket()?;
        let far = socket()?;
        let stopping = Arc::new(AtomicBool::new(false));
        let way = || {
            Arc::new(Way {
                weather: Mutex::default(),
                stopping: Arc::clone(&stopping),
            })
        };
        let (forth, back) = (way(), way());
        let addresses = (near.local_addr()?, far.local_addr()?);
        let threads = vec![
            carry(&forth, near.try_clone()?, far.try_clone()?, second, seed),
            carry(&back, far, near, first, seed ^ u64::MAX),
        ];
        Ok(Self {
            near: addresses.0,
            far: addresses.1,
            forth,
            back,
            stopping,
            threads,
        })
    }

    /// Where the first node finds the second.
    #[must_use]
    pub const fn near(&self) -> SocketAddr {
        self.near
    }

    /// Where the second node finds the first.
    #[must_use]
    pub const fn far(&self) -> SocketAddr {
        self.far
    }

    /// Changes the weather both ways.
    pub fn set(&self, weather: Weather) {
        self.set_one(Direction::Forth, weather);
        self.set_one(Direction::Back, weather);
    }

    /// Changes the weather of one direction.
    pub fn set_one(&self, direction: Direction, weather: Weather) {
        let way = match direction {
            Direction::Forth => &self.forth,
            Direction::Back => &self.back,
        };
        *way.weather.lock().unwrap_or_else(PoisonError::into_inner) = weather;
    }

    /// Cuts the line both ways.
    pub fn cut(&self) {
        self.set(Weather {
            cut: true,
            ..Weather::default()
        });
    }

    /// Heals the line.
    pub fn heal(&self) {
        self.set(Weather::default());
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.stopping.store(true, Ordering::Relaxed);
        for thread in self.threads.drain(..) {
            // A direction that panicked has been heard of already.
            let _ = thread.join();
        }
    }
}

fn socket() -> anyhow::Result<UdpSocket> {
    let socket = UdpSocket::bind("127.0.0.1:0").context("a loopback socket for the relay")?;
    socket.set_read_timeout(Some(NAP))?;
    Ok(socket)
}

/// A datagram on its way: when it is due, its number, its bytes.
type Due = Reverse<(Instant, u64, Vec<u8>)>;

/// Carries what arrives at `from` out of `out` to `to`, until the relay stops.
fn carry(
    way: &Arc<Way>,
    from: UdpSocket,
    out: UdpSocket,
    to: SocketAddr,
    seed: u64,
) -> JoinHandle<()> {
    let way = Arc::clone(way);
    std::thread::spawn(move || {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut waiting: BinaryHeap<Due> = BinaryHeap::new();
        let mut number = 0;
        let mut buffer = vec![0; DATAGRAM_BYTES];
        while !way.stopping.load(Ordering::Relaxed) {
            // Any error here is a time-out, or a "connection refused" of a node that is down: both mean no datagram.
            if let Ok((length, _)) = from.recv_from(&mut buffer) {
                let datagram = buffer.get(..length).unwrap_or_default();
                for due in fate(way.weather(), &mut rng) {
                    if waiting.len() < QUEUE_DATAGRAMS {
                        number += 1;
                        waiting.push(Reverse((due, number, datagram.to_vec())));
                    }
                }
            }
            release(&mut waiting, &out, to);
        }
    })
}

/// When copies of a datagram that just arrived are due: none, one or two.
fn fate(weather: Weather, rng: &mut ChaCha8Rng) -> Vec<Instant> {
    // Three draws whatever happens, so that one setting doesn't shift the others' decisions.
    let mut happens = |permille: u32| rng.next_u32() % 1_000 < permille;
    let (lost, doubled, overtaken) = (
        happens(weather.lost_permille),
        happens(weather.doubled_permille),
        happens(weather.overtaken_permille),
    );
    if weather.cut || lost {
        return Vec::new();
    }
    let held = if overtaken {
        Duration::from_millis(5) + weather.delay
    } else {
        Duration::ZERO
    };
    let due = Instant::now() + weather.delay + held;
    if doubled {
        vec![due, due + Duration::from_millis(1)]
    } else {
        vec![due]
    }
}

fn release(waiting: &mut BinaryHeap<Due>, out: &UdpSocket, to: SocketAddr) {
    let now = Instant::now();
    while waiting
        .peek()
        .is_some_and(|Reverse((due, _, _))| *due <= now)
    {
        if let Some(Reverse((_, _, datagram))) = waiting.pop() {
            // A node that is down refuses: the datagram is lost, which is what happens on a real line.
            let _ = out.send_to(&datagram, to);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sends `count` datagrams and returns the numbers that arrive, in order of arrival.
    fn sent_through(weather: Weather, count: u8) -> Vec<u8> {
        let (first, second) = (socket().unwrap(), socket().unwrap());
        second
            .set_read_timeout(Some(Duration::from_millis(200)))
            .unwrap();
        let relay =
            Relay::open(7, first.local_addr().unwrap(), second.local_addr().unwrap()).unwrap();
        relay.set_one(Direction::Forth, weather);
        for number in 0..count {
            first.send_to(&[number], relay.near()).unwrap();
            std::thread::sleep(Duration::from_millis(1));
        }
        let mut arrived = Vec::new();
        let mut buffer = [0; 8];
        while let Ok((length, from)) = second.recv_from(&mut buffer) {
            assert_eq!((length, from), (1, relay.far()));
            arrived.push(buffer[0]);
        }
        arrived
    }

    #[test]
    fn a_healthy_line_carries_everything_in_order() {
        assert_eq!(
            sent_through(Weather::default(), 50),
            (0..50).collect::<Vec<_>>()
        );
    }

    #[test]
    fn a_cut_line_carries_nothing() {
        assert_eq!(
            sent_through(
                Weather {
                    cut: true,
                    ..Weather::default()
                },
                50
            ),
            Vec::<u8>::new()
        );
    }

    #[test]
    fn a_bad_line_loses_doubles_and_reorders() {
        let arrived = sent_through(
            Weather {
                lost_permille: 200,
                doubled_permille: 200,
                overtaken_permille: 200,
                ..Weather::default()
            },
            200,
        );
        let mut each = arrived.clone();
        each.sort_unstable();
        assert!(!arrived.is_sorted(), "nothing was overtaken");
        let all = each.len();
        each.dedup();
        assert!(each.len() < all, "nothing came twice");
        assert!(each.len() < 200, "nothing was lost");
        assert!(each.len() > 100, "only {} of 200 arrived", each.len());
    }
}

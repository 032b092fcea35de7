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
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
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
/// How long a narrow line's router lets datagrams wait; what would wait longer is lost.
const ROUTER_QUEUE: Duration = Duration::from_millis(250);

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
    /// Of a thousand datagrams, how many arrive with a bit turned over.
    pub spoilt_permille: u32,
    /// How long each takes at least.
    pub delay: Duration,
    /// Up to how much longer some take.
    pub jitter: Duration,
    /// How many bytes pass in a second; `None` for as many as come.
    pub bytes_per_second: Option<u32>,
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
            spoilt_permille: 20,
            delay: Duration::from_millis(8),
            jitter: Duration::from_millis(6),
            bytes_per_second: None,
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
    /// Bytes of datagrams that were let out at the other end.
    carried: AtomicU64,
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
                carried: AtomicU64::new(0),
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

    /// How many bytes of datagrams have passed in a direction.
    #[must_use]
    pub fn carried(&self, direction: Direction) -> u64 {
        self.way(direction).carried.load(Ordering::Relaxed)
    }

    fn way(&self, direction: Direction) -> &Way {
        match direction {
            Direction::Forth => &self.forth,
            Direction::Back => &self.back,
        }
    }

    /// Changes the weather both ways.
    pub fn set(&self, weather: Weather) {
        self.set_one(Direction::Forth, weather);
        self.set_one(Direction::Back, weather);
    }

    /// Changes the weather of one direction.
    pub fn set_one(&self, direction: Direction, weather: Weather) {
        *self
            .way(direction)
            .weather
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = weather;
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
        let mut free = Instant::now();
        let mut buffer = vec![0; DATAGRAM_BYTES];
        while !way.stopping.load(Ordering::Relaxed) {
            // Any error here is a time-out, or a "connection refused" of a node that is down: both mean no datagram.
            if let Ok((length, _)) = from.recv_from(&mut buffer) {
                let mut datagram = buffer.get(..length).unwrap_or_default().to_vec();
                let weather = way.weather();
                for due in fate(weather, &mut datagram, &mut rng) {
                    let Some(late) = narrow(weather, length, &mut free) else {
                        continue;
                    };
                    if waiting.len() < QUEUE_DATAGRAMS {
                        number += 1;
                        waiting.push(Reverse((due + late, number, datagram.clone())));
                    }
                }
            }
            let carried = release(&mut waiting, &out, to);
            way.carried.fetch_add(carried, Ordering::Relaxed);
        }
    })
}

/// How much later a datagram is through a line that is narrow, which is free again at `free`; `None` when it would wait
/// for too long.
fn narrow(weather: Weather, length: usize, free: &mut Instant) -> Option<Duration> {
    let Some(rate) = weather.bytes_per_second else {
        return Some(Duration::ZERO);
    };
    let now = Instant::now();
    let begins = now.max(*free);
    if begins - now > ROUTER_QUEUE {
        return None;
    }
    *free = begins + Duration::from_secs_f64(length as f64 / f64::from(rate.max(1)));
    Some(*free - now)
}

/// When copies of a datagram that just arrived are due: none, one or two. It may be spoilt.
fn fate(weather: Weather, datagram: &mut [u8], rng: &mut ChaCha8Rng) -> Vec<Instant> {
    // The same draws whatever happens, so that one setting doesn't shift the others' decisions.
    let mut happens = |permille: u32| rng.next_u32() % 1_000 < permille;
    let (lost, doubled, overtaken, spoilt) = (
        happens(weather.lost_permille),
        happens(weather.doubled_permille),
        happens(weather.overtaken_permille),
        happens(weather.spoilt_permille),
    );
    let (place, share) = (rng.next_u32() as usize, rng.next_u32());
    if weather.cut || lost {
        return Vec::new();
    }
    let length = datagram.len().max(1);
    if let Some(byte) = datagram.get_mut(place % length).filter(|_| spoilt) {
        *byte ^= 1 << (place % 8);
    }
    let held = if overtaken {
        Duration::from_millis(5) + weather.delay
    } else {
        Duration::ZERO
    };
    let jitter = weather
        .jitter
        .mul_f64(f64::from(share) / f64::from(u32::MAX));
    let due = Instant::now() + weather.delay + jitter + held;
    if doubled {
        vec![due, due + Duration::from_millis(1)]
    } else {
        vec![due]
    }
}

/// Lets out what is due. Returns how many bytes that was.
fn release(waiting: &mut BinaryHeap<Due>, out: &UdpSocket, to: SocketAddr) -> u64 {
    let now = Instant::now();
    let mut carried = 0;
    while waiting
        .peek()
        .is_some_and(|Reverse((due, _, _))| *due <= now)
    {
        if let Some(Reverse((_, _, datagram))) = waiting.pop() {
            // A node that is down refuses: the datagram is lost, which is what happens on a real line.
            let _ = out.send_to(&datagram, to);
            carried += datagram.len() as u64;
        }
    }
    carried
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
    fn a_line_that_spoils_turns_one_bit_over() {
        let weather = Weather {
            spoilt_permille: 1_000,
            ..Weather::default()
        };
        let arrived = sent_through(weather, 20);
        let turned = (0..20).zip(&arrived);
        assert!(turned.clone().count() == 20);
        assert!(
            turned
                .into_iter()
                .all(|(sent, came): (u8, &u8)| (sent ^ came).count_ones() == 1)
        );
    }

    #[test]
    fn a_narrow_line_keeps_few_waiting() {
        // Each takes 50 ms: five wait, the rest is lost.
        let weather = Weather {
            bytes_per_second: Some(20),
            ..Weather::default()
        };
        let started = Instant::now();
        let arrived = sent_through(weather, 40);
        assert!((4..=9).contains(&arrived.len()), "{arrived:?}");
        assert!(started.elapsed() >= Duration::from_millis(250));
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

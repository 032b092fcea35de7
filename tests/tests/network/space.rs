//! Networks of namespaces that go when they are dropped.

use std::fs::File;
use std::io::Write;
use std::os::fd::AsFd;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use kortisto_tests::skip;
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};

static NUMBER: AtomicU32 = AtomicU32::new(0);

/// Namespaces of one test, by short names.
pub(crate) struct Network {
    prefix: String,
    names: Vec<String>,
}

impl Network {
    /// An empty network, or `None` where there can't be one, which is said.
    pub(crate) fn new(names: &[&str]) -> Option<Self> {
        if !rustix::process::geteuid().is_root() {
            skip::say("the network tests: they make namespaces, which takes root");
            return None;
        }
        for tool in ["ip", "nft"] {
            let found = Command::new(tool)
                .arg("-V")
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status();
            if found.is_err() {
                skip::say(&format!("the network tests: there is no {tool}"));
                return None;
            }
        }
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let mut network = Self {
            prefix: format!("kortisto-{}-{number}-", std::process::id()),
            names: Vec::new(),
        };
        for name in names {
            let name = network.full(name);
            run(Command::new("ip").args(["netns", "add", &name]), "");
            network.names.push(name);
        }
        for name in names {
            network.ip(name, "link set lo up");
        }
        Some(network)
    }

    fn full(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    /// Runs lines of `ip` in a namespace.
    pub(crate) fn ip(&self, name: &str, lines: &str) {
        let full = self.full(name);
        run(Command::new("ip").args(["-n", &full, "-batch", "-"]), lines);
    }

    /// Loads rules of `nft` in a namespace.
    pub(crate) fn nft(&self, name: &str, rules: &str) {
        run(self.command(name, "nft").args(["-f", "-"]), rules);
    }

    /// Drops all packets from and to a namespace's own programs, until it is healed.
    pub(crate) fn cut(&self, name: &str) {
        self.nft(
            name,
            "table inet cut {
                chain in { type filter hook input priority 0; policy drop; }
                chain out { type filter hook output priority 0; policy drop; }
            }\n",
        );
    }

    /// Ends a cut.
    pub(crate) fn heal(&self, name: &str) {
        self.nft(name, "delete table inet cut\n");
    }

    /// Sets a system parameter in a namespace.
    pub(crate) fn set(&self, name: &str, parameter: &str, value: u32) {
        let path = format!("/proc/sys/net/{parameter}");
        self.inside(name, || std::fs::write(&path, value.to_string()).unwrap());
    }

    /// A cable: one end is `interface` in `name`, the other `to_interface` in `to`. Both are up.
    pub(crate) fn cable(&self, (name, interface): (&str, &str), (to, to_interface): (&str, &str)) {
        let to_full = self.full(to);
        let made = format!(
            "link add {interface} type veth peer name {to_interface} netns {to_full}\nlink set {interface} up\n"
        );
        self.ip(name, &made);
        self.ip(to, &format!("link set {to_interface} up"));
    }

    /// A command that will run in a namespace.
    pub(crate) fn command(&self, name: &str, program: &str) -> Command {
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &self.full(name), program]);
        command
    }

    /// Runs something on a thread of its own in a namespace. Threads that it starts are there as well.
    pub(crate) fn inside<T: Send>(&self, name: &str, work: impl FnOnce() -> T + Send) -> T {
        let enter = self.door(name);
        std::thread::scope(|scope| {
            scope
                .spawn(|| {
                    enter();
                    work()
                })
                .join()
                .unwrap()
        })
    }

    /// What moves the calling thread into a namespace.
    pub(crate) fn door(&self, name: &str) -> impl FnOnce() + Send + use<> {
        let space = File::open(format!("/run/netns/{}", self.full(name))).unwrap();
        move || {
            move_into_link_name_space(space.as_fd(), Some(LinkNameSpaceType::Network)).unwrap();
        }
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        for name in &self.names {
            // One that is left behind is empty, and named after this process.
            let _ = Command::new("ip").args(["netns", "del", name]).status();
        }
    }
}

fn run(command: &mut Command, input: &str) {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(input.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(
        output.status.success(),
        "{command:?}: {}\n{input}",
        String::from_utf8_lossy(&output.stderr)
    );
}

//! A real mail relay on loopback, and the letters that it took.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};

use anyhow::Context as _;

use crate::node::Node;

/// Debian's own interpreter, for which Debian's packages are.
const PYTHON: &str = "/usr/bin/python3";
/// Who may send through it.
const USER: &str = "kauneushoitola";
const PASSWORD: &str = "postin salasana";

/// A relay that demands STARTTLS and a log-in. It ends when dropped.
pub struct PostOffice {
    directory: PathBuf,
    port: u16,
    child: Child,
    _leash: Option<ChildStdin>,
}

impl PostOffice {
    /// Starts one that keeps its letters in `parent/post`.
    ///
    /// # Errors
    /// When python3-aiosmtpd of Debian is not there, or it does not start.
    pub fn start(parent: &Path) -> anyhow::Result<Self> {
        let directory = parent.join("post");
        fs::create_dir(&directory)?;
        let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()])?;
        let (certificate, key) = (directory.join("relay.pem"), directory.join("relay.key"));
        fs::write(&certificate, made.cert.pem())?;
        fs::write(&key, made.signing_key.serialize_pem())?;
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("mail/relay.py");
        let mut child = Command::new(PYTHON)
            .arg(script)
            .args([&directory, &certificate, &key])
            .args([USER, PASSWORD])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("the relay does not start")?;
        let leash = child.stdin.take();
        let said = child.stdout.take().context("it says nothing")?;
        let mut line = String::new();
        BufReader::new(said).read_line(&mut line)?;
        let port = line
            .trim()
            .parse()
            .context("the relay did not start: is python3-aiosmtpd installed?")?;
        Ok(Self {
            directory,
            port,
            child,
            _leash: leash,
        })
    }

    /// Names it in a node's settings, with this password; the node has to be started after that.
    ///
    /// # Errors
    /// When the files can't be written.
    pub fn serve(&self, node: &Node, password: &str) -> anyhow::Result<()> {
        let secret = self.directory.join("password");
        fs::write(&secret, format!("{password}\n"))?;
        let file = node.directory().join("kortisto.toml");
        let text = fs::read_to_string(&file)?;
        let rest = text.split("\n[mail]\n").next().unwrap_or_default();
        let mail = format!(
            "\n[mail]\nrelay = \"localhost:{}\"\nusername = \"{USER}\"\npassword_file = {:?}\n\
             from = \"Kauneushoitola <tiedotteet@example.fi>\"\nca_file = {:?}\n",
            self.port,
            secret,
            self.directory.join("relay.pem"),
        );
        fs::write(&file, format!("{rest}{mail}"))?;
        Ok(())
    }

    /// The password that it lets in.
    #[must_use]
    pub const fn password(&self) -> &'static str {
        PASSWORD
    }

    /// Every letter that it took, as it came, its recipient in front.
    ///
    /// # Errors
    /// When one can't be read.
    pub fn letters(&self) -> anyhow::Result<Vec<String>> {
        let mut letters = Vec::new();
        for entry in fs::read_dir(&self.directory)? {
            let path = entry?.path();
            if path.extension().is_some_and(|end| end == "eml") {
                letters.push(fs::read_to_string(path)?);
            }
        }
        letters.sort_unstable();
        Ok(letters)
    }
}

impl Drop for PostOffice {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

//! The relay's process.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStdout, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

/// A running relay; killed when dropped.
pub(crate) struct Relay {
    child: Child,
    stdout: BufReader<ChildStdout>,
    pub(crate) outbound: String,
    pub(crate) inbound: String,
}

fn command(edge: &str, outbound: &str, inbound: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sealgate"));
    command.args(["relay", "--edge", edge, "--token", "test-token"]);
    command.args(["--hostname", "relay.acme.test"]);
    command.args([
        "--next-hop-outbound",
        outbound,
        "--next-hop-inbound",
        inbound,
    ]);
    command
}

impl Relay {
    pub(crate) fn new(edge: &str, outbound: &str, inbound: &str, options: &[&str]) -> Self {
        Self::trusting(edge, outbound, inbound, options, None)
    }

    /// A relay whose system trusts the authorities of this file only.
    pub(crate) fn trusting(
        edge: &str,
        outbound: &str,
        inbound: &str,
        options: &[&str],
        trusted: Option<&str>,
    ) -> Self {
        let mut child = command(edge, outbound, inbound)
            .envs(trusted.map(|file| ("SSL_CERT_FILE", file)))
            .args(["--outbound", "127.0.0.1:0", "--inbound", "127.0.0.1:0"])
            .args(options)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        let ready: serde_json::Value =
            serde_json::from_str(line.strip_prefix("ready: ").unwrap()).unwrap();
        let place = |name: &str| ready[name].as_str().unwrap().to_owned();
        Self {
            outbound: place("outbound"),
            inbound: place("inbound"),
            child,
            stdout,
        }
    }

    pub(crate) fn terminate(&self) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").arg(id).status().unwrap().success());
    }

    /// How it ended, and what it wrote to standard output.
    pub(crate) fn wait(&mut self) -> (ExitStatus, String) {
        let mut log = String::new();
        self.stdout.read_to_string(&mut log).unwrap();
        (self.child.wait().unwrap(), log)
    }

    /// The most memory that was resident, in octets.
    pub(crate) fn peak_memory(&self) -> usize {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status
            .lines()
            .find(|line| line.starts_with("VmHWM:"))
            .unwrap();
        let kib: usize = line
            .split_ascii_whitespace()
            .nth(1)
            .unwrap()
            .parse()
            .unwrap();
        kib * 1024
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs a relay that cannot start.
pub(crate) fn run_to_end(options: &[&str]) -> Output {
    let edge = "http://127.0.0.1:9";
    let mut command = Command::new(env!("CARGO_BIN_EXE_sealgate"));
    command.args(["relay", "--edge", edge, "--token", "x"]);
    for (option, value) in [
        ("--outbound", "127.0.0.1:0"),
        ("--next-hop-outbound", "127.0.0.1:9"),
        ("--next-hop-inbound", "127.0.0.1:9"),
    ] {
        if !options.contains(&option) {
            command.args([option, value]);
        }
    }
    command.args(options).output().unwrap()
}

/// Waits until `done`, for some seconds.
pub(crate) fn eventually(mut done: impl FnMut() -> bool) {
    let start = Instant::now();
    while !done() {
        assert!(
            start.elapsed() < Duration::from_secs(10),
            "it does not happen"
        );
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// A certificate for a host and its key, made for one test.
pub(crate) struct TlsFiles {
    folder: std::path::PathBuf,
    pub(crate) certificate: String,
    pub(crate) key: String,
}

impl TlsFiles {
    pub(crate) fn new(purpose: &str, host: &str) -> Self {
        let name = format!("sealgate-{purpose}-{}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).unwrap();
        let made = rcgen::generate_simple_self_signed([host.to_owned()]).unwrap();
        let mut files = Self {
            folder,
            certificate: String::new(),
            key: String::new(),
        };
        files.certificate = files.write("certificate.pem", &made.cert.pem());
        files.key = files.write("key.pem", &made.signing_key.serialize_pem());
        files
    }

    pub(crate) fn write(&self, name: &str, text: &str) -> String {
        let file = self.folder.join(name);
        std::fs::write(&file, text).unwrap();
        file.to_str().unwrap().to_owned()
    }
}

impl Drop for TlsFiles {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.folder).unwrap();
    }
}

//! Programs of others that tests talk to: they are found, installed where that is allowed without
//! a question, or their tests are skipped.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::Result;

use crate::process;
use crate::progress::Progress;

/// What is there.
pub(crate) struct Peers {
    pub(crate) openssl: Option<PathBuf>,
    pub(crate) chromium: Option<PathBuf>,
}

impl Peers {
    /// Finds them, after an attempt to install what is missing.
    pub(crate) fn install(progress: &Progress) -> Result<Self> {
        let peers = Self::find();
        let missing: Vec<&str> = [
            (peers.openssl.is_none(), "openssl"),
            (peers.chromium.is_none(), "chromium"),
        ]
        .into_iter()
        .filter_map(|(is_missing, package)| is_missing.then_some(package))
        .collect();
        if missing.is_empty() {
            return Ok(peers);
        }
        let Some(apt) = apt() else {
            return Ok(peers);
        };
        let step = progress.step(&format!("Installing {}", missing.join(" and ")));
        for arguments in [
            &["update", "--quiet"][..],
            &["install", "--yes", "--no-install-recommends"],
        ] {
            let mut command = Command::new(apt.first().map_or("apt-get", String::as_str));
            command.args(apt.iter().skip(1)).args(arguments);
            if arguments.first() == Some(&"install") {
                command.args(&missing);
            }
            command.env("DEBIAN_FRONTEND", "noninteractive");
            let ended = process::try_run(&mut command, &step)?;
            if !ended.status.success() {
                // Not a failure of this project: the tests that need them say so.
                progress.note("apt-get failed; tests that need what is missing are skipped");
                return Ok(Self::find());
            }
        }
        step.done();
        Ok(Self::find())
    }

    fn find() -> Self {
        let named = env::var_os("CHROMIUM").map(PathBuf::from);
        let chromium = ["chromium", "chromium-browser", "google-chrome"];
        Self {
            openssl: on_path("openssl"),
            chromium: named.or_else(|| chromium.into_iter().find_map(on_path)),
        }
    }
}

/// How to run apt-get without a question, if there is a way.
fn apt() -> Option<Vec<String>> {
    on_path("apt-get")?;
    let apt = "apt-get".to_owned();
    if nix::unistd::Uid::effective().is_root() {
        return Some(vec![apt]);
    }
    on_path("sudo")?;
    let sudo = Command::new("sudo")
        .args(["--non-interactive", "true"])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .status();
    sudo.is_ok_and(|status| status.success())
        .then(|| vec!["sudo".to_owned(), "--non-interactive".to_owned(), apt])
}

fn on_path(program: &str) -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?)
        .map(|folder| folder.join(program))
        .find(|file| is_file(file))
}

fn is_file(file: &Path) -> bool {
    file.metadata().is_ok_and(|metadata| metadata.is_file())
}

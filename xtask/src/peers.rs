//! Programs of others that tests talk to: they are found, installed where that is allowed without
//! a question, or their tests are skipped.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::Result;

use crate::process;
use crate::progress::Progress;
use crate::tools;

/// What is there.
pub(crate) struct Peers {
    pub(crate) openssl: Option<PathBuf>,
    /// Of the version in `xtask/openssl/Cargo.lock`.
    pub(crate) new_openssl: Option<PathBuf>,
    pub(crate) chromium: Option<PathBuf>,
    /// With the packages of `tests/tests/interop/requirements.txt`.
    pub(crate) python: Option<PathBuf>,
}

/// Files by which the implementations of S/MIME, and what one of them is built with, are known, with the package that
/// Debian has them in. Their tests look for them again and say what is missing.
const IMPLEMENTATIONS: [(&str, &str); 8] = [
    ("gpgsm", "gpgsm"),
    ("cmsutil", "libnss3-tools"),
    ("javac", "default-jdk-headless"),
    ("/usr/share/java/bcpkix.jar", "libbcmail-java"),
    ("python3", "python3"),
    ("perl", "perl"),
    ("make", "make"),
    ("/usr/include/zlib.h", "zlib1g-dev"),
];

impl Peers {
    /// Finds them, after an attempt to install what is missing.
    pub(crate) fn install(root: &Path, progress: &Progress) -> Result<Self> {
        install_packages(progress)?;
        let mut peers = Self::find();
        peers.python = install_python(root, progress)?;
        peers.new_openssl = build_openssl(root, progress)?;
        Ok(peers)
    }

    fn find() -> Self {
        let named = env::var_os("CHROMIUM").map(PathBuf::from);
        let chromium = ["chromium", "chromium-browser", "google-chrome"];
        Self {
            openssl: on_path("openssl"),
            new_openssl: None,
            chromium: named.or_else(|| chromium.into_iter().find_map(on_path)),
            python: None,
        }
    }
}

fn install_packages(progress: &Progress) -> Result<()> {
    let peers = Peers::find();
    let own = [
        (peers.openssl.is_none(), "openssl"),
        (peers.chromium.is_none(), "chromium"),
        // Debian takes this module out of Python.
        (!has_module("ensurepip"), "python3-venv"),
    ];
    let implementations = IMPLEMENTATIONS.map(|(file, package)| (on_path(file).is_none(), package));
    let missing: Vec<&str> = own
        .into_iter()
        .chain(implementations)
        .filter_map(|(is_missing, package)| is_missing.then_some(package))
        .collect();
    install(&missing, progress)
}

/// The OpenSSL library, to be linked.
pub(crate) fn install_libssl(progress: &Progress) -> Result<()> {
    let mut find = Command::new("pkg-config");
    let is_there = find.args(["--exists", "openssl"]).status();
    if is_there.is_ok_and(|status| status.success()) {
        return Ok(());
    }
    install(&["libssl-dev", "pkg-config"], progress)
}

/// Installs packages of Debian where that is allowed without a question.
fn install(missing: &[&str], progress: &Progress) -> Result<()> {
    if missing.is_empty() {
        return Ok(());
    }
    let Some(apt) = apt() else {
        return Ok(());
    };
    let step = progress.step(&format!("Installing {}", missing.join(", ")));
    for arguments in [
        &["update", "--quiet"][..],
        &["install", "--yes", "--no-install-recommends"],
    ] {
        let mut command = Command::new(apt.first().map_or("apt-get", String::as_str));
        command.args(apt.iter().skip(1)).args(arguments);
        if arguments.first() == Some(&"install") {
            command.args(missing);
        }
        command.env("DEBIAN_FRONTEND", "noninteractive");
        let ended = process::try_run(&mut command, &step)?;
        if !ended.status.success() {
            // Not a failure of this project: the tests that need them say so.
            progress.note("apt-get failed; what needs these packages is skipped");
            return Ok(());
        }
    }
    step.done();
    Ok(())
}

fn has_module(module: &str) -> bool {
    let mut python = Command::new("python3");
    python.args(["-c", &format!("import {module}")]);
    python.output().is_ok_and(|output| output.status.success())
}

/// A Python with packages of its own, so that the system's stays as it is.
fn install_python(root: &Path, progress: &Progress) -> Result<Option<PathBuf>> {
    let requirements = root.join("tests/tests/interop/requirements.txt");
    let folder = tools::target(root).join("python");
    let python = folder.join("bin/python");
    let wanted = std::fs::read(&requirements)?;
    let installed = tools::unless_done(&folder.join(".installed"), &folder, &wanted, || {
        let step = progress.step("Installing Python packages");
        let mut create = Command::new("python3");
        create.args(["-m", "venv"]).arg(&folder);
        let mut install = Command::new(&python);
        install.args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
        ]);
        install.arg("--requirement").arg(&requirements);
        for command in [&mut create, &mut install] {
            process::run(command, &step)?;
        }
        step.done();
        Ok(())
    });
    if installed.is_err() && !process::is_stopping() {
        progress.note("no Python packages; tests that need them are skipped");
        return Ok(None);
    }
    installed.map(|()| Some(python))
}

/// The OpenSSL of today, for what that of the system lacks.
fn build_openssl(root: &Path, progress: &Progress) -> Result<Option<PathBuf>> {
    let builder = root.join("xtask/openssl");
    let target = tools::target(root);
    let folder = target.join("openssl");
    let program = folder.join("apps/openssl");
    let wanted = [
        std::fs::read(builder.join("Cargo.lock"))?,
        std::fs::read(builder.join("src/main.rs"))?,
    ];
    let built = tools::unless_done(&folder.join(".built"), &program, &wanted, || {
        let step = progress.step("Building OpenSSL, once");
        let mut build = tools::cargo(root);
        build.args(["run", "--locked", "--manifest-path"]);
        build.arg(builder.join("Cargo.toml"));
        build
            .arg("--target-dir")
            .arg(target.join("openssl-builder"));
        process::run(build.arg("--").arg(&folder), &step)?;
        step.done();
        Ok(())
    });
    if built.is_err() && !process::is_stopping() {
        progress.note("OpenSSL cannot be built; tests that need a new one are skipped");
        return Ok(None);
    }
    built.map(|()| Some(program))
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
    // An absolute path stays what it is when joined.
    env::split_paths(&env::var_os("PATH")?)
        .map(|folder| folder.join(program))
        .find(|file| file.exists())
}

//! `cargo xtask roots`: the public trust anchors for e-mail, from Mozilla's list to one file.
//!
//! Debian's `libnss3` carries that list with its trust bits, `libnss3-tools` the programs that read
//! it. Lists made for TLS (`ca-certificates`, certifi, webpki-roots) are the wrong ones: they lack
//! authorities for e-mail only and have others that are not trusted for it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;

/// Where `smime` takes the list from.
const FILE: &str = "shared/smime/data/public-roots.der";
/// The name of the PKCS#11 module in the database.
const MODULE: &str = "roots";
/// Mozilla trusts these no longer for what was issued after November 2022. That is a field of its
/// own in the list, which `certutil` does not show, so they are left out here.
const DISTRUSTED: [&str; 1] = ["TrustCor "];

/// Writes the list: a line with its version and date, then the certificates' DER.
pub(crate) fn write() -> Result<()> {
    let database = Database::open()?;
    let version = database.list_version()?;
    let date = packaged_on()?;
    let mut list = format!("Mozilla e-mail roots {version} {date}\n").into_bytes();
    let names = database.trusted_for_email()?;
    for name in &names {
        list.extend(database.certificate(name)?);
    }
    let file = crate::root()?.join(FILE);
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(&file, &list).with_context(|| format!("cannot write {}", file.display()))?;
    println!(
        "{FILE}: list {version} of {date}, {} roots, {} octets",
        names.len(),
        list.len()
    );
    Ok(())
}

/// A throw-away NSS database with Mozilla's list as a module.
struct Database {
    folder: PathBuf,
}

impl Database {
    fn open() -> Result<Self> {
        let folder = crate::root()?.join("target/roots");
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir_all(&folder)?;
        let database = Self { folder };
        database.run("certutil", &["-N", "--empty-password"])?;
        let library = library()?;
        let library = library.to_string_lossy();
        let add = ["-add", MODULE, "-libfile", &library, "-force"];
        database.run("modutil", &add)?;
        Ok(database)
    }

    /// `Library Version: 2.60`.
    fn list_version(&self) -> Result<String> {
        let module = self.text("modutil", &["-list", MODULE])?;
        module
            .lines()
            .find_map(|line| line.strip_prefix("Library Version: "))
            .map(|version| version.trim().to_owned())
            .context("modutil tells no library version")
    }

    /// The nicknames whose second trust column, S/MIME, makes them an authority.
    fn trusted_for_email(&self) -> Result<Vec<String>> {
        let table = self.text("certutil", &["-L", "-h", "all"])?;
        let mut names: Vec<String> = table
            .lines()
            .filter(|line| line.starts_with("Builtin Object Token:"))
            .filter_map(|line| line.trim_end().rsplit_once(' '))
            .filter(|(_, trust)| {
                trust
                    .split(',')
                    .nth(1)
                    .is_some_and(|email| email.contains('C'))
            })
            .map(|(name, _)| name.trim_end().to_owned())
            .filter(|name| {
                !DISTRUSTED
                    .iter()
                    .any(|distrusted| name.contains(distrusted))
            })
            .collect();
        names.sort();
        names.dedup();
        if names.is_empty() {
            bail!("the list has no roots for e-mail");
        }
        Ok(names)
    }

    fn certificate(&self, name: &str) -> Result<Vec<u8>> {
        self.run("certutil", &["-L", "-n", name, "-r"])
    }

    fn text(&self, program: &str, arguments: &[&str]) -> Result<String> {
        Ok(String::from_utf8(self.run(program, arguments)?)?)
    }

    fn run(&self, program: &str, arguments: &[&str]) -> Result<Vec<u8>> {
        let flag = if program == "modutil" { "-dbdir" } else { "-d" };
        let mut command = Command::new(program);
        command.args(arguments).arg(flag);
        output(command.arg(format!("sql:{}", self.folder.display())))
    }
}

fn library() -> Result<PathBuf> {
    let files = output(Command::new("dpkg").args(["-L", "libnss3"]))?;
    String::from_utf8(files)?
        .lines()
        .map(Path::new)
        .find(|file| file.ends_with("libnssckbi.so"))
        .map(Path::to_owned)
        .context("the package libnss3 has no libnssckbi.so")
}

/// When the package took over this release of NSS. Later entries of its changelog are repairs that
/// leave the list as it is, and their dates would make it look newer than it is.
fn packaged_on() -> Result<String> {
    let changelog = "/usr/share/doc/libnss3/changelog.Debian.gz";
    let changelog = String::from_utf8(output(Command::new("zcat").arg(changelog))?)?;
    let newest = changelog.lines().next().and_then(release);
    let mut entry = None;
    let mut date = None;
    for line in changelog.lines() {
        if line.starts_with("nss (") {
            entry = release(line);
        } else if line.starts_with(" -- ") && entry == newest {
            date = line.split_once(">  ").map(|(_, date)| date);
        }
    }
    let date = date.context("the changelog of libnss3 is not as expected")?;
    Ok(OffsetDateTime::parse(date, &Rfc2822)?.date().to_string())
}

/// The release of NSS in an entry's first line, `nss (2:3.87.1-1) unstable`.
fn release(line: &str) -> Option<&str> {
    line.split(['(', '-']).nth(1)
}

fn output(command: &mut Command) -> Result<Vec<u8>> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command
        .output()
        .with_context(|| format!("`{program}` is missing: install libnss3 and libnss3-tools"))?;
    if !output.status.success() {
        bail!(
            "`{program}` failed: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    Ok(output.stdout)
}

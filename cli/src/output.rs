//! Files that are there whole or not at all.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;
use findings::Report;

use crate::report::UsageError;

/// Most symbolic links that are followed, as many as Linux does.
const LINKS_MAX: usize = 40;

/// Where a verb puts what it makes.
#[derive(Args)]
pub(crate) struct Destination {
    /// Write the result to this file instead of standard output. A regular file appears whole or not at all.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}

impl Destination {
    /// Standard output takes one thing: the result or the JSON.
    pub(crate) fn check(&self, json: bool) -> Result<(), UsageError> {
        if json && self.out.is_none() {
            let text = "--json needs --out: standard output takes one of them";
            return Err(UsageError::Wrong(text.to_owned()));
        }
        Ok(())
    }

    /// Puts the content where it belongs.
    pub(crate) fn put(&self, content: &[u8], report: Report) -> Result<Report, UsageError> {
        let report = report.with("bytes", content.len());
        match &self.out {
            None => Ok(report.with_content(content.to_vec())),
            Some(file) => write(file, content)
                .map(|()| report)
                .map_err(|error| UsageError::File(file.display().to_string(), error)),
        }
    }
}

/// Writes the file that the path leads to; what is no regular file, as a pipe, is written into.
fn write(path: &Path, content: &[u8]) -> std::io::Result<()> {
    match path.metadata() {
        Ok(found) if !found.is_file() => OpenOptions::new()
            .write(true)
            .open(path)?
            .write_all(content),
        _ => replace(&resolved(path)?, content),
    }
}

/// Where symbolic links lead, also if nothing is there yet.
fn resolved(path: &Path) -> std::io::Result<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..LINKS_MAX {
        let Ok(target) = path.read_link() else {
            return Ok(path);
        };
        path = folder_of(&path).join(target);
    }
    Err(std::io::Error::other("too many symbolic links"))
}

fn folder_of(file: &Path) -> &Path {
    file.parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
}

/// Writes beside the file and renames, so that nobody ever sees a part. Only the owner may read it:
/// it may be what was encrypted.
fn replace(file: &Path, content: &[u8]) -> std::io::Result<()> {
    let mut new = tempfile::NamedTempFile::new_in(folder_of(file))?;
    new.write_all(content)?;
    new.as_file().sync_all()?;
    new.persist(file)?;
    Ok(())
}

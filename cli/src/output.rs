//! Files that are there whole or not at all.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;
use findings::Report;

use crate::report::UsageError;

/// Where a verb puts what it makes.
#[derive(Args)]
pub(crate) struct Destination {
    /// Write the result to this file instead of standard output. It appears whole or not at all.
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

/// Writes beside the file and renames, so that nobody ever sees a part. Only the owner may read it:
/// it may be what was encrypted.
fn write(file: &Path, content: &[u8]) -> std::io::Result<()> {
    let folder = file
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let mut new = tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))?;
    new.write_all(content)?;
    new.as_file().sync_all()?;
    new.persist(file)?;
    Ok(())
}

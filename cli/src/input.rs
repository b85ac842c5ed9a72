//! Files, folders and standard input.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use findings::Report;
use mail::limits::{FIELDS_MAX, HEADER_OCTETS_MAX};
use mail::{Defect, Entity, UnixTime};
use memchr::memmem;
use smime::{Certificate, CertificateError, Crl, TrustStore, pem};

use crate::report::UsageError;

/// Largest file that is read. Mail beyond the gateway's 25 MiB can be looked at with the command,
/// but not without a limit: everything is held in memory.
const FILE_OCTETS_MAX: u64 = 512 * 1024 * 1024;
/// Most files read from one folder of certificates or revocation lists.
const FILES_MAX: usize = 10_000;

/// Why a verb ends before its own work: wrong usage, or input that is not what it should be.
pub(crate) enum Stop {
    /// See [`UsageError`].
    Usage(UsageError),
    /// A certificate, key or list is malformed.
    Report(Report),
}

impl From<UsageError> for Stop {
    fn from(error: UsageError) -> Self {
        Self::Usage(error)
    }
}

impl Stop {
    /// What the verb returns.
    pub(crate) fn into_result(self) -> Result<Report, UsageError> {
        match self {
            Self::Usage(error) => Err(error),
            Self::Report(report) => Ok(report),
        }
    }
}

/// Reads a file; `-` is standard input.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, UsageError> {
    let error = |error| UsageError::File(path.display().to_string(), error);
    if path == Path::new("-") {
        return read_all(std::io::stdin().lock()).map_err(error);
    }
    File::open(path).and_then(read_all).map_err(error)
}

/// Reads a message whose content will be signed or encrypted under its header. What is neither has no place in the
/// result, and nothing is lost in silence.
pub(crate) fn message(path: &Path) -> Result<Vec<u8>, Stop> {
    let message = read(path)?;
    let parsed = Entity::parse(&message);
    if parsed.defects().contains(&Defect::LimitExceeded) {
        let text = format!(
            "{}: the header has more than {FIELDS_MAX} fields or {HEADER_OCTETS_MAX} octets",
            path.display()
        );
        return Err(Stop::Report(Report::bad("limit-exceeded", text)));
    }
    if let Some(line) = parsed.broken_line() {
        let text = format!(
            "{}: line {line} is no header field; content without a header begins with an empty line",
            path.display()
        );
        return Err(Stop::Report(Report::malformed(text)));
    }
    Ok(message)
}

fn read_all(reader: impl Read) -> std::io::Result<Vec<u8>> {
    let mut octets = Vec::new();
    reader.take(FILE_OCTETS_MAX + 1).read_to_end(&mut octets)?;
    if u64::try_from(octets.len()).unwrap_or(u64::MAX) > FILE_OCTETS_MAX {
        return Err(std::io::ErrorKind::FileTooLarge.into());
    }
    Ok(octets)
}

/// The file, or the files of the folder in the order of their names.
pub(crate) fn files(path: &Path) -> Result<Vec<PathBuf>, UsageError> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let error = |error| UsageError::File(path.display().to_string(), error);
    let mut files = Vec::new();
    for entry in std::fs::read_dir(path).map_err(error)? {
        let file = entry.map_err(error)?.path();
        if file.is_file() {
            files.push(file);
        }
        if files.len() > FILES_MAX {
            let text = format!("{}: more than {FILES_MAX} files", path.display());
            return Err(UsageError::Wrong(text));
        }
    }
    files.sort();
    Ok(files)
}

/// All certificates of files and folders.
pub(crate) fn certificates(paths: &[PathBuf]) -> Result<Vec<Certificate>, Stop> {
    all(paths, certificates_in)
}

/// All revocation lists of files and folders.
fn crls(paths: &[PathBuf]) -> Result<Vec<Crl>, Stop> {
    all(paths, |file| objects(file, "CRL", Crl::all_from_pem_or_der))
}

/// The certificates of a file, at least one.
pub(crate) fn certificates_of(path: &Path) -> Result<Vec<Certificate>, Stop> {
    certificates_in(&read(path)?).map_err(|error| malformed(path, &error))
}

fn certificates_in(file: &[u8]) -> Result<Vec<Certificate>, FileError<CertificateError>> {
    objects(file, "CERTIFICATE", Certificate::all_from_pem_or_der)
}

fn all<T, E: std::error::Error>(
    paths: &[PathBuf],
    parse: impl Fn(&[u8]) -> Result<Vec<T>, FileError<E>>,
) -> Result<Vec<T>, Stop> {
    let mut found = Vec::new();
    for path in paths {
        for file in files(path)? {
            match parse(&read(&file)?) {
                Ok(some) => found.extend(some),
                // A folder may hold other things too; a file that is named is meant.
                Err(_) if path.is_dir() => {}
                Err(error) => return Err(malformed(&file, &error)),
            }
        }
    }
    Ok(found)
}

/// The objects in a file, at least one; in PEM the word is in their labels.
fn objects<T, E: std::error::Error>(
    file: &[u8],
    word: &'static str,
    parse: impl Fn(&[u8]) -> Result<Vec<T>, E>,
) -> Result<Vec<T>, FileError<E>> {
    if !pem::is_pem(file) {
        return parse(file).map_err(FileError::Der);
    }
    let mut found = Vec::new();
    for (block, number) in pem_blocks(file).zip(1..) {
        if is_labelled(block, word) && pem::blocks(block).is_empty() {
            return Err(FileError::Damaged(number));
        }
        let objects = parse(block).map_err(|error| FileError::Block(number, error))?;
        found.extend(objects);
    }
    if found.is_empty() {
        return Err(FileError::None(word));
    }
    Ok(found)
}

/// Why a file gives no objects.
#[derive(Debug, thiserror::Error)]
enum FileError<E: std::error::Error> {
    #[error("the file holds no PEM block of a {0}")]
    None(&'static str),
    #[error("PEM block {0} is damaged")]
    Damaged(usize),
    #[error("PEM block {0}: {1}")]
    Block(usize, E),
    #[error("{0}")]
    Der(E),
}

/// The PEM blocks of a file, each with what follows it, so that a damaged one can be told by its number.
pub(crate) fn pem_blocks(file: &[u8]) -> impl Iterator<Item = &[u8]> {
    let starts: Vec<usize> = memmem::find_iter(file, "-----BEGIN ").collect();
    let ends: Vec<usize> = starts.iter().skip(1).copied().chain([file.len()]).collect();
    let places = starts.into_iter().zip(ends);
    places.filter_map(|(start, end)| file.get(start..end))
}

/// Whether the word is in the label of a PEM block.
pub(crate) fn is_labelled(block: &[u8], word: &str) -> bool {
    let line = block.split(|octet| *octet == b'\n').next();
    line.is_some_and(|line| memmem::find(line, word.as_bytes()).is_some())
}

/// The report on a file that is not what it should be.
pub(crate) fn malformed(path: &Path, error: &dyn std::error::Error) -> Stop {
    Stop::Report(Report::malformed(format!("{}: {error}", path.display())))
}

/// What may be trusted, from files and folders.
pub(crate) fn trust_store(
    trust: &[PathBuf],
    intermediates: &[PathBuf],
    lists: &[PathBuf],
) -> Result<TrustStore, Stop> {
    Ok(TrustStore {
        intermediates: certificates(intermediates)?,
        // With lists asked for, none found is no reason to ask for none.
        crls: (!lists.is_empty()).then(|| crls(lists)).transpose()?,
        ..TrustStore::from_anchors(certificates(trust)?)
    })
}

/// A time on the command line.
pub(crate) fn time(text: &str) -> Result<UnixTime, String> {
    UnixTime::parse_rfc3339(text).ok_or_else(|| "a time is written 2026-11-24T21:23:19Z".to_owned())
}

//! Runs every cell.

use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::thread;

use anyhow::{Context as _, Result, bail, ensure};

use crate::case::Case;
use crate::form;
use crate::hole::{Direction, HOLES};
use crate::lab::Lab;
use crate::peer::{Peer, Peers};
use crate::sealgate::Sealgate;

/// What came of one peer and one case in one direction.
#[derive(Debug)]
pub(crate) enum Cell {
    Passed,
    /// The peer cannot; an index into [`HOLES`].
    Hole(usize),
    Failed(String),
    /// Sealgate does not write such messages.
    NotWritten,
}

/// One peer's cells in the order of [`Case::all`]: it reads Sealgate's, it writes for Sealgate.
pub(crate) struct Column {
    pub(crate) peer: String,
    pub(crate) cells: Vec<(Cell, Cell)>,
}

pub(crate) struct Matrix {
    pub(crate) cases: Vec<Case>,
    pub(crate) columns: Vec<Column>,
    /// What Sealgate could not even write, or not read itself.
    pub(crate) own: Vec<(Case, String)>,
}

impl Matrix {
    pub(crate) fn passed(&self) -> usize {
        self.count(|cell| matches!(cell, Cell::Passed))
    }

    pub(crate) fn failed(&self) -> usize {
        self.count(|cell| matches!(cell, Cell::Failed(_))) + self.own.len()
    }

    fn count(&self, is_counted: impl Fn(&Cell) -> bool) -> usize {
        let cells = self.columns.iter().flat_map(|column| &column.cells);
        cells
            .flat_map(|(reads, writes)| [reads, writes])
            .filter(|cell| is_counted(cell))
            .count()
    }
}

pub(crate) fn run(lab: &Lab, sealgate: &Sealgate, peers: Peers) -> Matrix {
    let cases = Case::all(lab.new_openssl().is_some());
    let mut own = Vec::new();
    for (row, case) in cases.iter().enumerate() {
        if let Err(error) = write_and_read_back(lab, sealgate, *case, &written(lab, row)) {
            own.push((*case, format!("{error:#}")));
        }
    }
    let columns = thread::scope(|scope| {
        let columns: Vec<_> = peers
            .into_iter()
            .map(|peer| scope.spawn(|| column(lab, sealgate, &cases, peer)))
            .collect();
        columns
            .into_iter()
            .map(|column| column.join().unwrap_or_else(|panic| resume_unwind(panic)))
            .collect()
    });
    Matrix {
        cases,
        columns,
        own,
    }
}

/// Where Sealgate's message of a row is.
fn written(lab: &Lab, row: usize) -> PathBuf {
    lab.path(&format!("sealgate-{row}.eml"))
}

fn write_and_read_back(lab: &Lab, sealgate: &Sealgate, case: Case, file: &Path) -> Result<()> {
    if !case.is_written() {
        return Ok(());
    }
    match case {
        Case::Sign(signing) | Case::Refuse(signing) => {
            sealgate.sign(lab, signing, file)?;
            sealgate.verify(lab, file, None)
        }
        Case::Encrypt(encryption) => {
            sealgate.encrypt(lab, encryption, file)?;
            sealgate.decrypt(lab, encryption, file)
        }
        Case::Form(_) => Ok(()),
    }
}

fn column(lab: &Lab, sealgate: &Sealgate, cases: &[Case], mut peer: Box<dyn Peer>) -> Column {
    let mut cells = Vec::new();
    for (row, case) in cases.iter().enumerate() {
        let reads = if case.is_written() {
            let read = peer_reads(lab, peer.as_mut(), *case, &written(lab, row));
            cell(peer.name(), Direction::Reads, *case, read)
        } else {
            Cell::NotWritten
        };
        let file = lab.path(&format!("{}-{row}", peer.name()));
        let writes = match peer_writes(lab, peer.as_mut(), *case, &file) {
            Ok(()) => match sealgate_reads(lab, sealgate, *case, &file) {
                Ok(()) => Cell::Passed,
                // No peer's limit excuses this.
                Err(error) => Cell::Failed(format!("{error:#}")),
            },
            written => cell(peer.name(), Direction::Writes, *case, written),
        };
        cells.push((reads, writes));
    }
    Column {
        peer: peer.name().to_owned(),
        cells,
    }
}

fn cell(peer: &str, direction: Direction, case: Case, result: Result<()>) -> Cell {
    let Err(error) = result else {
        return Cell::Passed;
    };
    HOLES
        .iter()
        .position(|hole| hole.covers(peer, direction, case))
        .map_or_else(|| Cell::Failed(format!("{error:#}")), Cell::Hole)
}

fn peer_reads(lab: &Lab, peer: &mut dyn Peer, case: Case, message: &Path) -> Result<()> {
    message.metadata().context("Sealgate wrote nothing")?;
    match case {
        Case::Sign(signing) => peer.verify(lab, signing, message),
        Case::Refuse(signing) => {
            peer.verify(lab, signing, message)?;
            let altered = peer.verify(lab, signing, &Lab::alter(message)?);
            ensure!(altered.is_err(), "it took an altered message");
            Ok(())
        }
        Case::Encrypt(encryption) => peer.decrypt(lab, encryption, message),
        Case::Form(_) => bail!("Sealgate does not write it"),
    }
}

fn peer_writes(lab: &Lab, peer: &mut dyn Peer, case: Case, file: &Path) -> Result<()> {
    match case {
        Case::Sign(signing) | Case::Refuse(signing) => peer.sign(lab, signing, file),
        Case::Encrypt(encryption) => peer.encrypt(lab, encryption, file),
        Case::Form(form) => form::write(lab, peer, form, file),
    }
}

fn sealgate_reads(lab: &Lab, sealgate: &Sealgate, case: Case, file: &Path) -> Result<()> {
    match case {
        Case::Sign(signing) if signing.is_opaque => sealgate.verify(lab, file, None),
        Case::Sign(_) => {
            let content = (!is_mime(file)?).then(|| lab.entity());
            sealgate.verify(lab, file, content.as_deref())
        }
        Case::Refuse(_) => {
            let altered = if is_mime(file)? {
                sealgate.verify(lab, &Lab::alter(file)?, None)
            } else {
                sealgate.verify(lab, file, Some(&Lab::alter(&lab.entity())?))
            };
            let verdict = altered.err().context("it took an altered message")?;
            // Not for want of reading it.
            ensure!(format!("{verdict}").contains("exit status: 1"), verdict);
            Ok(())
        }
        Case::Encrypt(encryption) => sealgate.decrypt(lab, encryption, file),
        Case::Form(form) => form::read(lab, sealgate, form, file),
    }
}

/// Whether a peer wrote a MIME entity; otherwise it is a bare CMS object.
fn is_mime(file: &Path) -> Result<bool> {
    const FIELD: &[u8] = b"content-type:";
    let octets = std::fs::read(file)?;
    Ok(octets
        .windows(FIELD.len())
        .any(|window| window.eq_ignore_ascii_case(FIELD)))
}

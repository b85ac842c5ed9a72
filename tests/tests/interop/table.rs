//! The matrix for people.

use std::fmt::Write as _;

use crate::hole::HOLES;
use crate::matrix::{Cell, Matrix};

const ROW: usize = 40;
const COLUMN: usize = 14;

/// The table, its footnotes, and each failure in words.
pub(crate) fn render(matrix: &Matrix) -> String {
    let mut text = String::from(
        "Interoperability: first whether the peer reads what Sealgate writes, then whether Sealgate \
         reads what the peer writes.\n\
         \u{2713} yes, \u{2717} no, \u{2013} not written by Sealgate, a number: the peer cannot, see below.\n\n",
    );
    let _ = write!(text, "{:ROW$}", "");
    for column in &matrix.columns {
        let _ = write!(text, "{:>COLUMN$}", column.peer);
    }
    text.push('\n');
    for (row, case) in matrix.cases.iter().enumerate() {
        let _ = write!(text, "{:ROW$}", case.to_string());
        for (reads, writes) in matrix
            .columns
            .iter()
            .filter_map(|column| column.cells.get(row))
        {
            let cell = format!("{:>3}{:>4}", mark(reads), mark(writes));
            let _ = write!(text, "{cell:>COLUMN$}");
        }
        text.push('\n');
    }
    text.push('\n');
    for (number, hole) in HOLES.iter().enumerate() {
        if is_met(matrix, number) {
            let _ = writeln!(text, "{:>3}  {}: {}", number + 1, hole.peer, hole.because);
        }
    }
    for (case, error) in &matrix.own {
        let _ = writeln!(text, "{case}, Sealgate alone: {error}");
    }
    for column in &matrix.columns {
        for (case, (reads, writes)) in matrix.cases.iter().zip(&column.cells) {
            if let Cell::Failed(error) = reads {
                let _ = writeln!(text, "{case}, {} reads: {error}", column.peer);
            }
            if let Cell::Failed(error) = writes {
                let _ = writeln!(text, "{case}, {} writes: {error}", column.peer);
            }
        }
    }
    text
}

fn mark(cell: &Cell) -> String {
    match cell {
        Cell::Passed => "\u{2713}".to_owned(),
        Cell::Failed(_) => "\u{2717}".to_owned(),
        Cell::NotWritten => "\u{2013}".to_owned(),
        Cell::Hole(number) => (number + 1).to_string(),
    }
}

fn is_met(matrix: &Matrix, number: usize) -> bool {
    let cells = matrix.columns.iter().flat_map(|column| &column.cells);
    cells
        .flat_map(|(reads, writes)| [reads, writes])
        .any(|cell| matches!(cell, Cell::Hole(hole) if *hole == number))
}

//! The verdict on signatures.

use smime::{LayerKind, Opened, Problem, SignatureReport};

use crate::render::{layer_json, signer_json, signer_text};
use crate::report::{Report, counted, printable};

/// What `sealgate verify` says.
pub fn verified(opened: &Opened) -> Report {
    let signers: String = opened.signatures.iter().map(signer_text).collect();
    let report = verdict(opened);
    let report = match &opened.protected_author {
        Some(author) => report
            .with("protected_from", author.to_string())
            .with_text(&format!(
                "the signature is for the From inside of it, {}, not for the visible one\n",
                printable(&author.to_string())
            )),
        None => report,
    };
    report
        .with(
            "signers",
            opened
                .signatures
                .iter()
                .map(signer_json)
                .collect::<Vec<_>>(),
        )
        .with(
            "layers",
            opened.layers.iter().map(layer_json).collect::<Vec<_>>(),
        )
        .with_text(&signers)
}

/// The verdict on all signatures together.
pub(crate) fn verdict(opened: &Opened) -> Report {
    match opened.signature_verdict() {
        Some(Ok(())) => Report::good(all_good(&opened.signatures)),
        // What is shown can be read; it is not signed by what stands beside it.
        Some(Err(problem)) if is_beside(opened, problem) => {
            Report::bad(problem.reason.code(), &problem.detail)
        }
        Some(Err(problem)) => Report::of(problem),
        None => unreadable(opened)
            .unwrap_or_else(|| Report::none("nothing signed can be reached without a key")),
    }
}

/// Whether the problem is that of a signature whose content stands elsewhere.
fn is_beside(opened: &Opened, problem: &Problem) -> bool {
    let mut layers = opened.layers.iter();
    layers.any(|layer| {
        matches!(layer.kind, LayerKind::DetachedSignature)
            && layer.problem.as_ref() == Some(problem)
    })
}

/// What is said of good signatures; a bad one among them is on a part, and does not count.
fn all_good(signatures: &[SignatureReport]) -> String {
    let is_bad = |signature: &&SignatureReport| signature.verdict.is_err();
    let bad = signatures.iter().filter(is_bad).count();
    let good = signatures.len() - bad;
    let all = if good == 1 { "" } else { "all " };
    let good = format!("{}, {all}good", counted(good, "signature"));
    match bad {
        0 => good,
        bad => format!("{good}; {bad} more in a part or a forwarded message, bad"),
    }
}

/// The report on a CMS object that cannot be read, if there is one.
pub(crate) fn unreadable(opened: &Opened) -> Option<Report> {
    let layers = opened.layers.iter();
    let mut problems = layers.filter_map(|layer| match layer.kind {
        LayerKind::Unreadable | LayerKind::Compressed => layer.problem.as_ref(),
        _ => None,
    });
    problems.next().map(Report::of)
}

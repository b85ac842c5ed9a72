//! What a message is, without a verdict on it.

use std::fmt::Write as _;

use mail::limits::{DEPTH_MAX, TREE_PARTS_MAX};
use mail::{Defect, Entity};
use serde_json::{Value, json};
use smime::{Layer, LayerKind, Opened, Problem, Reason, SignatureReport};

use crate::render::{
    certificate_json, certificate_text, claim_json, claim_text, layer_json, layer_text,
};
use crate::report::{Report, counted, printable, table};

/// What `sealgate inspect` says; the message was opened without a key.
pub fn inspected(message: &[u8], mut opened: Opened) -> Report {
    opened.layers.iter_mut().for_each(forget_missing_key);
    let mut tree = Tree::of(message);
    tree.note_inside(&opened.defects);
    tree.note_layers(&opened.layers);
    let report = summary(&opened, tree.defects.len());
    let layers: Vec<Value> = opened.layers.iter().map(layer_json).collect();
    let report = report
        .with("layers", layers)
        .with(
            "signers",
            opened.signatures.iter().map(claim_json).collect::<Vec<_>>(),
        )
        .with(
            "certificates",
            opened
                .certificates
                .iter()
                .map(certificate_json)
                .collect::<Vec<_>>(),
        )
        .with("defects", &tree.defects)
        .with("parts", &tree.parts);
    let mut text = tree.text;
    for (place, layer) in opened.layers.iter().enumerate() {
        text.push_str(&layer_text(place, layer));
    }
    for signature in &opened.signatures {
        text.push_str(&claim_text(signature));
    }
    for certificate in &opened.certificates {
        text.push_str("certificate:\n");
        text.push_str(&certificate_text(certificate));
    }
    for defect in &tree.defects {
        text.push_str(&table(0, &[("defect", defect.to_string())]));
    }
    report.with_text(&text)
}

/// What it is in a sentence. It is no verdict on the message, unless nothing of it can be read.
fn summary(opened: &Opened, defects: usize) -> Report {
    let layers = opened.layers.iter().enumerate();
    let unread: Option<Vec<&Problem>> = layers
        .map(|(place, layer)| unread(opened, place, layer))
        .collect();
    match unread.as_deref() {
        Some([]) if opened.defects.contains(&Defect::LimitExceeded) => {
            Report::none("within the limits there is no S/MIME in the message")
        }
        Some([]) => Report::none("there is no S/MIME in the message"),
        Some([problem, ..]) => Report::unread(problem),
        None => {
            let layers = counted(opened.layers.len(), "S/MIME layer");
            Report::good(match defects {
                0 => layers,
                _ => format!("{layers}, {}", counted(defects, "defect")),
            })
        }
    }
}

/// Why nothing of a layer can be read; `None` if something can.
fn unread<'a>(opened: &Opened, place: usize, layer: &'a Layer) -> Option<&'a Problem> {
    let is_of_layer = |signature: &SignatureReport| signature.layer == place;
    let is_read = match layer.kind {
        LayerKind::Unreadable | LayerKind::Compressed => false,
        LayerKind::OpaqueSignature => opened.signatures.iter().any(is_of_layer),
        // Their content, their recipients or their certificates can be.
        LayerKind::DetachedSignature
        | LayerKind::Encrypted { .. }
        | LayerKind::CertificatesOnly => true,
    };
    let problem = layer.problem.as_ref();
    // Of content that nobody signed the rest can be read.
    problem.filter(|problem| !is_read && problem.reason != Reason::SignatureInvalid)
}

/// That a layer stays closed without a key is no news here.
fn forget_missing_key(layer: &mut Layer) {
    layer
        .problem
        .take_if(|problem| problem.reason == Reason::NoMatchingKey);
}

/// The MIME tree.
#[derive(Default)]
struct Tree {
    parts: Vec<Value>,
    defects: Vec<Value>,
    text: String,
}

impl Tree {
    fn of(message: &[u8]) -> Self {
        let mut tree = Self::default();
        // A bare object has no parts.
        if !smime::is_bare_cms(message) {
            tree.visit(message, "1", 0);
        }
        tree
    }

    /// `place` counts parts as RFC 3501 does, `1.2`.
    fn visit(&mut self, raw: &[u8], place: &str, depth: usize) {
        let entity = Entity::parse(raw);
        let content_type = entity.content_type();
        let name = format!("{}/{}", content_type.kind, content_type.subtype);
        self.parts.push(json!({
            "part": place,
            "type": name,
            "name": entity.file_name(),
            "bytes": entity.body().len(),
        }));
        let file = entity
            .file_name()
            .map(|file| format!(", {file}"))
            .unwrap_or_default();
        let line = format!("{name}{file}, {} bytes", entity.body().len());
        let _infallible = writeln!(self.text, "{:depth$}part {place}: {}", "", printable(&line));
        self.note(place, entity.defects());
        if let Some(multipart) = entity.multipart() {
            self.note(place, &multipart.defects);
            for (part, number) in multipart.parts.iter().zip(1..) {
                if depth >= DEPTH_MAX || self.parts.len() >= TREE_PARTS_MAX {
                    self.note(place, &[Defect::LimitExceeded]);
                    break;
                }
                self.visit(part, &format!("{place}.{number}"), depth + 1);
            }
        }
    }

    fn note_layers(&mut self, layers: &[Layer]) {
        for (place, layer) in layers.iter().enumerate() {
            let problem = layer.problem.as_ref().map(|problem| problem.reason);
            if let Some(reason @ (Reason::Malformed | Reason::LimitExceeded)) = problem {
                let defect = json!({"layer": place, "code": reason.code()});
                self.defects.push(defect);
            }
        }
    }

    /// Notes the defects that the engine found further inside than the tree reaches.
    fn note_inside(&mut self, defects: &[Defect]) {
        for code in defects.iter().map(|defect| defect.code()) {
            if !self.defects.iter().any(|noted| noted["code"] == code) {
                self.defects.push(json!({"code": code}));
            }
        }
    }

    fn note(&mut self, place: &str, defects: &[Defect]) {
        let defects = defects
            .iter()
            .map(|defect| json!({"part": place, "code": defect.code()}));
        self.defects.extend(defects);
    }
}

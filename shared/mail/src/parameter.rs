//! Parameters of a structured field, taken off or put on without a change to the rest of its bytes.

use crate::Field;

/// The field without every parameter of this name, in whichever form of RFC 2231 it stands there.
pub fn without_parameter(field: &Field<'_>, name: &str) -> Vec<u8> {
    let segments = segments(field.raw);
    let kept: Vec<&[u8]> = segments
        .iter()
        .enumerate()
        .filter(|(index, segment)| *index == 0 || !names(segment, name))
        .map(|(_, segment)| *segment)
        .collect();
    if kept.len() == segments.len() {
        return field.raw.to_vec();
    }
    let mut out = kept.join(&b';');
    out.truncate(out.trim_ascii_end().len());
    out.extend_from_slice(b"\r\n");
    out
}

/// The field with one parameter more, on a line of its own. `value` has no quote and no backslash.
pub fn with_parameter(field: &Field<'_>, name: &str, value: &str) -> Vec<u8> {
    let mut out = without_parameter(field, name);
    out.truncate(out.trim_ascii_end().len());
    if out.last() != Some(&b';') {
        out.push(b';');
    }
    out.extend_from_slice(format!("\r\n {name}=\"{value}\"\r\n").as_bytes());
    out
}

/// What stands between the semicolons that separate: those outside of quotes and comments.
fn segments(raw: &[u8]) -> Vec<&[u8]> {
    let mut is_quoted = false;
    let mut is_escaped = false;
    let mut depth = 0usize;
    raw.split(|octet| {
        if std::mem::take(&mut is_escaped) {
            return false;
        }
        match octet {
            b'\\' => is_escaped = is_quoted || depth > 0,
            b'"' if depth == 0 => is_quoted = !is_quoted,
            b'(' if !is_quoted => depth += 1,
            b')' if !is_quoted => depth = depth.saturating_sub(1),
            b';' => return !is_quoted && depth == 0,
            _ => {}
        }
        false
    })
    .collect()
}

/// Whether a segment is the parameter, `name=`, `name*=` or `name*0*=`.
fn names(segment: &[u8], name: &str) -> bool {
    let end = segment
        .iter()
        .position(|octet| matches!(octet, b'=' | b'*'))
        .unwrap_or(segment.len());
    let found = segment.get(..end).unwrap_or_default().trim_ascii();
    found.eq_ignore_ascii_case(name.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Entity;

    fn changed(raw: &str, change: impl Fn(&Field<'_>) -> Vec<u8>) -> String {
        let entity = Entity::parse(raw.as_bytes());
        String::from_utf8(change(&entity.fields()[0])).unwrap()
    }

    #[test]
    fn only_the_parameter_goes() {
        for (raw, expected) in [
            ("A: t/p; hp=\"cipher\"; x=y\r\n", "A: t/p; x=y\r\n"),
            (
                "A: t/p;\r\n x=\"a;hp=b\";\r\n HP=clear\r\n",
                "A: t/p;\r\n x=\"a;hp=b\"\r\n",
            ),
            ("A: t/p; hp*0=a; hp*1*=b; hpx=c\n", "A: t/p; hpx=c\r\n"),
            (
                "A: t/p (; hp=1); x=\"\\\";hp=1\"\n",
                "A: t/p (; hp=1); x=\"\\\";hp=1\"\n",
            ),
            ("A: hp=1\r\n", "A: hp=1\r\n"),
        ] {
            assert_eq!(
                changed(raw, |field| without_parameter(field, "hp")),
                expected
            );
        }
    }

    #[test]
    fn one_parameter_more_and_never_two_of_a_name() {
        for raw in ["A: t/p\r\n", "A: t/p;\n", "A: t/p; hp=clear\r\n"] {
            let found = changed(raw, |field| with_parameter(field, "hp", "cipher"));
            assert_eq!(found, "A: t/p;\r\n hp=\"cipher\"\r\n");
        }
    }
}

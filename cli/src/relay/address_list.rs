//! The address lists in the edge's answer: `<a@b>, <c@d>`.

/// What stands between the angle brackets, in order. Brackets in a quoted local part are text.
pub(super) fn parse(list: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut current: Option<String> = None;
    let (mut quoted, mut escaped) = (false, false);
    for c in list.chars() {
        let Some(path) = &mut current else {
            if c == '<' {
                current = Some(String::new());
            }
            continue;
        };
        if c == '>' && !quoted {
            found.extend(current.take());
            continue;
        }
        if c == '"' && !escaped {
            quoted = !quoted;
        }
        escaped = c == '\\' && !escaped;
        path.push(c);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists() {
        assert_eq!(parse("<>"), [""]);
        assert_eq!(parse("<a@b>, <c@d>"), ["a@b", "c@d"]);
        assert_eq!(parse(r#"<"a>,<\"b"@c>,<d@e>"#), [r#""a>,<\"b"@c"#, "d@e"]);
        assert!(parse("a@b").is_empty());
        assert!(parse("<a@b").is_empty());
    }
}

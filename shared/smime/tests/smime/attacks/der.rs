//! DER taken apart and put together again, with the lengths made right.

pub(crate) fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len()).unwrap().to_be_bytes();
    let mut octets = vec![tag];
    match content.len() {
        0..0x80 => octets.push(length[3]),
        0x80..0x100 => octets.extend([0x81, length[3]]),
        0x100..0x1_0000 => octets.extend([0x82, length[2], length[3]]),
        _ => octets.extend([0x84, length[0], length[1], length[2], length[3]]),
    }
    octets.extend_from_slice(content);
    octets
}

/// The content of the one element in `der`.
pub(crate) fn content(der: &[u8]) -> &[u8] {
    let (start, end) = bounds(der);
    &der[start..end]
}

/// The elements inside of an element.
pub(crate) fn children(der: &[u8]) -> Vec<&[u8]> {
    let mut rest = content(der);
    let mut found = Vec::new();
    while !rest.is_empty() {
        let (child, after) = rest.split_at(bounds(rest).1);
        found.push(child);
        rest = after;
    }
    found
}

/// The element at a path of places.
pub(crate) fn at<'a>(der: &'a [u8], path: &[usize]) -> &'a [u8] {
    path.iter().fold(der, |der, place| children(der)[*place])
}

/// The same with another content of the element at a path.
pub(crate) fn with(der: &[u8], path: &[usize], new: &[u8]) -> Vec<u8> {
    let Some((place, path)) = path.split_first() else {
        return element(der[0], new);
    };
    let parts = children(der).into_iter().enumerate().map(|(index, child)| {
        if index == *place {
            with(child, path, new)
        } else {
            child.to_vec()
        }
    });
    element(der[0], &parts.collect::<Vec<_>>().concat())
}

fn bounds(der: &[u8]) -> (usize, usize) {
    match der[1] {
        length @ 0..0x80 => (2, 2 + usize::from(length)),
        count => {
            let start = 2 + usize::from(count & 0x7f);
            let octets = der[2..start].iter();
            let length = octets.fold(0, |length, octet| length << 8 | usize::from(*octet));
            (start, start + length)
        }
    }
}

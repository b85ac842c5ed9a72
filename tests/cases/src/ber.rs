//! BER that says the same as DER.

/// Writes DER anew as BER (X.690 §8), by choices that come from outside.
pub struct Style<'a> {
    choices: std::iter::Cycle<std::slice::Iter<'a, u8>>,
}

impl<'a> Style<'a> {
    /// A style by these choices, over and over.
    pub fn new(choices: &'a [u8]) -> Self {
        Self {
            choices: choices.iter().cycle(),
        }
    }

    fn choose(&mut self) -> u8 {
        self.choices.next().copied().unwrap_or_default()
    }

    /// All elements of `der`, one after the other.
    pub fn encode(&mut self, mut der: &[u8]) -> Vec<u8> {
        const OCTET_STRING: u8 = 0x04;
        /// In these messages only encryptedContent has it: an implicit OCTET STRING.
        const CONTEXT_0: u8 = 0x80;
        const CONSTRUCTED: u8 = 0x20;
        let mut ber = Vec::new();
        while let Some((tag, content, rest)) = split(der) {
            der = rest;
            let element = match tag {
                OCTET_STRING | CONTEXT_0 if self.choose().is_multiple_of(2) => {
                    let pieces = self.pieces(content);
                    self.element(tag | CONSTRUCTED, &pieces)
                }
                tag if tag & CONSTRUCTED != 0 => {
                    let content = self.encode(content);
                    self.element(tag, &content)
                }
                tag => self.element(tag, content),
            };
            ber.extend(element);
        }
        ber
    }

    /// A constructed string: OCTET STRINGs, some of them constructed in turn.
    fn pieces(&mut self, content: &[u8]) -> Vec<u8> {
        let size = usize::from(self.choose()) + 1;
        let mut pieces = Vec::new();
        for piece in content.chunks(size) {
            let primitive = self.element(0x04, piece);
            let is_nested = self.choose().is_multiple_of(8);
            pieces.extend(if is_nested {
                self.element(0x24, &primitive)
            } else {
                primitive
            });
        }
        pieces
    }

    /// With the shortest length, a longer one than needed, or none at all.
    fn element(&mut self, tag: u8, content: &[u8]) -> Vec<u8> {
        let is_constructed = tag & 0x20 != 0;
        match self.choose() % 4 {
            0 => [
                &[tag, 0x84],
                u32::try_from(content.len())
                    .unwrap()
                    .to_be_bytes()
                    .as_slice(),
                content,
            ]
            .concat(),
            1 | 2 if is_constructed => [&[tag, 0x80], content, &[0, 0]].concat(),
            _ => match u8::try_from(content.len()) {
                Ok(length) if length < 0x80 => [&[tag, length], content].concat(),
                _ => [
                    &[tag, 0x83],
                    &u32::try_from(content.len()).unwrap().to_be_bytes()[1..],
                    content,
                ]
                .concat(),
            },
        }
    }
}

/// The first element of DER: its tag, its content, and what follows it.
fn split(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = der.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = if first < 0x80 {
        (usize::from(first), rest)
    } else {
        let (octets, rest) = rest.split_at(usize::from(first & 0x7f));
        let length = octets
            .iter()
            .fold(0, |length, octet| length << 8 | usize::from(*octet));
        (length, rest)
    };
    let (content, rest) = rest.split_at(length);
    Some((tag, content, rest))
}

//! The Koblitz curve K-283 (sect283k1, SEC 2 §3.6.1), for reading mail to and from old smart cards:
//! y² + xy = x³ + 1 over GF(2^283). No library at hand has binary curves; nothing is ever sent with it.

use p256::elliptic_curve::bigint::{NonZero, Odd, U320};

use crate::{
    asn1::{Reader, tag},
    hazmat,
    key::PrivateKey,
    provider::ProviderError,
    sensitive::Sensitive,
};

/// Octets of a coordinate.
const COORDINATE_OCTETS: usize = 36;
/// Significant bits of the order.
const ORDER_BITS: usize = 281;
const ORDER: U320 = U320::from_be_hex(
    "0000000001ffffffffffffffffffffffffffffffffffe9ae2ed07577265dff7f94451e061e163c61",
);
const GENERATOR: Point = Point {
    x: Field([
        0xb0c2_ac24_5849_2836,
        0x23c1_567a_1687_6913,
        0x62f1_88e5_53cd_265f,
        0x78ca_4488_3f1a_3b81,
        0x0000_0000_0503_213f,
    ]),
    y: Field([
        0x4e34_1161_77dd_2259,
        0xe818_4698_e459_6236,
        0x07e5_426f_e87e_45c0,
        0x0f1c_9e31_8d90_f95d,
        0x0000_0000_01cc_da38,
    ]),
};

/// ECDH, plain or with the cofactor 4 (SEC 1 §3.3): the x-coordinate.
pub(crate) fn agree(
    key: &PrivateKey,
    peer: &[u8],
    with_cofactor: bool,
) -> Result<Sensitive<Vec<u8>>, ProviderError> {
    let peer = Point::read(peer)?;
    let scalar = Sensitive::new(padded(secret(key)?)?.to_vec());
    let mut scalar = U320::from_be_slice(scalar.expose());
    if with_cofactor {
        // The peer's point is of the prime order, so the product may be reduced.
        scalar = scalar.mul_mod(&U320::from_u8(4), &order());
    }
    let shared = peer.times(&scalar).ok_or(ProviderError::BadKey)?;
    let octets = shared.x.octets();
    let coordinate = octets.get(octets.len() - COORDINATE_OCTETS..);
    Ok(Sensitive::new(coordinate.unwrap_or_default().to_vec()))
}

/// ECDSA (FIPS 186-5 §6.4.2).
pub(crate) fn verify(spki: &[u8], hash: &[u8], signature: &[u8]) -> Result<(), ProviderError> {
    const FAILED: ProviderError = ProviderError::CheckFailed;
    let key = Point::read(hazmat::keys::spki_key(spki)?)?;
    let mut fields = Reader::new(signature).sequence().map_err(|_| FAILED)?;
    let mut number = || {
        let content = fields.expect(tag::INTEGER).map_err(|_| FAILED)?.content;
        let value = U320::from_be_slice(&padded(content)?);
        (value != U320::ZERO && value < ORDER)
            .then_some(value)
            .ok_or(FAILED)
    };
    let (r, s) = (number()?, number()?);
    fields.finish().map_err(|_| FAILED)?;
    let hash = leftmost_bits(hash)?;
    let odd_order = Option::<Odd<U320>>::from(Odd::new(ORDER)).ok_or(FAILED)?;
    let inverse = Option::<U320>::from(s.invert_odd_mod(&odd_order)).ok_or(FAILED)?;
    let of_generator = GENERATOR
        .times(&hash.mul_mod(&inverse, &order()))
        .ok_or(FAILED)?;
    let of_key = key.times(&r.mul_mod(&inverse, &order())).ok_or(FAILED)?;
    let x = of_generator.plus_x(&of_key).ok_or(FAILED)?;
    if U320::from_be_slice(&x.octets()).rem(&order()) == r {
        Ok(())
    } else {
        Err(FAILED)
    }
}

fn order() -> NonZero<U320> {
    NonZero::new(ORDER).unwrap_or(NonZero::ONE)
}

/// The scalar of an `ECPrivateKey` (RFC 5915).
fn secret(key: &PrivateKey) -> Result<&[u8], ProviderError> {
    let read = || {
        let mut fields = Reader::new(key.inner().ok()?).sequence().ok()?;
        fields.small_integer().ok()?;
        fields.octets().ok()
    };
    read().ok_or(ProviderError::BadKey)
}

/// Big-endian octets at the width of the arithmetic.
fn padded(octets: &[u8]) -> Result<[u8; 40], ProviderError> {
    let zeros = 40usize
        .checked_sub(octets.len())
        .ok_or(ProviderError::BadKey)?;
    let mut padded = [0; 40];
    padded
        .get_mut(zeros..)
        .ok_or(ProviderError::BadKey)?
        .copy_from_slice(octets);
    Ok(padded)
}

/// The leftmost bits of a hash, as many as the order has.
fn leftmost_bits(hash: &[u8]) -> Result<U320, ProviderError> {
    let octets = ORDER_BITS.div_ceil(8);
    let Some(start) = hash.get(..octets) else {
        return Ok(U320::from_be_slice(&padded(hash)?));
    };
    let surplus = u32::try_from(octets * 8 - ORDER_BITS).unwrap_or_default();
    Ok(U320::from_be_slice(&padded(start)?) >> surplus)
}

/// An element of GF(2^283), polynomial basis, reduced by x^283 + x^12 + x^7 + x^5 + 1; lowest word first.
#[derive(Clone, Copy, Eq, PartialEq)]
struct Field([u64; 5]);

impl Field {
    const ZERO: Self = Self([0; 5]);
    const ONE: Self = Self([1, 0, 0, 0, 0]);
    const DEGREE: u32 = 283;
    /// Bits of the degree in the highest word.
    const TOP_BITS: u32 = Self::DEGREE - 256;

    /// Reads a coordinate, which must be reduced.
    fn read(octets: &[u8]) -> Result<Self, ProviderError> {
        let padded = padded(octets)?;
        let mut words = [0; 5];
        for (word, octets) in words.iter_mut().zip(padded.as_chunks::<8>().0.iter().rev()) {
            *word = u64::from_be_bytes(*octets);
        }
        match words {
            [.., top] if top >> Self::TOP_BITS == 0 => Ok(Self(words)),
            _ => Err(ProviderError::BadKey),
        }
    }

    /// Big-endian, as wide as the words.
    fn octets(self) -> [u8; 40] {
        let mut octets = [0; 40];
        for (chunk, word) in octets
            .as_chunks_mut::<8>()
            .0
            .iter_mut()
            .zip(self.0.iter().rev())
        {
            *chunk = word.to_be_bytes();
        }
        octets
    }

    fn plus(self, other: Self) -> Self {
        let mut sum = self.0;
        for (word, other) in sum.iter_mut().zip(other.0) {
            *word ^= other;
        }
        Self(sum)
    }

    fn masked(self, mask: u64) -> Self {
        Self(self.0.map(|word| word & mask))
    }

    /// Times x, without a branch on the value.
    fn shifted(self) -> Self {
        let [lowest, low, middle, high, highest] = self.0;
        let top = (highest << 1) | (high >> 63);
        let carry = top >> Self::TOP_BITS;
        let kept = top & ((1 << Self::TOP_BITS) - 1);
        Self([
            (lowest << 1) ^ (0x10a1 & 0u64.wrapping_sub(carry)),
            (low << 1) | (lowest >> 63),
            (middle << 1) | (low >> 63),
            (high << 1) | (middle >> 63),
            kept,
        ])
    }

    fn times(self, other: Self) -> Self {
        let mut product = Self::ZERO;
        for word in other.0.iter().rev() {
            for shift in (0..u64::BITS).rev() {
                let mask = 0u64.wrapping_sub((word >> shift) & 1);
                product = product.shifted().plus(self.masked(mask));
            }
        }
        product
    }

    fn squared(self) -> Self {
        self.times(self)
    }

    /// By Fermat: the power 2^283 − 2. Zero for zero.
    fn inverse(self) -> Self {
        let mut result = Self::ONE;
        for _ in 1..Self::DEGREE {
            result = result.times(self).squared();
        }
        result
    }
}

/// An affine point.
#[derive(Clone, Copy)]
struct Point {
    x: Field,
    y: Field,
}

impl Point {
    /// Reads an uncompressed point (SEC 1 §2.3.4) and checks that it is on the curve and of the prime order.
    fn read(octets: &[u8]) -> Result<Self, ProviderError> {
        const BAD: ProviderError = ProviderError::BadKey;
        let coordinates = octets.strip_prefix(&[4]).ok_or(BAD)?;
        if coordinates.len() != 2 * COORDINATE_OCTETS {
            return Err(BAD);
        }
        let (x, y) = coordinates.split_at(COORDINATE_OCTETS);
        let (x, y) = (Field::read(x)?, Field::read(y)?);
        let left = y.squared().plus(x.times(y));
        let right = x.squared().times(x).plus(Field::ONE);
        let point = Self { x, y };
        let is_good = left == right && x != Field::ZERO && point.times(&ORDER).is_none();
        is_good.then_some(point).ok_or(BAD)
    }

    /// The multiple by the ladder of López and Dahab; `None` is the point at infinity.
    fn times(&self, scalar: &U320) -> Option<Self> {
        let mut low = (Field::ONE, Field::ZERO);
        let mut high = (self.x, Field::ONE);
        for octet in scalar.to_be_bytes().as_ref() {
            for shift in (0..u8::BITS).rev() {
                let mask = 0u64.wrapping_sub(u64::from((octet >> shift) & 1));
                (low, high) = swapped(mask, low, high);
                high = self.ladder_sum(low, high);
                low = doubled(low);
                (low, high) = swapped(mask, low, high);
            }
        }
        self.recovered(low, high)
    }

    /// The sum of two projective x-coordinates whose difference is this point.
    fn ladder_sum(&self, (x1, z1): Projective, (x2, z2): Projective) -> Projective {
        let (a, b) = (x1.times(z2), x2.times(z1));
        let z = a.plus(b).squared();
        (self.x.times(z).plus(a.times(b)), z)
    }

    /// The affine point of `low`, where `high` is one more of this point.
    fn recovered(&self, (x1, z1): Projective, (x2, z2): Projective) -> Option<Self> {
        if z1 == Field::ZERO || z2 == Field::ZERO {
            return None;
        }
        let Self { x, y } = *self;
        let x_low = x1.times(z1.inverse());
        let product = x1.plus(x.times(z1)).times(x2.plus(x.times(z2)));
        let rest = x.squared().plus(y).times(z1.times(z2));
        let scale = x.times(z1.times(z2)).inverse();
        let y_low = x.plus(x_low).times(product.plus(rest)).times(scale).plus(y);
        Some(Self { x: x_low, y: y_low })
    }

    /// The x-coordinate of the sum; `None` where the points are equal or opposite.
    fn plus_x(&self, other: &Self) -> Option<Field> {
        let across = self.x.plus(other.x);
        if across == Field::ZERO {
            return None;
        }
        let slope = self.y.plus(other.y).times(across.inverse());
        Some(slope.squared().plus(slope).plus(across))
    }
}

type Projective = (Field, Field);

fn doubled((x, z): Projective) -> Projective {
    let (x2, z2) = (x.squared(), z.squared());
    (x2.squared().plus(z2.squared()), x2.times(z2))
}

/// The pairs exchanged where the mask is all ones.
fn swapped(mask: u64, a: Projective, b: Projective) -> (Projective, Projective) {
    let choose = |a: Field, b: Field| {
        let change = a.plus(b).masked(mask);
        (a.plus(change), b.plus(change))
    };
    let (x1, x2) = choose(a.0, b.0);
    let (z1, z2) = choose(a.1, b.1);
    ((x1, z1), (x2, z2))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn octets(point: &Point) -> Vec<u8> {
        let coordinate = |field: &Field| field.octets()[4..].to_vec();
        [vec![4], coordinate(&point.x), coordinate(&point.y)].concat()
    }

    #[test]
    fn the_generator_is_on_the_curve_and_has_its_order() {
        assert!(Point::read(&octets(&GENERATOR)).is_ok());
    }

    #[test]
    fn multiples_agree_with_sums() {
        let double = GENERATOR.times(&U320::from_u8(2)).unwrap();
        let triple = GENERATOR.times(&U320::from_u8(3)).unwrap();
        assert!(GENERATOR.plus_x(&double).unwrap() == triple.x);
        assert!(Point::read(&octets(&triple)).is_ok());
    }

    #[test]
    fn points_elsewhere_are_refused() {
        let mut off = octets(&GENERATOR);
        off[40] ^= 1;
        assert!(Point::read(&off).is_err());
        // The point of order two.
        let two = Point {
            x: Field::ZERO,
            y: Field::ONE,
        };
        assert!(Point::read(&octets(&two)).is_err());
        assert!(Point::read(&off[1..]).is_err());
    }
}

//! Opening one envelope: finding the recipient, recovering the content key, decrypting in place.

use der::oid::ObjectIdentifier;
use mail::{Buffer, Entity};

use crate::{
    KeyKind, KeyPair, PrivateKey, Problem, Provider, ProviderError, Reason,
    asn1::{Reader, oid, tag},
    cms::enveloped::{
        Agreement, Encapsulation, EncryptedContent, Envelope, Kdf, KeyWay, RecipientInfo, Transport,
    },
    encrypt::{kem_info, shared_info},
    hazmat, malleability,
    password::Password,
    sensitive::Sensitive,
};

/// A cipher that content may be encrypted with, historic ones included.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum ReadCipher {
    AesCbc { key_octets: usize },
    AesGcm { key_octets: usize },
    ChaCha20Poly1305,
    TripleDes,
    Des,
    Rc2,
}

impl ReadCipher {
    pub(crate) fn from_oid(id: ObjectIdentifier) -> Option<Self> {
        Some(match id {
            oid::AES128_CBC => Self::AesCbc { key_octets: 16 },
            oid::AES192_CBC => Self::AesCbc { key_octets: 24 },
            oid::AES256_CBC => Self::AesCbc { key_octets: 32 },
            oid::AES128_GCM => Self::AesGcm { key_octets: 16 },
            oid::AES192_GCM => Self::AesGcm { key_octets: 24 },
            oid::AES256_GCM => Self::AesGcm { key_octets: 32 },
            oid::CHACHA20_POLY1305 => Self::ChaCha20Poly1305,
            oid::TRIPLE_DES_CBC => Self::TripleDes,
            oid::DES_CBC => Self::Des,
            oid::RC2_CBC => Self::Rc2,
            _ => return None,
        })
    }

    pub(crate) fn name(self) -> String {
        match self {
            Self::AesCbc { key_octets } => format!("aes-{}-cbc", key_octets * 8),
            Self::AesGcm { key_octets } => format!("aes-{}-gcm", key_octets * 8),
            Self::ChaCha20Poly1305 => "chacha20-poly1305".to_owned(),
            Self::TripleDes => "3des-cbc".to_owned(),
            Self::Des => "des-cbc".to_owned(),
            Self::Rc2 => "rc2-cbc".to_owned(),
        }
    }

    fn is_authenticated(self) -> bool {
        matches!(self, Self::AesGcm { .. } | Self::ChaCha20Poly1305)
    }

    /// Octets of the content key; RC2 keys vary.
    fn key_octets(self) -> Option<usize> {
        match self {
            Self::AesCbc { key_octets } | Self::AesGcm { key_octets } => Some(key_octets),
            Self::ChaCha20Poly1305 => Some(32),
            Self::TripleDes => Some(24),
            Self::Des => Some(8),
            Self::Rc2 => None,
        }
    }
}

/// The content in the clear, and which recipient's key opened it.
pub(crate) struct Decrypted {
    pub(crate) content: Buffer,
    pub(crate) opened_by: usize,
}

/// Decrypts the content of `object`, whose envelope this is, with the first key that fits.
///
/// Every failure after a key was found to fit is the same `integrity-failure`, so that nobody learns from it
/// whether the padding of an RSA ciphertext was right (RFC 3218, RFC 8551 §6).
pub(crate) fn decrypt(
    object: Buffer,
    envelope: Envelope,
    keys: &[KeyPair],
    password: Option<&Password>,
    provider: &dyn Provider,
) -> Result<Decrypted, Problem> {
    let cipher = ReadCipher::from_oid(envelope.cipher).ok_or_else(|| {
        Problem::new(
            Reason::UnsupportedAlgorithm,
            format!("the content cipher {} is not known", envelope.cipher),
        )
    })?;
    if cipher.is_authenticated() != envelope.authentication.is_some() {
        // An authenticated cipher without its tag would be a way around the tag.
        return Err(Problem::new(
            Reason::Malformed,
            "the content cipher does not fit the kind of envelope",
        ));
    }
    let Candidates {
        list: candidates,
        is_cut,
    } = candidates(&envelope.recipients, keys, password);
    if candidates.is_empty() {
        return Err(why_none(&envelope.recipients, keys));
    }
    let is_guess = candidates.iter().all(|candidate| candidate.is_guess);
    let mut ciphertext = take_content(object, envelope.content);
    let parameters = Parameters {
        cipher,
        der: &envelope.parameters,
        authentication: envelope
            .authentication
            .as_ref()
            .map(|found| (found.mac.as_slice(), found.attributes.as_slice())),
    };
    let last = candidates.len() - 1;
    let mut is_opened = false;
    for (index, candidate) in candidates.iter().enumerate() {
        let Some(content_key) = content_key(candidate, cipher, provider)? else {
            continue;
        };
        // Only the last attempt may spoil the ciphertext.
        let mut attempt = if index == last {
            std::mem::take(&mut ciphertext)
        } else {
            ciphertext.clone()
        };
        if parameters.open(content_key.expose(), &mut attempt, provider) {
            is_opened |= begins_as_text(&attempt);
            // The random key of a wrong guess leaves a padding that is right in one of 256 cases.
            let is_meant = !candidate.is_guess
                || cipher.is_authenticated()
                || malleability::is_one_clean_entity(&Entity::parse(&attempt));
            if is_meant {
                return Ok(Decrypted {
                    content: attempt,
                    opened_by: candidate.recipient_index,
                });
            }
        }
    }
    Err(if is_cut {
        Problem::new(
            Reason::LimitExceeded,
            "there are too many recipients to try a key on that came without its certificate",
        )
    } else if is_opened || !is_guess {
        integrity_failure()
    } else {
        no_matching_key()
    })
}

/// Whether content that was changed is that of the right key after all. Of random octets hardly any begin so.
fn begins_as_text(content: &[u8]) -> bool {
    const OCTETS: usize = 8;
    let mut start = content.iter().take(OCTETS);
    start.all(|octet| octet.is_ascii_graphic() || octet.is_ascii_whitespace())
}

/// The one answer to whatever goes wrong once a key fits.
pub(crate) fn integrity_failure() -> Problem {
    Problem::new(
        Reason::IntegrityFailure,
        "the encrypted content was changed, or the key in it is not for this certificate",
    )
}

/// Why no key can be tried.
fn why_none(recipients: &[RecipientInfo], keys: &[KeyPair]) -> Problem {
    let mut certificates = keys.iter().filter_map(|pair| pair.certificate.as_ref());
    let is_named = certificates.any(|certificate| {
        let mut ids = recipients.iter().map(|recipient| &recipient.id);
        ids.any(|id| id.matches(certificate))
    });
    if is_named {
        Problem::new(
            Reason::UnsupportedAlgorithm,
            "the way in which the content key is protected is not known",
        )
    } else {
        no_matching_key()
    }
}

fn no_matching_key() -> Problem {
    Problem::new(
        Reason::NoMatchingKey,
        "none of the keys is that of a recipient",
    )
}

/// A recipient and a key that could be its.
struct Candidate<'a> {
    recipient: &'a RecipientInfo,
    recipient_index: usize,
    key: Key<'a>,
    /// Nothing says that the key is the recipient's: it came without a certificate, or it is a password.
    is_guess: bool,
}

/// What is tried, in this order.
struct Candidates<'a> {
    list: Vec<Candidate<'a>>,
    /// Whether a limit kept some out.
    is_cut: bool,
}

#[derive(Clone, Copy)]
enum Key<'a> {
    Private(&'a PrivateKey),
    Password(&'a Password),
}

/// Keys named by their certificate; only where there are none, keys without certificate are tried.
///
/// A password is tried after them.
fn candidates<'a>(
    recipients: &'a [RecipientInfo],
    keys: &'a [KeyPair],
    password: Option<&'a Password>,
) -> Candidates<'a> {
    /// Most that name a certificate of ours and are tried, each with the whole content. The first of them opens an honest
    /// message; some clients name a certificate twice.
    const NAMED_MAX: usize = 4;
    /// Most recipients that a key without certificate is tried on: each costs a private operation.
    const GUESSES_MAX: usize = 32;
    /// Most that a password is tried on: each may cost a second.
    const PASSWORDS_MAX: usize = 4;
    let mut named = Vec::new();
    let mut guesses = Vec::new();
    let mut passwords = Vec::new();
    let mut is_cut = false;
    for (recipient_index, recipient) in recipients.iter().enumerate() {
        for pair in keys.iter().filter(|pair| recipient.fits(pair.key.kind())) {
            let candidate = Candidate {
                recipient,
                recipient_index,
                key: Key::Private(&pair.key),
                is_guess: pair.certificate.is_none(),
            };
            match &pair.certificate {
                Some(certificate) if recipient.id.matches(certificate) => {
                    if named.len() < NAMED_MAX {
                        named.push(candidate);
                    }
                }
                None if guesses.len() < GUESSES_MAX => guesses.push(candidate),
                None => is_cut = true,
                Some(_) => {}
            }
        }
        if let (KeyWay::Password(_), Some(password)) = (&recipient.way, password)
            && passwords.len() < PASSWORDS_MAX
        {
            passwords.push(Candidate {
                recipient,
                recipient_index,
                key: Key::Password(password),
                is_guess: true,
            });
        }
    }
    let is_named = !named.is_empty();
    let mut list = if is_named { named } else { guesses };
    list.append(&mut passwords);
    Candidates {
        list,
        is_cut: is_cut && !is_named,
    }
}

/// The ciphertext, where it is in the object.
fn take_content(mut object: Buffer, content: EncryptedContent) -> Buffer {
    match content {
        EncryptedContent::Joined(octets) => octets.into(),
        EncryptedContent::At(range) => {
            object.truncate(range.end);
            object.drop_front(range.start);
            object
        }
    }
}

/// The content key, or for RSA with a wrong padding a random one: the failure then shows where any other does.
/// `None`: the key does not fit, which key agreement tells by the wrap's own check.
fn content_key(
    candidate: &Candidate<'_>,
    cipher: ReadCipher,
    provider: &dyn Provider,
) -> Result<Option<Sensitive<Vec<u8>>>, Problem> {
    match (&candidate.recipient.way, candidate.key) {
        (KeyWay::Transport(transport), Key::Private(key)) => {
            transported_key(transport, key, cipher, provider)
                .map(Some)
                .map_err(|_| integrity_failure())
        }
        (KeyWay::Agreement(agreement), Key::Private(key)) => {
            Ok(agreed_key(agreement, key, provider).ok())
        }
        (KeyWay::Encapsulation(found), Key::Private(key)) => {
            Ok(encapsulated_key(found, key, provider).ok())
        }
        (KeyWay::Password(wrap), Key::Password(password)) => Ok(wrap.open(password)),
        _ => Ok(None),
    }
}

fn transported_key(
    transport: &Transport,
    key: &PrivateKey,
    cipher: ReadCipher,
    provider: &dyn Provider,
) -> Result<Sensitive<Vec<u8>>, ProviderError> {
    let Transport {
        padding,
        label,
        encrypted_key,
    } = transport;
    let mut random = vec![0; cipher.key_octets().unwrap_or(16)];
    provider.fill_random(&mut random)?;
    let random = Sensitive::new(random);
    let decrypted = if label.is_empty() {
        provider.rsa_decrypt(*padding, key, encrypted_key)
    } else {
        provider.rsa_decrypt_labelled(*padding, label, key, encrypted_key)
    };
    Ok(match decrypted {
        Ok(found)
            if cipher
                .key_octets()
                .is_none_or(|octets| octets == found.expose().len()) =>
        {
            found
        }
        _ => random,
    })
}

fn agreed_key(
    agreement: &Agreement,
    key: &PrivateKey,
    provider: &dyn Provider,
) -> Result<Sensitive<Vec<u8>>, ProviderError> {
    let key_octets = match agreement.wrap {
        oid::AES128_WRAP => 16,
        oid::AES192_WRAP | oid::TRIPLE_DES_WRAP => 24,
        oid::AES256_WRAP => 32,
        _ => return Err(ProviderError::Unsupported),
    };
    let secret = if key.kind() == KeyKind::K283 {
        hazmat::k283::agree(key, &agreement.originator_point, agreement.with_cofactor)?
    } else {
        let peer = agreement
            .originator_spki(key.kind())
            .ok_or(ProviderError::Unsupported)?;
        provider.agree(key, &peer)?
    };
    let info = shared_info(
        &agreement.wrap_algorithm,
        agreement.user_keying_material.as_deref(),
        key_octets,
    );
    let wrapping_key = match agreement.kdf {
        Kdf::X963(digest) => hazmat::kdf::derive_x963(digest, secret.expose(), &info, key_octets),
        Kdf::Hkdf(digest) => hazmat::kdf::derive_hkdf(digest, secret.expose(), &info, key_octets)?,
    };
    if agreement.wrap == oid::TRIPLE_DES_WRAP {
        hazmat::legacy::triple_des_unwrap(wrapping_key.expose(), &agreement.encrypted_key)
    } else {
        hazmat::key_wrap::unwrap(wrapping_key.expose(), &agreement.encrypted_key)
    }
}

fn encapsulated_key(
    found: &Encapsulation,
    key: &PrivateKey,
    provider: &dyn Provider,
) -> Result<Sensitive<Vec<u8>>, ProviderError> {
    // The wrap's key size is what the KDF must deliver; unwrapping refuses all other sizes.
    if !matches!(found.key_octets, 16 | 24 | 32) {
        return Err(ProviderError::Unsupported);
    }
    let secret = provider.decapsulate(key, &found.ciphertext)?;
    let info = kem_info(
        &found.wrap_algorithm,
        found.key_octets,
        found.user_keying_material.as_deref(),
    );
    let wrapping_key =
        hazmat::kdf::derive_hkdf(found.kdf, secret.expose(), &info, found.key_octets)?;
    hazmat::key_wrap::unwrap(wrapping_key.expose(), &found.encrypted_key)
}

/// How the content is encrypted, but for the key.
struct Parameters<'a> {
    cipher: ReadCipher,
    der: &'a [u8],
    authentication: Option<(&'a [u8], &'a [u8])>,
}

impl Parameters<'_> {
    /// Decrypts in place; false if the result is not what was encrypted.
    fn open(&self, key: &[u8], content: &mut Buffer, provider: &dyn Provider) -> bool {
        match self.cipher {
            ReadCipher::AesGcm { .. } | ReadCipher::ChaCha20Poly1305 => {
                self.open_authenticated(key, content, provider).is_some()
            }
            _ => self.open_cbc(key, content, provider).is_some(),
        }
    }

    fn open_authenticated(
        &self,
        key: &[u8],
        content: &mut [u8],
        provider: &dyn Provider,
    ) -> Option<()> {
        let (mac, attributes) = self.authentication?;
        let mut reader = Reader::new(self.der);
        if self.cipher == ReadCipher::ChaCha20Poly1305 {
            let nonce = reader.octets().ok()?;
            return provider
                .chacha20_poly1305_decrypt(key, nonce, attributes, content, mac)
                .ok();
        }
        let mut parameters = reader.sequence().ok()?;
        let nonce = parameters.octets().ok()?;
        // aes-ICVlen defaults to 12 (RFC 5084 §3.2); a tag of another length is no tag of this content.
        let tag_octets = parameters.small_integer().unwrap_or(12);
        if usize::try_from(tag_octets) != Ok(mac.len()) {
            return None;
        }
        provider
            .gcm_decrypt(key, nonce, attributes, content, mac)
            .ok()
    }

    fn open_cbc(&self, key: &[u8], content: &mut Buffer, provider: &dyn Provider) -> Option<()> {
        let mut reader = Reader::new(self.der);
        let block_octets = match self.cipher {
            ReadCipher::AesCbc { .. } => {
                let iv = reader.octets().ok()?.try_into().ok()?;
                provider.cbc_decrypt(key, iv, content).ok()?;
                hazmat::cipher::BLOCK_OCTETS
            }
            ReadCipher::Rc2 => {
                let (effective_bits, iv) = rc2_parameters(self.der)?;
                hazmat::legacy::rc2_cbc_decrypt(key, effective_bits, iv, content).ok()?;
                hazmat::legacy::BLOCK_OCTETS
            }
            ReadCipher::TripleDes => {
                let iv = reader.octets().ok()?;
                hazmat::legacy::triple_des_cbc_decrypt(key, iv, content).ok()?;
                hazmat::legacy::BLOCK_OCTETS
            }
            _ => {
                let iv = reader.octets().ok()?;
                hazmat::legacy::des_cbc_decrypt(key, iv, content).ok()?;
                hazmat::legacy::BLOCK_OCTETS
            }
        };
        content.truncate(unpadded_octets(content, block_octets)?);
        Some(())
    }
}

/// `RC2CBCParameter` (RFC 2268 §6): a code for the effective key size, and the IV.
fn rc2_parameters(der: &[u8]) -> Option<(usize, &[u8])> {
    let element = Reader::new(der).any().ok()?;
    if element.tag == tag::OCTET_STRING {
        return Some((32, element.content));
    }
    let mut fields = element.reader();
    let bits = match fields.small_integer().ok()? {
        160 => 40,
        120 => 64,
        58 => 128,
        version => usize::try_from(version)
            .ok()
            .filter(|bits| (256..=1024).contains(bits))?,
    };
    Some((bits, fields.octets().ok()?))
}

/// How many octets there are without the padding (RFC 5652 §6.3).
pub(crate) fn unpadded_octets(content: &[u8], block_octets: usize) -> Option<usize> {
    let count = usize::from(*content.last()?);
    if count == 0 || count > block_octets {
        return None;
    }
    let start = content.len().checked_sub(count)?;
    let padding = content.get(start..)?;
    if padding.iter().any(|octet| usize::from(*octet) != count) {
        return None;
    }
    Some(start)
}

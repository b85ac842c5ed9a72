"""X25519 recipients (RFC 8418), which no peer knows: opened and made by the letter of the RFCs.

The structures are taken apart here, the primitives are those of cryptography. The questions are in peer/driven.rs.
"""

import os
import sys
from pathlib import Path

from cryptography.hazmat.primitives import hashes, padding
from cryptography.hazmat.primitives.asymmetric.x25519 import (
    X25519PrivateKey,
    X25519PublicKey,
)
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.keywrap import aes_key_unwrap, aes_key_wrap
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509 import load_pem_x509_certificate

ENVELOPED = bytes.fromhex("2a864886f70d010703")
AUTH_ENVELOPED = bytes.fromhex("2a864886f70d0109100117")
HKDF_DIGESTS = {
    bytes.fromhex("2a864886f70d0109100313"): hashes.SHA256,
    bytes.fromhex("2a864886f70d0109100314"): hashes.SHA384,
    bytes.fromhex("2a864886f70d0109100315"): hashes.SHA512,
}
WRAPS = {
    bytes.fromhex("608648016503040105"): 128,
    bytes.fromhex("608648016503040119"): 192,
    bytes.fromhex("60864801650304012d"): 256,
}
CHACHA20_POLY1305 = bytes.fromhex("2a864886f70d0109100312")
AES_CBC = {
    bytes.fromhex("608648016503040102"),
    bytes.fromhex("608648016503040116"),
    bytes.fromhex("60864801650304012a"),
}
DATA = bytes.fromhex("2a864886f70d010701")
X25519 = bytes.fromhex("2b656e")
HKDF_SHA256 = bytes.fromhex("2a864886f70d0109100313")
# Each with its identifier and the bits of its key, which are those of the wrap, too.
CIPHERS = {
    "aes-128-cbc": (bytes.fromhex("608648016503040102"), 128),
    "aes-256-cbc": (bytes.fromhex("60864801650304012a"), 256),
    "aes-128-gcm": (bytes.fromhex("608648016503040106"), 128),
    "aes-256-gcm": (bytes.fromhex("60864801650304012e"), 256),
    "chacha20-poly1305": (CHACHA20_POLY1305, 256),
}


def elements(der):
    """The elements of DER: tag, content, and the whole."""
    found = []
    while der:
        length, start = der[1], 2
        if length >= 0x80:
            start += length & 0x7F
            length = int.from_bytes(der[2:start], "big")
        end = start + length
        found.append((der[0], der[start:end], der[:end]))
        der = der[end:]
    return found


def element(tag, *contents):
    content = b"".join(contents)
    length = len(content)
    if length < 0x80:
        return bytes([tag, length]) + content
    octets = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(octets)]) + octets + content


def sequence(*contents):
    return element(0x30, *contents)


def integer(value):
    return element(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def decrypt(_certificate, key, source, output):
    (_, content_info, _), *_ = elements(Path(source).read_bytes())
    (_, content_type, _), (_, explicit, _) = elements(content_info)
    fields = elements(elements(explicit)[0][1])
    assert content_type in (ENVELOPED, AUTH_ENVELOPED)
    _version, (_, recipients, _), (_, encrypted, _), *rest = fields
    content_key = agree(load_pem_private_key(Path(key).read_bytes(), None), recipients)
    _type, (_, algorithm, _), (_, ciphertext, _) = elements(encrypted)
    (_, cipher, _), (_, parameters, _) = elements(algorithm)
    if content_type == AUTH_ENVELOPED:
        # GCMParameters has its nonce first (RFC 5084 §3.2), ChaCha20-Poly1305 has nothing else (RFC 8103 §3).
        is_gcm = cipher != CHACHA20_POLY1305
        nonce = elements(parameters)[0][1] if is_gcm else parameters
        aead = (AESGCM if is_gcm else ChaCha20Poly1305)(content_key)
        opened = aead.decrypt(nonce, ciphertext + rest[-1][1], None)
    else:
        assert cipher in AES_CBC
        stream = Cipher(algorithms.AES(content_key), modes.CBC(parameters)).decryptor()
        unpadder = padding.PKCS7(128).unpadder()
        opened = unpadder.update(stream.update(ciphertext)) + unpadder.finalize()
    Path(output).write_bytes(opened)


def agree(key, recipients):
    """The content key of the first KeyAgreeRecipientInfo (RFC 5652 §6.2.2)."""
    (_, recipient, _), *_ = elements(recipients)
    fields = elements(recipient)
    _version, (_, originator, _), *ukm, (_, algorithm, _), (_, keys, _) = fields
    # originatorKey [1] IMPLICIT, with the key in a BIT STRING.
    (_, (_, bits, _)) = elements(elements(originator)[0][1])
    secret = key.exchange(X25519PublicKey.from_public_bytes(bits[1:]))
    (_, scheme, _), (_, wrap, key_info) = elements(algorithm)
    kek_bits = WRAPS[elements(wrap)[0][1]]
    material = element(0xA0, elements(ukm[0][1])[0][2]) if ukm else b""
    kek = derive(HKDF_DIGESTS[scheme](), secret, key_info, material, kek_bits)
    (_, encrypted_key, _), *_ = elements(keys)
    return aes_key_unwrap(kek, elements(encrypted_key)[-1][1])


def derive(digest, secret, key_info, material, kek_bits):
    """The key that wraps (RFC 8418 §2.2), of ECC-CMS-SharedInfo (RFC 5753 §7.2)."""
    size = element(0xA2, element(0x04, kek_bits.to_bytes(4, "big")))
    info = sequence(key_info, material, size)
    return HKDF(digest, kek_bits // 8, None, info).derive(secret)


def encrypt(certificate, transport, cipher, source, output):
    if transport != "x25519" or cipher not in CIPHERS:
        raise NotImplementedError(f"{transport} with {cipher}")
    certificate = load_pem_x509_certificate(Path(certificate).read_bytes())
    identifier, bits = CIPHERS[cipher]
    content_key = os.urandom(bits // 8)
    content = Path(source).read_bytes()
    if cipher.endswith("cbc"):
        iv = os.urandom(16)
        padder = padding.PKCS7(128).padder()
        stream = Cipher(algorithms.AES(content_key), modes.CBC(iv)).encryptor()
        padded = padder.update(content) + padder.finalize()
        ciphertext, tag = stream.update(padded) + stream.finalize(), None
        parameters = element(0x04, iv)
    else:
        nonce = os.urandom(12)
        is_gcm = identifier != CHACHA20_POLY1305
        aead = (AESGCM if is_gcm else ChaCha20Poly1305)(content_key)
        sealed = aead.encrypt(nonce, content, None)
        ciphertext, tag = sealed[:-16], sealed[-16:]
        parameters = element(0x04, nonce)
        if is_gcm:
            parameters = sequence(parameters, integer(16))
    encrypted = sequence(
        element(0x06, DATA),
        sequence(element(0x06, identifier), parameters),
        element(0x80, ciphertext),
    )
    recipients = element(0x31, recipient_of(certificate, content_key, bits))
    if tag is None:
        kind, body = ENVELOPED, sequence(integer(2), recipients, encrypted)
    else:
        mac = element(0x04, tag)
        kind, body = AUTH_ENVELOPED, sequence(integer(0), recipients, encrypted, mac)
    Path(output).write_bytes(sequence(element(0x06, kind), element(0xA0, body)))


def recipient_of(certificate, content_key, bits):
    """A KeyAgreeRecipientInfo with an ephemeral key of its own."""
    ephemeral = X25519PrivateKey.generate()
    point = b"\0" + ephemeral.public_key().public_bytes_raw()
    secret = ephemeral.exchange(certificate.public_key())
    wrap_id = next(known for known, size in WRAPS.items() if size == bits)
    wrap = sequence(element(0x06, wrap_id))
    kek = derive(hashes.SHA256(), secret, wrap, b"", bits)
    issuer = certificate.issuer.public_bytes()
    return element(
        0xA1,
        integer(3),
        element(0xA0, element(0xA1, sequence(element(0x06, X25519)), element(0x03, point))),
        sequence(element(0x06, HKDF_SHA256), wrap),
        sequence(
            sequence(
                sequence(issuer, integer(certificate.serial_number)),
                element(0x04, aes_key_wrap(kek, content_key)),
            )
        ),
    )


QUESTIONS = {"decrypt": decrypt, "encrypt": encrypt}

for line in sys.stdin:
    question, *words = line.rstrip("\n").split("\t")
    try:
        if question not in QUESTIONS:
            raise NotImplementedError(question)
        QUESTIONS[question](*words)
        answer = "ok"
    except Exception as error:
        answer = f"error {type(error).__name__}: {error}".replace("\n", " ")
    print(answer, flush=True)

"""X25519 recipients (RFC 8418), which no peer reads: opened by the letter of the RFCs.

The structures are taken apart here, the primitives are those of cryptography. The questions are in peer/driven.rs.
"""

import sys
from pathlib import Path

from cryptography.hazmat.primitives import hashes, padding
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.keywrap import aes_key_unwrap
from cryptography.hazmat.primitives.serialization import load_pem_private_key

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


def element(tag, content):
    assert len(content) < 0x80
    return bytes([tag, len(content)]) + content


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
    info = key_info
    if ukm:
        info += element(0xA0, elements(ukm[0][1])[0][2])
    info += element(0xA2, element(0x04, kek_bits.to_bytes(4, "big")))
    derivation = HKDF(HKDF_DIGESTS[scheme](), kek_bits // 8, None, element(0x30, info))
    (_, encrypted_key, _), *_ = elements(keys)
    return aes_key_unwrap(derivation.derive(secret), elements(encrypted_key)[-1][1])


for line in sys.stdin:
    question, *words = line.rstrip("\n").split("\t")
    try:
        if question != "decrypt":
            raise NotImplementedError(question)
        decrypt(*words)
        answer = "ok"
    except Exception as error:
        answer = f"error {type(error).__name__}: {error}".replace("\n", " ")
    print(answer, flush=True)

"""Python's cryptography, asked line by line; see peer/driven.rs for the questions."""

import sys
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.ciphers import algorithms
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    load_pem_private_key,
    pkcs7,
)

DIGESTS = {"sha256": hashes.SHA256, "sha384": hashes.SHA384, "sha512": hashes.SHA512}
CIPHERS = {"aes-128-cbc": algorithms.AES128, "aes-256-cbc": algorithms.AES256}


def certificate_of(file):
    return x509.load_pem_x509_certificate(Path(file).read_bytes())


def key_of(file):
    return load_pem_private_key(Path(file).read_bytes(), None)


def sign(certificate, key, scheme, digest, form, content, output):
    digest = DIGESTS[digest]()
    pss = padding.PSS(padding.MGF1(digest), padding.PSS.DIGEST_LENGTH)
    builder = pkcs7.PKCS7SignatureBuilder().set_data(Path(content).read_bytes())
    builder = builder.add_signer(
        certificate_of(certificate),
        key_of(key),
        digest,
        rsa_padding=pss if scheme == "rsa-pss" else None,
    )
    # Its MIME form is always detached.
    if form == "detached":
        options = [pkcs7.PKCS7Options.DetachedSignature]
        signed = builder.sign(Encoding.SMIME, options)
    else:
        signed = builder.sign(Encoding.DER, [pkcs7.PKCS7Options.Binary])
    Path(output).write_bytes(signed)


def verify(*_):
    raise NotImplementedError("no function verifies")


def encrypt(certificate, transport, cipher, content, output):
    if transport != "rsa-pkcs1" or cipher not in CIPHERS:
        raise NotImplementedError(f"no {transport} with {cipher}")
    builder = pkcs7.PKCS7EnvelopeBuilder().set_data(Path(content).read_bytes())
    builder = builder.add_recipient(certificate_of(certificate))
    builder = builder.set_content_encryption_algorithm(CIPHERS[cipher])
    options = [pkcs7.PKCS7Options.Binary]
    Path(output).write_bytes(builder.encrypt(Encoding.SMIME, options))


def decrypt(certificate, key, source, output):
    opened = pkcs7.pkcs7_decrypt_der(
        Path(source).read_bytes(),
        certificate_of(certificate),
        key_of(key),
        [],
    )
    Path(output).write_bytes(opened)


QUESTIONS = {"sign": sign, "verify": verify, "encrypt": encrypt, "decrypt": decrypt}

for line in sys.stdin:
    question, *words = line.rstrip("\n").split("\t")
    try:
        QUESTIONS[question](*words)
        answer = "ok"
    except Exception as error:
        answer = f"error {type(error).__name__}: {error}".replace("\n", " ")
    print(answer, flush=True)

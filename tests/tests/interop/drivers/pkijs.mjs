// PKI.js, asked line by line; see peer/driven.rs for the questions.

import { webcrypto } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";

import * as asn1js from "asn1js";
import * as pkijs from "pkijs";

pkijs.setEngine("node", new pkijs.CryptoEngine({ name: "node", crypto: webcrypto }));

const CURVES = { "1.2.840.10045.3.1.7": "P-256", "1.3.132.0.34": "P-384", "1.3.132.0.35": "P-521" };
const DIGESTS = { sha256: "SHA-256", sha384: "SHA-384", sha512: "SHA-512" };
const CIPHERS = {
  "aes-128-cbc": { name: "AES-CBC", length: 128 },
  "aes-192-cbc": { name: "AES-CBC", length: 192 },
  "aes-256-cbc": { name: "AES-CBC", length: 256 },
};

// Its parser wants an ArrayBuffer of its own, not a view into a pool.
const bytes = (file) => new Uint8Array(readFileSync(file)).buffer;

function der(file) {
  const base64 = readFileSync(file, "latin1").replace(/-----[^-]+-----|\s/g, "");
  return new Uint8Array(Buffer.from(base64, "base64")).buffer;
}

const certificateOf = (file) => pkijs.Certificate.fromBER(der(file));

function curveOf(certificate) {
  const parameters = certificate.subjectPublicKeyInfo.algorithm.algorithmParams;
  return CURVES[parameters?.valueBlock?.toString()];
}

async function sign(certificate, key, scheme, digest, form, content, output) {
  const hash = DIGESTS[digest];
  const signer = certificateOf(certificate);
  const algorithm = {
    "rsa-pkcs1": { name: "RSASSA-PKCS1-v1_5", hash },
    "rsa-pss": { name: "RSA-PSS", hash },
    ecdsa: { name: "ECDSA", namedCurve: curveOf(signer) },
    ed25519: { name: "Ed25519" },
  }[scheme];
  const privateKey = await webcrypto.subtle.importKey("pkcs8", der(key), algorithm, true, ["sign"]);
  const data = bytes(content);
  const digested = await webcrypto.subtle.digest(hash, data);
  const attribute = (type, value) => new pkijs.Attribute({ type, values: [value] });
  const signed = new pkijs.SignedData({
    version: 1,
    encapContentInfo: new pkijs.EncapsulatedContentInfo({
      eContentType: pkijs.ContentInfo.DATA,
      ...(form === "opaque" && { eContent: new asn1js.OctetString({ valueHex: data }) }),
    }),
    signerInfos: [
      new pkijs.SignerInfo({
        version: 1,
        sid: new pkijs.IssuerAndSerialNumber({
          issuer: signer.issuer,
          serialNumber: signer.serialNumber,
        }),
        signedAttrs: new pkijs.SignedAndUnsignedAttributes({
          type: 0,
          attributes: [
            attribute("1.2.840.113549.1.9.3", new asn1js.ObjectIdentifier({ value: pkijs.ContentInfo.DATA })),
            attribute("1.2.840.113549.1.9.5", new asn1js.UTCTime({ valueDate: new Date() })),
            attribute("1.2.840.113549.1.9.4", new asn1js.OctetString({ valueHex: digested })),
          ],
        }),
      }),
    ],
    certificates: [signer],
  });
  await signed.sign(privateKey, 0, hash, data);
  writeObject(output, pkijs.ContentInfo.SIGNED_DATA, signed.toSchema(true));
}

async function verify(authority, object, content, output) {
  const signed = new pkijs.SignedData({ schema: pkijs.ContentInfo.fromBER(bytes(object)).content });
  const result = await signed.verify({
    signer: 0,
    trustedCerts: [certificateOf(authority)],
    checkChain: true,
    extendedMode: true,
    ...(content && { data: bytes(content) }),
  });
  if (!result.signatureVerified) throw new Error(result.message || "the signature is not valid");
  const inside = signed.encapContentInfo.eContent;
  writeFileSync(output, content ? readFileSync(content) : Buffer.from(inside.getValue()));
}

async function encrypt(certificate, transport, cipher, content, output) {
  if (!CIPHERS[cipher]) throw new Error("no cipher of EnvelopedData");
  const recipient = certificateOf(certificate);
  const enveloped = new pkijs.EnvelopedData();
  const parameters = {
    useOAEP: transport === "rsa-oaep",
    oaepHashAlgorithm: "SHA-256",
    kdfAlgorithm: "SHA-256",
    kekEncryptionLength: 256,
  };
  if (!enveloped.addRecipientByCertificate(recipient, parameters)) throw new Error("no such recipient");
  await enveloped.encrypt(CIPHERS[cipher], bytes(content));
  writeObject(output, pkijs.ContentInfo.ENVELOPED_DATA, enveloped.toSchema());
}

async function decrypt(certificate, key, object, output) {
  const content = pkijs.ContentInfo.fromBER(bytes(object));
  if (content.contentType !== pkijs.ContentInfo.ENVELOPED_DATA) {
    throw new Error(`no reader for content type ${content.contentType}`);
  }
  const enveloped = new pkijs.EnvelopedData({ schema: content.content });
  const opened = await enveloped.decrypt(0, {
    recipientCertificate: certificateOf(certificate),
    recipientPrivateKey: der(key),
  });
  writeFileSync(output, Buffer.from(opened));
}

function writeObject(output, contentType, content) {
  const object = new pkijs.ContentInfo({ contentType, content });
  writeFileSync(output, Buffer.from(object.toSchema().toBER()));
}

const questions = { sign, verify, encrypt, decrypt };

for await (const line of createInterface({ input: process.stdin })) {
  const [question, ...words] = line.split("\t");
  let answer = "ok";
  try {
    await questions[question](...words);
  } catch (error) {
    answer = `error ${error?.message ?? error}`.replaceAll("\n", " ");
  }
  process.stdout.write(`${answer}\n`);
}

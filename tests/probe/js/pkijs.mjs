// The rival: PKI.js with WebCrypto, and around it the least MIME that makes whole messages of its
// objects. Its base64 has no line breaks, which is in its favour.
import { Buffer } from "node:buffer";

import * as asn1js from "asn1js";
import * as pkijs from "pkijs";

pkijs.setEngine("workerd", new pkijs.CryptoEngine({ name: "workerd", crypto }));

const DIGEST = "SHA-256";
const CIPHER = { name: "AES-CBC", length: 256 };
const SIGNATURE = { name: "RSASSA-PKCS1-v1_5", hash: DIGEST };
const EMPTY_LINE = "\r\n\r\n";
const BOUNDARY = "pkijs-0123456789abcdef";
const MULTIPART =
  `Content-Type: multipart/signed; protocol="application/pkcs7-signature";\r\n` +
  `\tmicalg=sha-256; boundary="${BOUNDARY}"${EMPTY_LINE}--${BOUNDARY}\r\n`;
const SIGNATURE_PART =
  `\r\n--${BOUNDARY}\r\nContent-Type: application/pkcs7-signature; name="smime.p7s"\r\n` +
  `Content-Transfer-Encoding: base64${EMPTY_LINE}`;
const ENVELOPE =
  `Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name="smime.p7m"\r\n` +
  `Content-Transfer-Encoding: base64${EMPTY_LINE}`;

const buffer = (octets) => Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength);
const text = (octets) => buffer(octets).toString("latin1");

// Of PEM or DER, in a buffer of its own, which is what its parser wants.
function der(file) {
  const pem = text(file);
  const octets = pem.startsWith("-----") ? Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ""), "base64") : file;
  return new Uint8Array(octets).buffer;
}

const certificateOf = (file) => pkijs.Certificate.fromBER(der(file));

const certificatesOf = (file) =>
  text(file)
    .split(/(?<=-----END CERTIFICATE-----\n)/)
    .map((pem) => certificateOf(Buffer.from(pem)));

const serialised = (contentType, content) =>
  Buffer.from(new pkijs.ContentInfo({ contentType, content }).toSchema().toBER()).toString("base64");

// The header that stays outside, and the entity: the fields of the content and the body.
function split(message) {
  const end = buffer(message).indexOf(EMPTY_LINE);
  const fields = text(message.subarray(0, end)).split(/\r\n(?![ \t])/);
  const isOfContent = (field) => /^content-/i.test(field);
  const header = fields.filter((field) => !isOfContent(field)).join("\r\n");
  const own = fields.filter(isOfContent).join("\r\n") + EMPTY_LINE;
  return [`${header}\r\n`, Buffer.concat([Buffer.from(own), message.subarray(end + EMPTY_LINE.length)])];
}

async function signed(entity, key, certificate) {
  const signer = certificateOf(certificate);
  const privateKey = await crypto.subtle.importKey("pkcs8", der(key), SIGNATURE, false, ["sign"]);
  const data = new Uint8Array(entity).buffer;
  const attribute = (type, value) => new pkijs.Attribute({ type, values: [value] });
  const object = new pkijs.SignedData({
    version: 1,
    encapContentInfo: new pkijs.EncapsulatedContentInfo({ eContentType: pkijs.ContentInfo.DATA }),
    signerInfos: [
      new pkijs.SignerInfo({
        version: 1,
        sid: new pkijs.IssuerAndSerialNumber({ issuer: signer.issuer, serialNumber: signer.serialNumber }),
        signedAttrs: new pkijs.SignedAndUnsignedAttributes({
          type: 0,
          attributes: [
            attribute("1.2.840.113549.1.9.3", new asn1js.ObjectIdentifier({ value: pkijs.ContentInfo.DATA })),
            attribute("1.2.840.113549.1.9.5", new asn1js.UTCTime({ valueDate: new Date() })),
            attribute(
              "1.2.840.113549.1.9.4",
              new asn1js.OctetString({ valueHex: await crypto.subtle.digest(DIGEST, data) }),
            ),
          ],
        }),
      }),
    ],
    certificates: [signer],
  });
  await object.sign(privateKey, 0, DIGEST, data);
  const signature = serialised(pkijs.ContentInfo.SIGNED_DATA, object.toSchema(true));
  return Buffer.concat([
    Buffer.from(MULTIPART),
    entity,
    Buffer.from(`${SIGNATURE_PART}${signature}\r\n--${BOUNDARY}--\r\n`),
  ]);
}

async function encrypted(entity, recipients) {
  const object = new pkijs.EnvelopedData();
  for (const recipient of certificatesOf(recipients)) {
    object.addRecipientByCertificate(recipient, { useOAEP: true, oaepHashAlgorithm: DIGEST });
  }
  await object.encrypt(CIPHER, new Uint8Array(entity).buffer);
  return ENVELOPE + serialised(pkijs.ContentInfo.ENVELOPED_DATA, object.toSchema());
}

async function decrypted(message, key, certificate) {
  const body = text(message.subarray(buffer(message).indexOf(EMPTY_LINE) + EMPTY_LINE.length));
  const content = pkijs.ContentInfo.fromBER(new Uint8Array(Buffer.from(body, "base64")).buffer);
  const object = new pkijs.EnvelopedData({ schema: content.content });
  const opened = await object.decrypt(0, {
    recipientCertificate: certificateOf(certificate),
    recipientPrivateKey: der(key),
  });
  return Buffer.from(opened);
}

// The signed entity of a multipart/signed, if its signature is good and its path ends at the authority.
async function verified(entity, authority) {
  const header = text(entity.subarray(0, entity.indexOf(EMPTY_LINE)));
  const line = `--${header.match(/boundary="([^"]+)"/)[1]}\r\n`;
  const begin = entity.indexOf(line) + line.length;
  const end = entity.indexOf(`\r\n${line}`, begin);
  const part = text(entity.subarray(end + line.length + 2));
  const object = Buffer.from(part.slice(part.indexOf(EMPTY_LINE)).replace(/\r\n--.*/s, ""), "base64");
  const content = pkijs.ContentInfo.fromBER(new Uint8Array(object).buffer);
  const signature = new pkijs.SignedData({ schema: content.content });
  const signedEntity = entity.subarray(begin, end);
  const result = await signature.verify({
    signer: 0,
    trustedCerts: [certificateOf(authority)],
    checkChain: true,
    extendedMode: true,
    data: new Uint8Array(signedEntity).buffer,
  });
  if (!result.signatureVerified) throw new Error(result.message || "the signature is not good");
  return signedEntity;
}

const operations = {
  async sign({ message, key, certificate }) {
    const [header, entity] = split(message);
    return Buffer.concat([Buffer.from(header), await signed(entity, key, certificate)]);
  },
  async "sign+encrypt"({ message, key, certificate, recipients }) {
    const [header, entity] = split(message);
    return header + (await encrypted(await signed(entity, key, certificate), recipients));
  },
  async encrypt({ message, recipients }) {
    const [header, entity] = split(message);
    return header + (await encrypted(entity, recipients));
  },
  async "decrypt+verify"({ message, key, certificate, authority }) {
    return verified(await decrypted(message, key, certificate), authority);
  },
};

export const prepare = (operation, given) => () => operations[operation](given);

// What an implementation hardly goes below here: the bare calls of node:crypto, and one pass of base64
// over the same octets, which stands for reading and writing the message once. What an operation takes
// in is made before, so that only the calls count.
import { Buffer } from "node:buffer";
import {
  constants,
  createCipheriv,
  createDecipheriv,
  createHash,
  createPrivateKey,
  createPublicKey,
  privateDecrypt,
  publicEncrypt,
  randomBytes,
  sign,
  verify,
  X509Certificate,
} from "node:crypto";

const CIPHER = "aes-256-cbc";
// As large as signed attributes are.
const ATTRIBUTES = new Uint8Array(400);
// The base64 of a message comes in lines of this length.
const LINE = /.{76}/g;
const OAEP = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: "sha256" };

const pkcs8 = (key) => ({ key, format: "der", type: "pkcs8" });
const digest = (octets) => createHash("sha256").update(octets).digest();
const buffer = (octets) => Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength);

function publicOf(key) {
  const der = createPublicKey(createPrivateKey(pkcs8(key))).export({ format: "der", type: "spki" });
  return { key: der, format: "der", type: "spki" };
}

function encrypted(octets, recipient) {
  const contentKey = randomBytes(32);
  const cipher = createCipheriv(CIPHER, contentKey, randomBytes(16));
  const blocks = [cipher.update(octets), cipher.final()];
  return [blocks[0].toString("base64") + blocks[1].toString("base64"), publicEncrypt({ ...recipient, ...OAEP }, contentKey)];
}

// Two signatures are checked: the signer's, and the authority's on the signer's certificate.
function decrypting({ message, key, certificate, authority }) {
  const [contentKey, iv] = [randomBytes(32), randomBytes(16)];
  const cipher = createCipheriv(CIPHER, contentKey, iv);
  const sealedContent = Buffer.concat([cipher.update(message), cipher.final()]);
  const text = sealedContent.toString("base64").replace(LINE, "$&\r\n");
  const recipient = publicOf(key);
  const [signer, issuer] = [certificate, authority].map((file) => new X509Certificate(buffer(file)));
  const issuerKey = issuer.publicKey;
  const sealed = publicEncrypt({ ...recipient, ...OAEP }, contentKey);
  const signature = sign("sha256", ATTRIBUTES, pkcs8(key));
  return () => {
    const decipher = createDecipheriv(CIPHER, privateDecrypt({ ...pkcs8(key), ...OAEP }, sealed), iv);
    const opened = decipher.update(Buffer.from(text, "base64"));
    decipher.final();
    digest(opened);
    const isGood = verify("sha256", ATTRIBUTES, recipient, signature) && signer.verify(issuerKey);
    if (!isGood) throw new Error("the signatures are not good");
    return opened;
  };
}

const operations = {
  sign: ({ message, key }) => () => {
    digest(message);
    sign("sha256", ATTRIBUTES, pkcs8(key));
    return buffer(message).toString("base64");
  },
  "sign+encrypt"({ message, key }) {
    const recipient = publicOf(key);
    return () => {
      digest(message);
      sign("sha256", ATTRIBUTES, pkcs8(key));
      return encrypted(message, recipient)[0];
    };
  },
  "decrypt+verify": decrypting,
};

export const prepare = (operation, given) => operations[operation](given);

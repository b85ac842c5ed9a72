//! The functions of `node:crypto` that are used, by way of a snippet of JavaScript. Octets are copied
//! in and out; keys cross as DER. A thrown error becomes `Err`.

use wasm_bindgen::prelude::*;

#[wasm_bindgen(inline_js = r"
const c = globalThis.process.getBuiltinModule('node:crypto');
const { Buffer } = globalThis.process.getBuiltinModule('node:buffer');
const pkcs8 = (key) => ({ key, format: 'der', type: 'pkcs8' });
const spki = (key) => ({ key, format: 'der', type: 'spki' });

export function random(octets) { return c.randomBytes(octets); }
export function hash(name, data) { return c.createHash(name).update(data).digest(); }
export function create_hash(name) { return c.createHash(name); }
export function equal(a, b) { return c.timingSafeEqual(a, b); }
export function scrypt(password, salt, octets, N, r, p) {
  return c.scryptSync(password, salt, octets, { N, r, p, maxmem: 256 * N * r });
}
export function gcm_seal(key, nonce, aad, plain) {
  const cipher = c.createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(aad);
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}
export function gcm_open(key, aad, sealed) {
  const decipher = c.createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12), { authTagLength: 16 });
  decipher.setAAD(aad);
  decipher.setAuthTag(sealed.subarray(sealed.length - 16));
  return Buffer.concat([decipher.update(sealed.subarray(12, sealed.length - 16)), decipher.final()]);
}

// Bulk ciphers write back into Wasm's own memory, a piece at a time: a message is held once.
const PIECE = 1 << 18;
function inPlace(cipher, buffer) {
  for (let at = 0; at < buffer.length; at += PIECE) {
    buffer.set(cipher.update(buffer.subarray(at, at + PIECE)), at);
  }
}
const cbcName = (key) => `aes-${key.length * 8}-cbc`;
const gcmName = (key) => `aes-${key.length * 8}-gcm`;
export function cbc_encrypt(key, iv, blocks) {
  inPlace(c.createCipheriv(cbcName(key), key, iv).setAutoPadding(false), blocks);
}
export function cbc_decrypt(key, iv, blocks) {
  inPlace(c.createDecipheriv(cbcName(key), key, iv).setAutoPadding(false), blocks);
}
export function gcm_encrypt(key, nonce, aad, buffer) {
  const cipher = c.createCipheriv(gcmName(key), key, nonce);
  cipher.setAAD(aad);
  inPlace(cipher, buffer);
  cipher.final();
  return cipher.getAuthTag();
}
export function gcm_decrypt(key, nonce, aad, buffer, tag) {
  const decipher = c.createDecipheriv(gcmName(key), key, nonce, { authTagLength: tag.length });
  decipher.setAAD(aad);
  decipher.setAuthTag(tag);
  inPlace(decipher, buffer);
  decipher.final();
}

const RSA = c.constants;
const pss = (saltLength) => ({ padding: RSA.RSA_PKCS1_PSS_PADDING, saltLength });
export function sign(digest, key, message) { return c.sign(digest, message, pkcs8(key)); }
// Not c.sign and c.verify, which do not look at the padding here and would mean PKCS #1 v1.5.
export function sign_pss(digest, saltLength, key, message) {
  return c.createSign(digest).update(message).sign({ ...pkcs8(key), ...pss(saltLength) });
}
export function verify(digest, key, message, signature) {
  return c.verify(digest, message, spki(key), signature);
}
export function verify_pss(digest, saltLength, key, message, signature) {
  return c.createVerify(digest).update(message).verify({ ...spki(key), ...pss(saltLength) }, signature);
}
const transport = (oaepHash) => oaepHash
  ? { padding: RSA.RSA_PKCS1_OAEP_PADDING, oaepHash }
  : { padding: RSA.RSA_PKCS1_PADDING };
export function rsa_encrypt(oaepHash, key, plain) {
  return c.publicEncrypt({ ...spki(key), ...transport(oaepHash) }, plain);
}
export function rsa_decrypt(oaepHash, key, sealed) {
  return c.privateDecrypt({ ...pkcs8(key), ...transport(oaepHash) }, sealed);
}
export function generate(type, modulusLength, namedCurve) {
  return c.generateKeyPairSync(type, {
    modulusLength,
    namedCurve,
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'der' },
  }).privateKey;
}
")]
extern "C" {
    /// Octets of a cryptographically secure generator.
    pub fn random(octets: u32) -> Vec<u8>;
    /// The digest of `data`.
    pub fn hash(name: &str, data: &[u8]) -> Vec<u8>;
    /// Whether two texts of one length are equal, in constant time.
    pub fn equal(a: &[u8], b: &[u8]) -> bool;
    /// scrypt (RFC 7914) with the cost `n`, the block size `r` and the parallelism `p`.
    #[wasm_bindgen(catch)]
    pub fn scrypt(
        password: &[u8],
        salt: &[u8],
        octets: u32,
        n: u32,
        r: u32,
        p: u32,
    ) -> Result<Vec<u8>, JsValue>;
    /// AES-256-GCM: nonce, ciphertext and tag in one.
    #[wasm_bindgen(catch)]
    pub fn gcm_seal(key: &[u8], nonce: &[u8], aad: &[u8], plain: &[u8])
    -> Result<Vec<u8>, JsValue>;
    /// Opens what [`gcm_seal`] made.
    #[wasm_bindgen(catch)]
    pub fn gcm_open(key: &[u8], aad: &[u8], sealed: &[u8]) -> Result<Vec<u8>, JsValue>;
    /// AES-CBC over whole blocks, in place.
    #[wasm_bindgen(catch)]
    pub fn cbc_encrypt(key: &[u8], iv: &[u8], blocks: &mut [u8]) -> Result<(), JsValue>;
    /// AES-CBC over whole blocks, in place.
    #[wasm_bindgen(catch)]
    pub fn cbc_decrypt(key: &[u8], iv: &[u8], blocks: &mut [u8]) -> Result<(), JsValue>;
    /// AES-GCM in place; returns the tag.
    #[wasm_bindgen(catch)]
    pub fn gcm_encrypt(
        key: &[u8],
        nonce: &[u8],
        aad: &[u8],
        buffer: &mut [u8],
    ) -> Result<Vec<u8>, JsValue>;
    /// AES-GCM in place; an error where the tag is wrong.
    #[wasm_bindgen(catch)]
    pub fn gcm_decrypt(
        key: &[u8],
        nonce: &[u8],
        aad: &[u8],
        buffer: &mut [u8],
        tag: &[u8],
    ) -> Result<(), JsValue>;
    /// RSASSA-PKCS1-v1_5, ECDSA, or Ed25519 without a digest; the key is PKCS#8.
    #[wasm_bindgen(catch)]
    pub fn sign(digest: Option<&str>, key: &[u8], message: &[u8]) -> Result<Vec<u8>, JsValue>;
    /// RSASSA-PSS with one digest for message and mask; the key is PKCS#8.
    #[wasm_bindgen(catch)]
    pub fn sign_pss(
        digest: &str,
        salt_octets: u32,
        key: &[u8],
        message: &[u8],
    ) -> Result<Vec<u8>, JsValue>;
    /// Whether it is what [`sign`] makes; the key is a `SubjectPublicKeyInfo`.
    #[wasm_bindgen(catch)]
    pub fn verify(
        digest: Option<&str>,
        key: &[u8],
        message: &[u8],
        signature: &[u8],
    ) -> Result<bool, JsValue>;
    /// Whether it is what [`sign_pss`] makes; the key is a `SubjectPublicKeyInfo`.
    #[wasm_bindgen(catch)]
    pub fn verify_pss(
        digest: &str,
        salt_octets: u32,
        key: &[u8],
        message: &[u8],
        signature: &[u8],
    ) -> Result<bool, JsValue>;
    /// RSAES-PKCS1-v1_5, or OAEP with a digest; the key is a `SubjectPublicKeyInfo`.
    #[wasm_bindgen(catch)]
    pub fn rsa_encrypt(oaep: Option<&str>, key: &[u8], plain: &[u8]) -> Result<Vec<u8>, JsValue>;
    /// RSAES-PKCS1-v1_5, or OAEP with a digest; the key is PKCS#8.
    #[wasm_bindgen(catch)]
    pub fn rsa_decrypt(oaep: Option<&str>, key: &[u8], sealed: &[u8]) -> Result<Vec<u8>, JsValue>;
    /// A fresh key as PKCS#8.
    #[wasm_bindgen(catch)]
    pub fn generate(kind: &str, bits: Option<u32>, curve: Option<&str>)
    -> Result<Vec<u8>, JsValue>;

    /// A digest under way.
    pub type Hash;
    /// Begins a digest.
    pub fn create_hash(name: &str) -> Hash;
    /// Takes in more.
    #[wasm_bindgen(method)]
    pub fn update(this: &Hash, data: &[u8]);
    /// Ends the digest.
    #[wasm_bindgen(method)]
    pub fn digest(this: &Hash) -> Vec<u8>;
}

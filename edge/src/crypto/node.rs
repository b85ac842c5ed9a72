//! The functions of workerd's `node:crypto` that this crate uses, by way of a snippet of
//! JavaScript. Octets are copied in and out; keys cross as DER. A thrown error becomes `Err`.

use wasm_bindgen::prelude::*;

#[wasm_bindgen(inline_js = r"
const c = globalThis.process.getBuiltinModule('node:crypto');
const { Buffer } = globalThis.process.getBuiltinModule('node:buffer');

export function random(octets) { return c.randomBytes(octets); }
export function hash(name, data) { return c.createHash(name).update(data).digest(); }
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
export function generate_rsa(modulusLength) {
  return c.generateKeyPairSync('rsa', {
    modulusLength,
    publicExponent: 65537,
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'der' },
  });
}
")]
extern "C" {
    pub(super) fn random(octets: u32) -> Vec<u8>;
    pub(super) fn hash(name: &str, data: &[u8]) -> Vec<u8>;
    pub(super) fn equal(a: &[u8], b: &[u8]) -> bool;
    #[wasm_bindgen(catch)]
    pub(super) fn scrypt(
        password: &[u8],
        salt: &[u8],
        octets: u32,
        n: u32,
        r: u32,
        p: u32,
    ) -> Result<Vec<u8>, JsValue>;
    #[wasm_bindgen(catch)]
    pub(super) fn gcm_seal(
        key: &[u8],
        nonce: &[u8],
        aad: &[u8],
        plain: &[u8],
    ) -> Result<Vec<u8>, JsValue>;
    #[wasm_bindgen(catch)]
    pub(super) fn gcm_open(key: &[u8], aad: &[u8], sealed: &[u8]) -> Result<Vec<u8>, JsValue>;
    #[wasm_bindgen(catch)]
    pub(super) fn generate_rsa(bits: u32) -> Result<GeneratedPair, JsValue>;

    /// What `generateKeyPairSync` replies.
    pub(super) type GeneratedPair;
    #[wasm_bindgen(method, getter = publicKey)]
    pub(super) fn public_key(this: &GeneratedPair) -> Vec<u8>;
    #[wasm_bindgen(method, getter = privateKey)]
    pub(super) fn private_key(this: &GeneratedPair) -> Vec<u8>;
}

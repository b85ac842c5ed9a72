//! The engine in workerd with the edge's provider, behind the questions of `js/worker.mjs`. It is for
//! tests and measurements and is never deployed.

mod engine;
pub mod primitive;
pub mod verdict;

use engine::{Failure, Reader, Sender};
use js_sys::{Uint8Array, WebAssembly::Memory};
use mail::{Buffer, UnixTime, base64_octets};
use node_crypto::Node;
use wasm_bindgen::prelude::*;

/// Signs a message as the gateway does; `key` is PKCS#8, `certificate` DER or PEM.
#[wasm_bindgen]
pub fn sign(
    message: &Uint8Array,
    key: &[u8],
    certificate: &[u8],
    now: u32,
) -> Result<Uint8Array, JsError> {
    let signed = sender(key, certificate, now)?.sign(outgoing(message))?;
    Ok(sent(&signed))
}

/// Signs and then encrypts to the certificates in `recipients`, PEM.
#[wasm_bindgen]
pub fn sign_and_encrypt(
    message: &Uint8Array,
    key: &[u8],
    certificate: &[u8],
    recipients: &[u8],
    now: u32,
) -> Result<Uint8Array, JsError> {
    let signed = sender(key, certificate, now)?.sign(outgoing(message))?;
    Ok(sent(&engine::encrypt(signed, recipients, &Node)?))
}

/// Encrypts to the certificates in `recipients`, PEM.
#[wasm_bindgen]
pub fn encrypt(message: &Uint8Array, recipients: &[u8]) -> Result<Uint8Array, JsError> {
    let encrypted = engine::encrypt(outgoing(message), recipients, &Node)?;
    Ok(sent(&encrypted))
}

/// Decrypts and verifies a message; what comes back is deliverable. A signature that is not good in
/// every respect is an error.
#[wasm_bindgen]
pub fn decrypt_and_verify(
    message: &[u8],
    key: &[u8],
    certificate: &[u8],
    authority: &[u8],
    now: u32,
) -> Result<Uint8Array, JsError> {
    let reader = Reader::new(key, certificate, authority, time(now))?;
    Ok(sent(&reader.open(message, &Node)?))
}

/// A message in a buffer like the edge's: with room for what becomes of it.
fn outgoing(message: &Uint8Array) -> Buffer {
    let octets = usize::try_from(message.length()).unwrap_or_default();
    let room = base64_octets(octets + Buffer::ROOM_OCTETS);
    let mut buffer = Buffer::with_room_for(room);
    message.copy_to(buffer.grow(octets));
    buffer
}

/// What leaves Wasm's memory.
fn sent(message: &Buffer) -> Uint8Array {
    Uint8Array::from(&**message)
}

/// Judges a message: a [`verdict::Question`] in, a [`verdict::Answer`] out, both JSON.
#[wasm_bindgen]
pub fn judge(question: &[u8]) -> Result<Vec<u8>, JsError> {
    let question: verdict::Question = serde_json::from_slice(question)?;
    Ok(serde_json::to_vec(&question.answer(&Node))?)
}

/// Makes one call of the provider: a [`primitive::Call`] in, a [`primitive::Reply`] out, both JSON.
#[wasm_bindgen]
pub fn call(call: &[u8]) -> Result<Vec<u8>, JsError> {
    let call: primitive::Call = serde_json::from_slice(call)?;
    Ok(serde_json::to_vec(&call.make(&Node))?)
}

/// Size of the Wasm memory in octets. It never shrinks, so in a fresh instance it is the peak.
#[wasm_bindgen]
pub fn memory_octets() -> f64 {
    let memory: Memory = wasm_bindgen::memory().unchecked_into();
    let buffer: js_sys::ArrayBuffer = memory.buffer().unchecked_into();
    buffer.byte_length().into()
}

fn sender(key: &[u8], certificate: &[u8], now: u32) -> Result<Sender<'static>, Failure> {
    Sender::new(key, certificate, time(now), &Node)
}

/// JavaScript has no integers of 64 bits that are cheap to pass.
fn time(seconds: u32) -> UnixTime {
    UnixTime(seconds.into())
}

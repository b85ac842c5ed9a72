//! Cryptography through workerd's own `node:crypto`: synchronous, and 11 to 18 times faster than
//! the same algorithm in Wasm for RSA and bulk ciphers. Keys cross as DER, never as key objects.
//!
//! A crate of its own, so that what is tested and measured in workerd is what the edge runs. It
//! compiles natively too, for lints, but works only where `node:crypto` is.

pub mod platform;
mod provider;

pub use provider::Node;

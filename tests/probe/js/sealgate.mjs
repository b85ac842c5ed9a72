// Sealgate as a contestant: octets in, octets out, through the Wasm of this crate.
import * as wasm from "./probe.js";

const NOW = () => Math.floor(Date.now() / 1000);

const operations = {
  sign: ({ message, key, certificate }) => wasm.sign(message, key, certificate, NOW()),
  "sign+encrypt": ({ message, key, certificate, recipients }) =>
    wasm.sign_and_encrypt(message, key, certificate, recipients, NOW()),
  encrypt: ({ message, recipients }) => wasm.encrypt(message, recipients),
  "decrypt+verify": ({ message, key, certificate, authority }) =>
    wasm.decrypt_and_verify(message, key, certificate, authority, NOW()),
};

export const prepare = (operation, given) => () => operations[operation](given);

// A fresh instance with a fresh memory.
export const renew = () => wasm.__wbg_reset_state();

export const memory = () => wasm.memory_octets();

// The doors of the tests: JSON in, JSON out.
export const { judge, call } = wasm;

//! A PKCS#12 file, as an administrator uploads it.

#![no_main]

use libfuzzer_sys::fuzz_target;
use smime::{Pkcs12, Provider as _};

fuzz_target!(|file: &[u8]| {
    let provider = fuzz::provider();
    for password in ["secret", ""] {
        if let Ok(opened) = Pkcs12::open(file, password) {
            for key in &opened.keys {
                let _ = provider.public_key(key);
            }
        }
    }
});

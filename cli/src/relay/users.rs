//! Who may send from outside the trusted networks.

use std::collections::BTreeMap;
use std::path::Path;

use sha_crypt::{PasswordVerifier, ShaCrypt};
use smtp::Credentials;

/// A hash of nothing that is ever a password, so that unknown users cost the same time as known.
const NOBODY: &str = "$6$sealgaterelay$2LlRQYNtlaG4LK/Y/W2P7pOHL8x9/kkUBo5i9gzN.psCIYlNZdAHZx6U0C4gOf3UVIyslCAlkhm4iYvvjTHFR.";

/// User names and their SHA-crypt hashes.
pub(super) struct Users(BTreeMap<String, String>);

impl Users {
    /// Reads `name:hash` lines; the hash is what `openssl passwd -6` prints.
    pub(super) fn read(path: &Path) -> Result<Self, UsersError> {
        let text = std::fs::read_to_string(path).map_err(UsersError::Read)?;
        let mut users = BTreeMap::new();
        for (line, number) in text.lines().map(str::trim).zip(1..) {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let user = line.split_once(':').filter(|(_, hash)| is_sha_crypt(hash));
            let (name, hash) = user.ok_or(UsersError::Line(number))?;
            users.insert(name.to_owned(), hash.to_owned());
        }
        Ok(Self(users))
    }

    /// Whether the password is that of the user. Takes milliseconds: not for an async thread.
    pub(super) fn verify(&self, credentials: &Credentials) -> bool {
        let hash = self.0.get(&credentials.username);
        let password = credentials.password.as_bytes();
        let hash_or_none = hash.map_or(NOBODY, String::as_str);
        let fits = ShaCrypt::default().verify_password(password, hash_or_none);
        hash.is_some() && fits.is_ok()
    }
}

fn is_sha_crypt(hash: &str) -> bool {
    hash.starts_with("$6$") || hash.starts_with("$5$")
}

/// Why there are no users.
#[derive(Debug, thiserror::Error)]
pub(super) enum UsersError {
    /// The file cannot be read.
    #[error("the users file cannot be read: {0}")]
    Read(std::io::Error),
    /// A line is not as it should be.
    #[error("line {0} of the users file is not NAME:HASH with a hash of `openssl passwd -6`")]
    Line(usize),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn users(text: &str) -> Result<Users, UsersError> {
        let file = std::env::temp_dir().join(format!("sealgate-users-{:p}", text.as_ptr()));
        std::fs::write(&file, text).unwrap();
        let users = Users::read(&file);
        std::fs::remove_file(&file).unwrap();
        users
    }

    fn credentials(name: &str, password: &str) -> Credentials {
        Credentials {
            username: name.to_owned(),
            password: password.to_owned().into(),
        }
    }

    #[test]
    fn passwords_are_those_of_openssl_passwd() {
        let users = users(concat!(
            "# openssl passwd -6 -salt saltstring 'Hello world!'\n\n",
            "relay:$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1\n",
        ))
        .unwrap();
        assert!(users.verify(&credentials("relay", "Hello world!")));
        assert!(!users.verify(&credentials("relay", "hello world!")));
        assert!(!users.verify(&credentials("other", "Hello world!")));
        assert!(!users.verify(&credentials("other", "")));
    }

    #[test]
    fn a_bad_line_is_named() {
        assert!(matches!(
            users("a:$6$x$y\nb:secret\n"),
            Err(UsersError::Line(2))
        ));
    }
}

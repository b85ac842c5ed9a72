//! The parameter sets of the signatures that withstand quantum computers. Key and signature share
//! one identifier, which names the set (RFC 9881, RFC 9909).

use der::oid::ObjectIdentifier;

macro_rules! parameter_sets {
    ($($(#[$doc:meta])* $set:ident = $arc:literal, $name:literal;)+) => {
        /// ML-DSA (FIPS 204) or SLH-DSA (FIPS 205) with one parameter set, in the pure form and with an
        /// empty context, as certificates and mail use them (RFC 9882, RFC 9814).
        #[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
        pub enum PostQuantum {
            $($(#[$doc])* $set,)+
        }

        impl PostQuantum {
            /// The set with this identifier.
            pub(crate) fn from_oid(id: ObjectIdentifier) -> Option<Self> {
                const ALL: &[(ObjectIdentifier, PostQuantum)] = &[$((
                    ObjectIdentifier::new_unwrap(concat!("2.16.840.1.101.3.4.3.", $arc)),
                    PostQuantum::$set,
                ),)+];
                ALL.iter().find(|(known, _)| *known == id).map(|(_, set)| *set)
            }

            /// Its identifier.
            pub(crate) fn oid(self) -> ObjectIdentifier {
                match self {
                    $(Self::$set => {
                        ObjectIdentifier::new_unwrap(concat!("2.16.840.1.101.3.4.3.", $arc))
                    })+
                }
            }

            /// `ml-dsa-65`.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$set => $name,)+
                }
            }
        }
    };
}

parameter_sets! {
    /// Security category 2.
    MlDsa44 = 17, "ml-dsa-44";
    /// Security category 3.
    MlDsa65 = 18, "ml-dsa-65";
    /// Security category 5.
    MlDsa87 = 19, "ml-dsa-87";
    /// SHA-2, category 1, small.
    SlhDsaSha2_128s = 20, "slh-dsa-sha2-128s";
    /// SHA-2, category 1, fast.
    SlhDsaSha2_128f = 21, "slh-dsa-sha2-128f";
    /// SHA-2, category 3, small.
    SlhDsaSha2_192s = 22, "slh-dsa-sha2-192s";
    /// SHA-2, category 3, fast.
    SlhDsaSha2_192f = 23, "slh-dsa-sha2-192f";
    /// SHA-2, category 5, small.
    SlhDsaSha2_256s = 24, "slh-dsa-sha2-256s";
    /// SHA-2, category 5, fast.
    SlhDsaSha2_256f = 25, "slh-dsa-sha2-256f";
    /// SHAKE, category 1, small.
    SlhDsaShake128s = 26, "slh-dsa-shake-128s";
    /// SHAKE, category 1, fast.
    SlhDsaShake128f = 27, "slh-dsa-shake-128f";
    /// SHAKE, category 3, small.
    SlhDsaShake192s = 28, "slh-dsa-shake-192s";
    /// SHAKE, category 3, fast.
    SlhDsaShake192f = 29, "slh-dsa-shake-192f";
    /// SHAKE, category 5, small.
    SlhDsaShake256s = 30, "slh-dsa-shake-256s";
    /// SHAKE, category 5, fast.
    SlhDsaShake256f = 31, "slh-dsa-shake-256f";
}

impl PostQuantum {
    /// SLH-DSA, whose verification costs ten times that of ML-DSA.
    pub(crate) fn is_hash_based(self) -> bool {
        !matches!(self, Self::MlDsa44 | Self::MlDsa65 | Self::MlDsa87)
    }
}

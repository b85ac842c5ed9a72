//! The built-in CA: certificate profiles, issuing, CRLs.

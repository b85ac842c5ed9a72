//! Fixtures and the tests that cross crates.

//! dev, test, bench: the only scripts.

fn main() {}

//! Writes the description of the API anew: `cargo run -p api --example openapi`.

fn main() -> std::io::Result<()> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");
    std::fs::write(path, api::describe())
}

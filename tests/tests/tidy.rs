//! The rules of the house that no compiler keeps.
#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "clippy allows this in a test, but not in the functions beside it"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// Crates that bring a platform, a clock or randomness: nothing under `shared` may need one.
const PLATFORM: &[&str] = &[
    "getrandom",
    "js-sys",
    "leptos",
    "tokio",
    "wasm-bindgen",
    "web-sys",
    "worker",
];

/// Who may build on whom, directly; `shared` first, from the ground up.
const DIRECTIONS: &[(&str, &[&str])] = &[
    ("mail", &[]),
    ("policy", &["mail"]),
    ("smime", &["mail"]),
    ("smtp", &["mail"]),
    ("findings", &["mail", "smime"]),
    ("sealing", &[]),
    ("issuing", &["mail", "smime"]),
    ("ownership", &["mail"]),
    ("gateway", &["mail", "policy", "smime"]),
    ("api", &["mail", "policy"]),
    ("node-crypto", &["smime"]),
    ("native-crypto", &["smime"]),
    (
        "edge",
        &[
            "api",
            "gateway",
            "issuing",
            "mail",
            "node-crypto",
            "ownership",
            "policy",
            "sealing",
            "smime",
            "smtp",
        ],
    ),
    (
        "app",
        &["api", "gateway", "mail", "policy", "sealing", "smime"],
    ),
    (
        "sealgate-cli",
        &[
            "api",
            "findings",
            "gateway",
            "mail",
            "native-crypto",
            "policy",
            "smime",
            "smtp",
        ],
    ),
    (
        "tests",
        &[
            "api", "gateway", "issuing", "mail", "policy", "sealing", "smime", "smtp",
        ],
    ),
    ("cases", &["mail", "smime"]),
    ("probe", &["findings", "mail", "node-crypto", "smime"]),
    ("xtask", &[]),
    ("bindgen", &[]),
];

fn root() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
    root.unwrap().to_owned()
}

/// The dependency graph for a target, as cargo resolves it.
struct Graph {
    /// Name of each package by its id.
    names: BTreeMap<String, String>,
    /// Normal dependencies by id; not those of tests and build scripts.
    edges: BTreeMap<String, Vec<String>>,
    members: BTreeSet<String>,
}

impl Graph {
    fn of(target: &str) -> Self {
        let output = Command::new(env!("CARGO"))
            .current_dir(root())
            .args(["metadata", "--locked", "--offline", "--format-version", "1"])
            .args(["--filter-platform", target])
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let list = |value: &Value| value.as_array().unwrap().clone();
        let is_normal = |dependency: &Value| {
            list(&dependency["dep_kinds"])
                .iter()
                .any(|kind| kind["kind"].is_null())
        };
        Self {
            names: list(&metadata["packages"])
                .iter()
                .map(|package| (text(&package["id"]), text(&package["name"])))
                .collect(),
            edges: list(&metadata["resolve"]["nodes"])
                .iter()
                .map(|node| {
                    let dependencies = list(&node["deps"]);
                    let normal = dependencies
                        .iter()
                        .filter(|dependency| is_normal(dependency));
                    (
                        text(&node["id"]),
                        normal.map(|dependency| text(&dependency["pkg"])).collect(),
                    )
                })
                .collect(),
            members: list(&metadata["workspace_members"])
                .iter()
                .map(text)
                .collect(),
        }
    }

    fn name(&self, id: &str) -> &str {
        &self.names[id]
    }

    /// Everything that a member builds on, by name, each with who brought it.
    fn closure(&self, id: &str) -> BTreeMap<&str, &str> {
        let mut found = BTreeMap::new();
        let mut open = vec![id];
        while let Some(id) = open.pop() {
            for dependency in &self.edges[id] {
                if found.insert(self.name(dependency), self.name(id)).is_none() {
                    open.push(dependency);
                }
            }
        }
        found
    }
}

#[test]
fn shared_crates_know_no_platform() {
    for target in ["x86_64-unknown-linux-gnu", "wasm32-unknown-unknown"] {
        let graph = Graph::of(target);
        let shared: Vec<&String> = graph
            .members
            .iter()
            .filter(|id| id.contains("/shared/"))
            .collect();
        assert!(shared.len() >= 7, "{shared:?}");
        for id in shared {
            let closure = graph.closure(id);
            for platform in PLATFORM {
                assert!(
                    !closure.contains_key(platform),
                    "{} builds on {platform} for {target}, through {}",
                    graph.name(id),
                    closure[platform],
                );
            }
        }
    }
}

#[test]
fn crates_build_downwards_only() {
    let graph = Graph::of("x86_64-unknown-linux-gnu");
    let allowed: BTreeMap<&str, &[&str]> = DIRECTIONS.iter().copied().collect();
    for id in &graph.members {
        let name = graph.name(id);
        let allowed = allowed
            .get(name)
            .unwrap_or_else(|| panic!("no directions for {name}"));
        for dependency in graph.edges[id]
            .iter()
            .filter(|id| graph.members.contains(*id))
        {
            let dependency = graph.name(dependency);
            assert!(
                allowed.contains(&dependency),
                "{name} builds on {dependency}"
            );
        }
    }
}

#[test]
fn bindings_are_named_in_one_file() {
    let configuration = fs::read_to_string(root().join("wrangler.toml")).unwrap();
    let names: Vec<&str> = configuration
        .lines()
        .filter_map(|line| line.trim().strip_prefix("binding = "))
        .map(|name| name.trim_matches('"'))
        .collect();
    assert!(names.len() >= 3, "{names:?}");
    for file in files_under(&root().join("edge/src"), "rs") {
        if file.ends_with("bindings.rs") {
            continue;
        }
        let text = fs::read_to_string(&file).unwrap();
        for name in &names {
            assert!(
                !text.contains(&format!("\"{name}\"")),
                "{} names {name}",
                file.display()
            );
        }
    }
}

/// A code that nobody answers is a translation too many; that none is missing, the compiler sees.
#[test]
fn every_code_of_a_problem_is_answered() {
    let mut sources = String::new();
    for folder in ["edge/src", "app/src"] {
        for file in files_under(&root().join(folder), "rs") {
            if !file.ends_with("text/problems.rs") {
                sources += &fs::read_to_string(&file).unwrap();
            }
        }
    }
    let words: BTreeSet<&str> = sources
        .split(|character: char| !(character.is_alphanumeric() || character == ':'))
        .collect();
    for code in api::Code::ALL {
        let name = format!("Code::{code:?}");
        assert!(words.contains(name.as_str()), "nothing answers {name}");
    }
}

#[test]
fn wasm_bindgen_is_one_version() {
    let lock = fs::read_to_string(root().join("Cargo.lock")).unwrap();
    let version = |package: &str| {
        let entry = lock.split("[[package]]").find(|entry| {
            entry
                .lines()
                .any(|line| line == format!("name = \"{package}\""))
        });
        let line = entry
            .unwrap()
            .lines()
            .find(|line| line.starts_with("version = "));
        line.unwrap().to_owned()
    };
    assert_eq!(version("wasm-bindgen"), version("wasm-bindgen-cli-support"));
}

#[test]
fn no_file_names_a_registry_or_a_home() {
    // In pieces, so that this file does not name them either.
    let foreign = [
        ["registry", ".npmjs.org"].concat(),
        ["index.", "crates.io"].concat(),
        ["/ro", "ot/"].concat(),
    ];
    let listed = Command::new("git")
        .current_dir(root())
        .args(["ls-files"])
        .output();
    let Some(listed) = listed.ok().filter(|listed| listed.status.success()) else {
        println!("skipped: files name no registry: needs a git checkout");
        return;
    };
    for file in String::from_utf8(listed.stdout).unwrap().lines() {
        // What is not text, or is removed but not committed yet, is left out.
        let Ok(text) = fs::read_to_string(root().join(file)) else {
            continue;
        };
        for name in &foreign {
            assert!(!text.contains(name.as_str()), "{file} names {name}");
        }
    }
}

fn files_under(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(files_under(&path, extension));
        } else if path.extension().is_some_and(|found| found == extension) {
            files.push(path);
        }
    }
    files
}

//! The processes of a stack, as Linux shows them.

use std::fs;
use std::path::Path;

use anyhow::Result;

/// A running process.
pub(crate) struct Process {
    id: u32,
    /// Its arguments.
    pub(crate) command: String,
}

/// Processes whose arguments or environment name this folder. Not on Linux there are none to see.
pub(crate) fn naming(state: &Path) -> Result<Vec<Process>> {
    let state = state.as_os_str().as_encoded_bytes();
    let names_it = |text: &[u8]| text.windows(state.len()).any(|part| part == state);
    let mut found = Vec::new();
    let Ok(processes) = fs::read_dir("/proc") else {
        return Ok(found);
    };
    for process in processes {
        let process = process?;
        let Some(id) = process.file_name().to_str().and_then(|id| id.parse().ok()) else {
            continue;
        };
        // It may be gone by now, or not ours.
        let Ok(arguments) = fs::read(process.path().join("cmdline")) else {
            continue;
        };
        let environment = fs::read(process.path().join("environ")).unwrap_or_default();
        if id != std::process::id() && (names_it(&arguments) || names_it(&environment)) {
            let command = String::from_utf8_lossy(&arguments).replace('\0', " ");
            found.push(Process { id, command });
        }
    }
    Ok(found)
}

impl Process {
    /// Octets of the largest memory that Wasm has in it, which never shrinks. It stands at the head of what V8 has
    /// reserved for it.
    pub(crate) fn wasm_octets(&self) -> Option<usize> {
        let maps = fs::read_to_string(format!("/proc/{}/maps", self.id)).ok()?;
        let areas: Vec<Area<'_>> = maps.lines().filter_map(Area::of_line).collect();
        let memories = areas.windows(2).filter_map(|pair| match pair {
            [memory, reserve]
                if memory.access == "rw-p"
                    && reserve.access == "---p"
                    && memory.end == reserve.start
                    && reserve.end - memory.start >= RESERVED_OCTETS =>
            {
                Some(memory.end - memory.start)
            }
            _ => None,
        });
        memories.max()
    }
}

/// All that a memory of Wasm can become, which V8 reserves from the beginning. Its own heaps have less.
const RESERVED_OCTETS: usize = 4 << 30;

/// A line of `/proc/ID/maps`.
struct Area<'a> {
    start: usize,
    end: usize,
    access: &'a str,
}

impl<'a> Area<'a> {
    fn of_line(line: &'a str) -> Option<Self> {
        let mut words = line.split(' ');
        let (start, end) = words.next()?.split_once('-')?;
        Some(Self {
            start: usize::from_str_radix(start, 16).ok()?,
            end: usize::from_str_radix(end, 16).ok()?,
            access: words.next()?,
        })
    }
}

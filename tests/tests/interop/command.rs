//! Running programs: to their end, or as a driver that answers line by line.

use std::env;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context as _, Result, bail};

/// Whether a program can be started by its name.
pub(crate) fn is_on_path(program: &str) -> bool {
    env::var_os("PATH")
        .is_some_and(|path| env::split_paths(&path).any(|folder| folder.join(program).is_file()))
}

/// Runs to the end and returns standard output; what went wrong is the error's text.
pub(crate) fn run(command: &mut Command) -> Result<Vec<u8>> {
    run_with_input(command, b"")
}

/// The same with something on standard input.
pub(crate) fn run_with_input(command: &mut Command, input: &[u8]) -> Result<Vec<u8>> {
    let program = command.get_program().to_string_lossy().into_owned();
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("`{program}` cannot be started"))?;
    // A program that does not read its input closes it; that is no failure.
    let _ = child.stdin.take().map(|mut stdin| stdin.write_all(input));
    let output = child.wait_with_output()?;
    if !output.status.success() {
        let said = [output.stderr, output.stdout].concat();
        let said = String::from_utf8_lossy(&said);
        let lines: Vec<&str> = said
            .lines()
            .filter(|line| !line.trim().is_empty())
            .collect();
        bail!("`{program}` {}: {}", output.status, lines.join(" | "));
    }
    Ok(output.stdout)
}

/// A program that is started once and asked many times: a line of tab-separated words in, a line `ok` or `error …` out.
pub(crate) struct Driver {
    child: Child,
    questions: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Driver {
    pub(crate) fn start(command: &mut Command) -> Result<Self> {
        let program = command.get_program().to_string_lossy().into_owned();
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("`{program}` cannot be started"))?;
        let questions = child.stdin.take();
        let answers = child.stdout.take().context("no standard output")?;
        Ok(Self {
            child,
            questions,
            answers: BufReader::new(answers),
        })
    }

    pub(crate) fn ask(&mut self, words: &[&str]) -> Result<()> {
        let questions = self.questions.as_mut().context("the driver has ended")?;
        writeln!(questions, "{}", words.join("\t"))?;
        questions.flush()?;
        let mut answer = String::new();
        self.answers.read_line(&mut answer)?;
        match answer.trim_end() {
            "ok" => Ok(()),
            "" => bail!("the driver ended without an answer"),
            answer => bail!("{}", answer.trim_start_matches("error ")),
        }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // Drivers end with their input.
        self.questions = None;
        let _ = self.child.wait();
    }
}

/// The text of a path. The lab's are all text; another would reach the driver as no file at all.
pub(crate) fn text(path: &Path) -> &str {
    path.to_str().unwrap_or_default()
}

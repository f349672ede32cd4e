//! A program that carries out operations. It is started once and answers one line for each line:
//!
//! - request: the operation's name, then its arguments, separated by single spaces;
//! - answer: `ok` and the results, `refused`, `unsupported`, or `panicked`.
//!
//! Arguments and results are byte strings in hexadecimal digits, `-` for the empty one; numbers are four bytes,
//! big-endian.

use crate::{Answer, Implementation, shown};
use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

/// A running program.
pub struct Peer {
    program: String,
    process: Child,
    requests: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Peer {
    /// Starts the program. What it writes to standard error appears among the tests' output.
    ///
    /// # Errors
    /// If it cannot be started.
    ///
    /// # Panics
    /// Never: both ends of the pipe are asked for.
    pub fn start(mut command: Command) -> std::io::Result<Self> {
        let mut process = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let requests = process.stdin.take().expect("standard input is a pipe");
        let answers = process.stdout.take().expect("standard output is a pipe");
        Ok(Self {
            program: format!("{command:?}"),
            process,
            requests,
            answers: BufReader::new(answers),
        })
    }
}

impl Implementation for Peer {
    fn ask(&mut self, operation: &str, arguments: &[&[u8]]) -> Answer {
        let mut line = operation.to_owned();
        for argument in arguments {
            line.push(' ');
            line.push_str(&match argument {
                [] => "-".to_owned(),
                bytes => hex::encode(bytes),
            });
        }
        line.push('\n');
        let mut answer = String::new();
        let exchanged = self
            .requests
            .write_all(line.as_bytes())
            .and_then(|()| self.requests.flush())
            .and_then(|()| self.answers.read_line(&mut answer));
        assert!(
            matches!(exchanged, Ok(1..)),
            "{} is gone: {exchanged:?} after {line}",
            self.program
        );
        let mut words = answer.split_whitespace();
        match words.next() {
            Some("ok") => Answer::Given(
                words
                    .map(|word| match word {
                        "-" => Vec::new(),
                        digits => hex::decode(digits).expect("a peer answers in hexadecimal"),
                    })
                    .collect(),
            ),
            Some("refused") => Answer::Refused,
            Some("unsupported") => Answer::Unsupported,
            Some("panicked") => Answer::Panicked,
            _ => panic!(
                "{} answers {answer:?} to {operation} {}",
                self.program,
                shown(arguments)
            ),
        }
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // It may have ended already; either way nothing is left running.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

//! Implementations by others, asked one operation at a time: programs that speak a line protocol ([`peer`]) and the
//! OpenSSL command line ([`openssl`]). The tests in `suite/` compare `crypto-sm` with all of them, in both directions.

pub mod openssl;
pub mod peer;
pub mod tally;

use std::sync::{Mutex, PoisonError};

/// What an implementation answers to an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The results.
    Given(Vec<Vec<u8>>),
    /// It looked at the arguments and refused them.
    Refused,
    /// It has no such operation.
    Unsupported,
    /// It failed on the arguments instead of refusing them: an unchecked index, a null pointer.
    Panicked,
}

/// Something that carries out operations.
pub trait Implementation: Send {
    /// Carries out one operation.
    fn ask(&mut self, operation: &str, arguments: &[&[u8]]) -> Answer;
}

/// An implementation by others, with what it is known to lack.
pub struct Stranger {
    /// Its name in the report.
    pub name: &'static str,
    /// Operations that it does not offer.
    pub lacks: &'static [&'static str],
    /// How many rounds of random inputs it is given; fewer for those that start a process each time.
    pub rounds: usize,
    implementation: Mutex<Box<dyn Implementation>>,
}

impl Stranger {
    /// An implementation under its name.
    #[must_use]
    pub fn new(
        name: &'static str,
        lacks: &'static [&'static str],
        rounds: usize,
        implementation: Box<dyn Implementation>,
    ) -> Self {
        Self {
            name,
            lacks,
            rounds,
            implementation: Mutex::new(implementation),
        }
    }

    /// Whether it offers all of the operations.
    #[must_use]
    pub fn offers(&self, operations: &[&str]) -> bool {
        operations
            .iter()
            .all(|operation| !self.lacks.contains(operation))
    }

    /// Its answer.
    #[must_use]
    pub fn ask(&self, operation: &str, arguments: &[&[u8]]) -> Answer {
        self.implementation
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .ask(operation, arguments)
    }

    /// The one result of an operation that must succeed.
    ///
    /// # Panics
    /// If it refuses, or gives more or less than one result.
    #[must_use]
    pub fn result(&self, operation: &str, arguments: &[&[u8]]) -> Vec<u8> {
        let answer = self.ask(operation, arguments);
        match answer {
            Answer::Given(mut values) if values.len() == 1 => values.remove(0),
            _ => panic!(
                "{} answers {answer:?} to {operation} {}",
                self.name,
                shown(arguments)
            ),
        }
    }

    /// Whether it accepts the arguments of an operation.
    ///
    /// # Panics
    /// If it lacks the operation.
    #[must_use]
    pub fn accepts(&self, operation: &str, arguments: &[&[u8]]) -> bool {
        match self.ask(operation, arguments) {
            Answer::Given(_) => true,
            Answer::Refused | Answer::Panicked => false,
            Answer::Unsupported => panic!("{} lacks {operation}", self.name),
        }
    }
}

/// Arguments in a failure message.
#[must_use]
pub fn shown(arguments: &[&[u8]]) -> String {
    arguments
        .iter()
        .map(hex::encode)
        .collect::<Vec<_>>()
        .join(" ")
}

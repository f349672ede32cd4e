//! Why a command ends early: it is refused, which is recorded, or the store cannot be read, which stops the node.

use crate::Error;
use crate::refusal::Refusal;
use std::fmt;

/// An early end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The command is refused.
    Refused(Refusal),
    /// [`Error::stops`]: nothing can be decided.
    Failed(Error),
}

impl Stop {
    /// The permanent code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Refused(refusal) => refusal.code(),
            Self::Failed(error) => error.code(),
        }
    }

    /// The values that a sentence may name.
    #[must_use]
    pub fn fields(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Refused(refusal) => refusal.fields(),
            Self::Failed(error) => error.fields(),
        }
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.code())?;
        for (name, value) in self.fields() {
            write!(formatter, " {name}={value:?}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Stop {}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        if error.stops() {
            Self::Failed(error)
        } else {
            Self::Refused(error.into())
        }
    }
}

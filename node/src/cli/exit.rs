//! Exit codes: documented in the help, stable for scripts.

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Exit {
    /// It is done.
    Ok = 0,
    /// It failed in a way that no other code names.
    Failure = 1,
    /// The command line is wrong.
    Usage = 2,
    /// What it names does not exist.
    NotFound = 3,
    /// The identity may not do this.
    NotAuthorised = 4,
    /// It contradicts what stands there already.
    Conflict = 5,
    /// The node cannot be reached or does not answer in time.
    Unavailable = 6,
    /// A hash, signature or proof does not hold, or the network is unknown.
    Integrity = 7,
    /// The input data are wrong.
    BadInput = 8,
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> std::process::ExitCode {
        std::process::ExitCode::from(exit as u8)
    }
}

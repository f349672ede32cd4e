//! Which context a command works in: the file that says where the node is, which network is trusted, and who signs.

use std::path::{Path, PathBuf};

use crate::config;

use super::arguments::Global;
use super::failure::{Failure, codes};

/// Where something was found, for `config show`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// An option of the command line.
    Flag,
    /// An environment variable.
    Environment,
    /// `context.toml` in this folder.
    Folder,
    /// The person's configuration folder.
    Default,
    /// The context file.
    File,
}

impl Origin {
    /// Stable name for machine output.
    pub fn name(self) -> &'static str {
        match self {
            Origin::Flag => "flag",
            Origin::Environment => "environment",
            Origin::Folder => "folder",
            Origin::Default => "default",
            Origin::File => "file",
        }
    }
}

/// What was found.
#[derive(Clone, Debug)]
pub struct Found {
    /// The context file and what it says, if there is one.
    pub file: Option<(PathBuf, Origin, config::Context)>,
    /// The node's address, if anything names one.
    pub endpoint: Option<(String, Origin)>,
}

impl Found {
    /// What the file says.
    ///
    /// # Errors
    /// There is no file.
    pub fn context(&self) -> Result<&config::Context, Failure> {
        self.file
            .as_ref()
            .map(|(_, _, context)| context)
            .ok_or_else(|| Failure::new(codes::CONTEXT_MISSING))
    }

    /// The folder of the context file, which is the network's where `init` made it.
    pub fn folder(&self) -> Result<PathBuf, Failure> {
        let context = self.context()?;
        Ok(context
            .genesis
            .parent()
            .unwrap_or(Path::new("."))
            .to_owned())
    }

    /// The network that the context trusts, if there is one.
    ///
    /// # Errors
    /// The context names something that is no network id.
    pub fn network_id(&self) -> Result<Option<[u8; 32]>, Failure> {
        let Some((_, _, context)) = &self.file else {
            return Ok(None);
        };
        let invalid = || Failure::new(codes::NETWORK_INVALID).with("value", &context.network);
        let bytes = hex::decode(&context.network).map_err(|_| invalid())?;
        Ok(Some(bytes.try_into().map_err(|_| invalid())?))
    }
}

/// Finds the context: `--context`, `HENGTAN_CONTEXT`, `context.toml` in this folder, the person's configuration folder.
///
/// # Errors
/// A named file cannot be read, or a found one is damaged.
pub fn find(global: &Global) -> Result<Found, Failure> {
    let file = match locate(global.context.as_deref()) {
        Some((path, origin)) => {
            let context = config::Context::read(&path)?;
            Some((path, origin, context))
        }
        None => None,
    };
    let endpoint = given(global.endpoint.clone())
        .map(|endpoint| (endpoint, Origin::Flag))
        .or_else(|| variable("HENGTAN_ENDPOINT").map(|endpoint| (endpoint, Origin::Environment)))
        .or_else(|| {
            file.as_ref()
                .map(|(_, _, context)| (context.endpoint.clone(), Origin::File))
        });
    Ok(Found { file, endpoint })
}

/// The language that the context names, read without complaint: the language is needed to complain.
pub fn language(flag: Option<&str>) -> Option<String> {
    let (path, _) = locate(flag.map(Path::new))?;
    config::Context::read(&path).ok()?.language
}

/// The person's own context file: `$XDG_CONFIG_HOME/hengtan/context.toml`, else `~/.config/hengtan/context.toml`.
pub fn default_file() -> Option<PathBuf> {
    let folder = variable("XDG_CONFIG_HOME")
        .map(PathBuf::from)
        .or_else(|| variable("HOME").map(|home| PathBuf::from(home).join(".config")))?;
    Some(folder.join("hengtan").join("context.toml"))
}

fn locate(flag: Option<&Path>) -> Option<(PathBuf, Origin)> {
    if let Some(path) = flag {
        return Some((path.to_owned(), Origin::Flag));
    }
    if let Some(path) = variable("HENGTAN_CONTEXT") {
        return Some((path.into(), Origin::Environment));
    }
    let here = PathBuf::from("context.toml");
    if here.is_file() {
        return Some((here, Origin::Folder));
    }
    default_file()
        .filter(|path| path.is_file())
        .map(|path| (path, Origin::Default))
}

fn variable(name: &str) -> Option<String> {
    given(std::env::var(name).ok())
}

fn given(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty())
}

//! `crypto cms …`: the grammar of signed and encrypted messages.

use std::path::PathBuf;

use clap::{ArgAction, Args, Subcommand, ValueEnum};

use super::RevocationCheck;

/// `crypto cms …`
#[derive(Debug, Subcommand)]
pub enum Cms {
    /// Signs a file.
    Sign(CmsSign),
    /// Verifies a signed message.
    Verify(CmsVerify),
    /// Encrypts a file.
    Encrypt(CmsEncrypt),
    /// Decrypts a message.
    Decrypt(CmsDecrypt),
    /// Shows what a message says.
    Show(CmsShow),
}

/// Whose object identifiers a signed message has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum CmsSyntax {
    /// GM/T 0010.
    #[default]
    Gm,
    /// RFC 5652.
    Rfc5652,
}

/// How content is encrypted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum CmsCipher {
    /// With a tag.
    #[default]
    Gcm,
    /// As GM/T 0010 has it.
    Cbc,
}

/// Where a message goes.
#[derive(Debug, Args)]
pub struct CmsOut {
    /// New file.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// As text.
    #[arg(long)]
    pub pem: bool,
}

/// Whom to trust.
#[derive(Debug, Args)]
pub struct CmsTrust {
    /// Trusted certificates.
    #[arg(long, value_name = "FILE", action = ArgAction::Append)]
    pub ca: Vec<PathBuf>,
    /// Other certificates.
    #[arg(long, value_name = "FILE", action = ArgAction::Append)]
    pub chain: Vec<PathBuf>,
    /// Revocation lists.
    #[arg(long, value_name = "FILE", action = ArgAction::Append)]
    pub crl: Vec<PathBuf>,
    /// Which lists are needed.
    #[arg(long, value_name = "LISTS", default_value = "known")]
    pub crl_check: RevocationCheck,
    /// When.
    #[arg(long, value_name = "TIME")]
    pub at: Option<String>,
}

/// `crypto cms sign`
#[derive(Debug, Args)]
pub struct CmsSign {
    /// What.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Key file or key store.
    #[arg(long, value_name = "FILE", requires = "cert")]
    pub key: Option<PathBuf>,
    /// Certificate of the key.
    #[arg(long, value_name = "FILE", requires = "key")]
    pub cert: Option<PathBuf>,
    /// Key in a key store.
    #[arg(long, value_name = "NAME", requires = "key")]
    pub key_name: Option<String>,
    /// File with the passphrase.
    #[arg(long, value_name = "FILE", requires = "key")]
    pub passphrase_file: Option<PathBuf>,
    /// Identity of the context.
    #[arg(long = "as", value_name = "NAME", conflicts_with = "key")]
    pub identity: Option<String>,
    /// Content stays beside.
    #[arg(long)]
    pub detached: bool,
    /// Signature over the content itself.
    #[arg(long)]
    pub no_attributes: bool,
    /// Object identifiers.
    #[arg(long, value_name = "FORM", default_value = "gm")]
    pub syntax: CmsSyntax,
    /// Further certificates.
    #[arg(long, value_name = "FILE", action = ArgAction::Append)]
    pub chain: Vec<PathBuf>,
    /// Revocation lists.
    #[arg(long, value_name = "FILE", action = ArgAction::Append)]
    pub crl: Vec<PathBuf>,
    /// Recipients.
    #[arg(long = "for", value_name = "FILE", action = ArgAction::Append, conflicts_with = "detached")]
    pub recipients: Vec<PathBuf>,
    /// Where to.
    #[command(flatten)]
    pub to: CmsOut,
}

/// `crypto cms verify`
#[derive(Debug, Args)]
pub struct CmsVerify {
    /// Message.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Content beside the message.
    #[arg(long, value_name = "FILE")]
    pub content: Option<PathBuf>,
    /// Whom to trust.
    #[command(flatten)]
    pub trust: CmsTrust,
    /// New file for the content.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// `crypto cms encrypt`
#[derive(Debug, Args)]
pub struct CmsEncrypt {
    /// What.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Recipients.
    #[arg(long = "for", value_name = "FILE", action = ArgAction::Append, required = true)]
    pub recipients: Vec<PathBuf>,
    /// How.
    #[arg(long, value_name = "FORM", default_value = "gcm")]
    pub cipher: CmsCipher,
    /// Where to.
    #[command(flatten)]
    pub to: CmsOut,
}

/// `crypto cms decrypt`
#[derive(Debug, Args)]
pub struct CmsDecrypt {
    /// Message.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Key file or key store.
    #[arg(long, value_name = "FILE")]
    pub key: PathBuf,
    /// Certificate of the key.
    #[arg(long, value_name = "FILE")]
    pub cert: Option<PathBuf>,
    /// Key in a key store.
    #[arg(long, value_name = "NAME")]
    pub key_name: Option<String>,
    /// File with the passphrase.
    #[arg(long, value_name = "FILE")]
    pub passphrase_file: Option<PathBuf>,
    /// Whom to trust.
    #[command(flatten)]
    pub trust: CmsTrust,
    /// New file for the content.
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
}

/// `crypto cms show`
#[derive(Debug, Args)]
pub struct CmsShow {
    /// Message.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
}

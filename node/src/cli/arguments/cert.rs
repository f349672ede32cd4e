//! `cert …`: the grammar of certificates.

use std::path::PathBuf;

use clap::{ArgAction, Args, Subcommand, ValueEnum};

use super::{Role, note_name};

/// `cert …`
#[derive(Debug, Subcommand)]
pub enum Cert {
    /// Makes a certification authority.
    Ca(CertCa),
    /// Makes a key and a request.
    Request(CertRequest),
    /// Issues.
    Issue(CertIssue),
    /// Issues again.
    Renew(CertRenew),
    /// Revokes.
    Revoke(CertRevoke),
    /// Writes a new revocation list.
    Crl(CertCrl),
    /// Lists what a CA has issued.
    List(CertList),
    /// Shows a file.
    Show(CertShow),
    /// Verifies a certificate.
    Verify(CertVerify),
}

/// What a certificate is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum CertificateKind {
    /// Signs in the ledger.
    #[default]
    Member,
    /// Transport of a node.
    Node,
    /// A pair that signs and decrypts.
    Dual,
    /// An authority below this one.
    Authority,
}

/// `cert ca`
#[derive(Debug, Args)]
pub struct CertCa {
    /// Id of the organisation.
    #[arg(value_name = "ORGANISATION", value_parser = note_name)]
    pub organisation: String,
    /// New folder.
    #[arg(long, value_name = "DIR")]
    pub dir: PathBuf,
    /// Common name.
    #[arg(long, value_name = "TEXT")]
    pub name: Option<String>,
    /// Folder of the CA above.
    #[arg(long, value_name = "DIR")]
    pub parent: Option<PathBuf>,
    /// Authorities in a row below.
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u8).range(0..=6))]
    pub path_length: Option<u8>,
    /// Validity.
    #[arg(long, value_name = "DAYS", default_value_t = 7300, value_parser = clap::value_parser!(u64).range(1..=36500))]
    pub days: u64,
    /// File with the passphrase of the new key, or `prompt`.
    #[arg(long, value_name = "FILE")]
    pub passphrase_file: Option<PathBuf>,
    /// File with the passphrase of the key of the CA above.
    #[arg(long, value_name = "FILE")]
    pub ca_passphrase_file: Option<PathBuf>,
}

/// `cert request`
#[derive(Debug, Args)]
pub struct CertRequest {
    /// Name of the holder.
    #[arg(value_name = "NAME", value_parser = note_name)]
    pub name: String,
    /// Id of the organisation.
    #[arg(long, value_name = "ORGANISATION", value_parser = note_name)]
    pub organisation: String,
    /// For what.
    #[arg(long, value_name = "KIND", default_value = "member")]
    pub kind: CertificateKind,
    /// Role of a member.
    #[arg(long, value_name = "ROLE")]
    pub role: Option<Role>,
    /// Names and addresses.
    #[arg(long, value_name = "HOST", action = ArgAction::Append)]
    pub san: Vec<String>,
    /// Folder for the files.
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub out: PathBuf,
    /// File with the passphrase of the new key, or `prompt`.
    #[arg(long, value_name = "FILE")]
    pub passphrase_file: Option<PathBuf>,
}

/// `cert issue`
#[derive(Debug, Args)]
pub struct CertIssue {
    /// Name of the holder.
    #[arg(value_name = "NAME", value_parser = note_name)]
    pub name: String,
    /// Folder of the CA.
    #[arg(long, value_name = "DIR")]
    pub dir: PathBuf,
    /// For what.
    #[arg(long, value_name = "KIND", default_value = "member")]
    pub kind: CertificateKind,
    /// Role of a member.
    #[arg(long, value_name = "ROLE")]
    pub role: Option<Role>,
    /// Names and addresses of a node.
    #[arg(long, value_name = "HOST", action = ArgAction::Append)]
    pub san: Vec<String>,
    /// Request with the key.
    #[arg(long, value_name = "FILE")]
    pub csr: Option<PathBuf>,
    /// Validity.
    #[arg(long, value_name = "DAYS", default_value_t = 1095, value_parser = clap::value_parser!(u64).range(1..=36500))]
    pub days: u64,
    /// Authorities in a row below an authority.
    #[arg(long, value_name = "COUNT", default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..=6))]
    pub path_length: u8,
    /// Folder for the files.
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub out: PathBuf,
    /// File with the passphrase of the new key, or `prompt`.
    #[arg(long, value_name = "FILE")]
    pub passphrase_file: Option<PathBuf>,
    /// File with the passphrase of the CA's key.
    #[arg(long, value_name = "FILE")]
    pub ca_passphrase_file: Option<PathBuf>,
}

/// `cert renew`
#[derive(Debug, Args)]
pub struct CertRenew {
    /// Which.
    #[arg(value_name = "NAME-OR-SERIAL")]
    pub certificate: String,
    /// Folder of the CA.
    #[arg(long, value_name = "DIR")]
    pub dir: PathBuf,
    /// With a new key.
    #[arg(long, conflicts_with = "csr")]
    pub new_key: bool,
    /// Request with the new key.
    #[arg(long, value_name = "FILE")]
    pub csr: Option<PathBuf>,
    /// Validity.
    #[arg(long, value_name = "DAYS", default_value_t = 1095, value_parser = clap::value_parser!(u64).range(1..=36500))]
    pub days: u64,
    /// Folder for the files.
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub out: PathBuf,
    /// File with the passphrase of the new key, or `prompt`.
    #[arg(long, value_name = "FILE")]
    pub passphrase_file: Option<PathBuf>,
    /// File with the passphrase of the CA's key.
    #[arg(long, value_name = "FILE")]
    pub ca_passphrase_file: Option<PathBuf>,
}

/// Why a certificate is revoked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum RevocationReason {
    /// No reason given.
    Unspecified,
    /// The secret key is lost or known to others.
    KeyCompromise,
    /// The CA's key is.
    CaCompromise,
    /// Name or membership changed.
    AffiliationChanged,
    /// Another certificate takes its place.
    Superseded,
    /// No longer needed.
    CessationOfOperation,
    /// Suspended.
    CertificateHold,
    /// A right was withdrawn.
    PrivilegeWithdrawn,
}

/// `cert revoke`
#[derive(Debug, Args)]
pub struct CertRevoke {
    /// Which.
    #[arg(value_name = "NAME-OR-SERIAL")]
    pub certificate: String,
    /// Folder of the CA.
    #[arg(long, value_name = "DIR")]
    pub dir: PathBuf,
    /// Why.
    #[arg(long, value_name = "REASON")]
    pub reason: RevocationReason,
    /// Until the next list.
    #[arg(long, value_name = "DAYS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=3650))]
    pub next_update: u64,
    /// File with the passphrase of the CA's key.
    #[arg(long, value_name = "FILE")]
    pub ca_passphrase_file: Option<PathBuf>,
}

/// `cert crl`
#[derive(Debug, Args)]
pub struct CertCrl {
    /// Folder of the CA.
    #[arg(long, value_name = "DIR")]
    pub dir: PathBuf,
    /// Until the next list.
    #[arg(long, value_name = "DAYS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=3650))]
    pub next_update: u64,
    /// File with the passphrase of the CA's key.
    #[arg(long, value_name = "FILE")]
    pub ca_passphrase_file: Option<PathBuf>,
}

/// `cert list`
#[derive(Debug, Args)]
pub struct CertList {
    /// Folder of the CA.
    #[arg(long, value_name = "DIR")]
    pub dir: PathBuf,
    /// File with the passphrase of the CA's key.
    #[arg(long, value_name = "FILE")]
    pub ca_passphrase_file: Option<PathBuf>,
}

/// `cert show`
#[derive(Debug, Args)]
pub struct CertShow {
    /// Certificate, request or revocation list.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
}

/// What a certificate is to serve for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum CertificatePurpose {
    /// To sign.
    #[default]
    Signing,
    /// To be encrypted to.
    Encryption,
    /// To serve TLS.
    Server,
    /// To call by TLS.
    Client,
    /// To issue certificates.
    Issuing,
}

/// Where a revocation list must not be missing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum RevocationCheck {
    /// Lists that are given are used.
    #[default]
    Known,
    /// The certificate's own.
    Certificate,
    /// All along the path.
    Path,
}

/// `cert verify`
#[derive(Debug, Args)]
pub struct CertVerify {
    /// Certificate.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Trusted certificates.
    #[arg(long, value_name = "FILE", required = true, action = ArgAction::Append)]
    pub ca: Vec<PathBuf>,
    /// Certificates between.
    #[arg(long, value_name = "FILE", action = ArgAction::Append)]
    pub chain: Vec<PathBuf>,
    /// Revocation lists.
    #[arg(long, value_name = "FILE", action = ArgAction::Append)]
    pub crl: Vec<PathBuf>,
    /// Which lists are needed.
    #[arg(long, value_name = "LISTS", default_value = "known")]
    pub crl_check: RevocationCheck,
    /// For what.
    #[arg(long, value_name = "PURPOSE", default_value = "signing")]
    pub purpose: CertificatePurpose,
    /// The other certificate of a pair.
    #[arg(long, value_name = "FILE", conflicts_with = "purpose")]
    pub encryption: Option<PathBuf>,
    /// When.
    #[arg(long, value_name = "TIME")]
    pub at: Option<String>,
}

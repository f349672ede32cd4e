//! `hengtan crypto cms`: signed and encrypted messages of GM/T 0010, for whoever is no node of the ledger.

mod envelope;
mod show;
mod sign;
mod verify;

use std::path::{Path, PathBuf};

use crypto_sm::envelope::Recipient;
use crypto_sm::keystore::Key;
use crypto_sm::signed;
use i18n::Catalogue;

use crate::config::{self, Keys};
use crate::console::{Cell, Console};

use super::arguments::{Cms, CmsOut, CmsTrust, Global};
use super::cert::{Trusted, bundles, failed, read, read_certificate, read_list, text};
use super::{Exit, Failure, codes};

pub fn run(command: &Cms, global: &Global, console: &Console) -> Result<Exit, Failure> {
    match command {
        Cms::Sign(arguments) => sign::run(arguments, global, console),
        Cms::Verify(arguments) => verify::run(arguments, console),
        Cms::Encrypt(arguments) => envelope::encrypt(arguments, console),
        Cms::Decrypt(arguments) => envelope::decrypt(arguments, console),
        Cms::Show(arguments) => show::run(arguments, console),
    }
}

/// A message in DER, from PEM or DER.
fn message(path: &Path) -> Result<Vec<u8>, Failure> {
    let bytes = read(path)?;
    match text(&bytes) {
        Some(text) => signed::from_pem(text).map_err(failed),
        None => Ok(bytes),
    }
}

/// A key file or key store, opened.
fn open_key(
    path: &Path,
    name: Option<&str>,
    passphrase_file: Option<&Path>,
    console: &Console,
) -> Result<Key, Failure> {
    let keys = Keys {
        key: name.map(str::to_owned),
        pin_file: passphrase_file.map(Path::to_owned),
        ..Keys::default()
    };
    Ok(keys.open(path, &|place| console.passphrase(place))?)
}

/// The holders of encryption certificates.
fn recipients(paths: &[PathBuf]) -> Result<Vec<Recipient>, Failure> {
    let recipient =
        |path: &PathBuf| Recipient::of_certificate(&read_certificate(path)?).map_err(failed);
    paths.iter().map(recipient).collect()
}

/// Writes a message beside its source or where it is to go; gives the file.
fn write(der: &[u8], source: &Path, extension: &str, to: &CmsOut) -> Result<PathBuf, Failure> {
    let path = to.out.clone().unwrap_or_else(|| {
        let mut name = source.as_os_str().to_owned();
        name.push(".");
        name.push(extension);
        PathBuf::from(name)
    });
    super::cert::refuse_existing(&[&path])?;
    if to.pem {
        config::write_new(&path, signed::to_pem(der).as_bytes())?;
    } else {
        config::write_new(&path, der)?;
    }
    Ok(path)
}

/// A truth for people and programs.
fn truth(holds: bool, catalogue: &Catalogue) -> Cell {
    Cell::new(holds, super::org::yes_no(holds, catalogue))
}

/// What the options say about trust, read. Who trusts nobody has forgotten an option.
fn trusted(arguments: &CmsTrust) -> Result<Trusted, Failure> {
    if arguments.ca.is_empty() {
        return Err(Failure::new(codes::ARGUMENT_MISSING).with("argument", "--ca <FILE>"));
    }
    Trusted::read(
        &arguments.ca,
        &arguments.chain,
        &arguments.crl,
        arguments.crl_check,
        arguments.at.as_deref(),
    )
}

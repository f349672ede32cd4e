//! `factor sign`, `factor verify`: who vouches for a factor set, offline. What the network adopts is another matter: its
//! members decide it with signatures of their own.

use std::path::{Path, PathBuf};

use accounting::{Error, FactorSet};
use crypto_sm::certificate::{Certificate, Purpose, Revocation, Trust};
use crypto_sm::keystore::{KeyFile, KeyProvider};
use crypto_sm::sm2::{PublicKey, Signature, USER_ID};

use super::review::digest;
use super::source::{self, MANIFEST};
use crate::cli::arguments::{FactorSign, FactorVerify};
use crate::cli::presentation::whole_id;
use crate::cli::session::now_ms;
use crate::cli::{Exit, Failure, codes, passphrase};
use crate::console::{Cell, Column, Console, List};

/// Certificate or public key of who signed, in the folder of a set.
const SIGNER: &str = "signer.pem";

/// Begins what is signed, so that the signature says nothing else anywhere.
const DOMAIN: &[u8] = b"hengtan factor set v1\n";

/// The manifest as it is signed: all of it but the line of the signature. The digest of the rows is a line of it.
fn signed_part(manifest: &str) -> Option<String> {
    let of_signature = |line: &&str| {
        line.split('=')
            .next()
            .is_some_and(|key| key.trim() == "signature")
    };
    // A second such line could hide in a text of several lines.
    if manifest.lines().filter(of_signature).count() > 1 {
        return None;
    }
    let lines = manifest.lines().filter(|line| !of_signature(line));
    Some(lines.map(|line| format!("{line}\n")).collect())
}

/// Who signs, as files state it.
enum Signer {
    Certificate(Box<Certificate>),
    Key(PublicKey),
}

impl Signer {
    fn read(path: &Path) -> Result<Self, Failure> {
        let text = std::fs::read_to_string(path).map_err(|error| Failure::reading(path, &error))?;
        match Certificate::from_pem(&text) {
            Ok(certificate) => Ok(Self::Certificate(Box::new(certificate))),
            Err(_) => Ok(Self::Key(PublicKey::from_spki_pem(&text)?)),
        }
    }

    fn public_key(&self) -> &PublicKey {
        match self {
            Self::Certificate(certificate) => certificate.public_key(),
            Self::Key(key) => key,
        }
    }

    /// Subject of the certificate, or id of the key.
    fn name(&self) -> String {
        match self {
            Self::Certificate(certificate) => certificate.subject_name(),
            Self::Key(key) => hex::encode(key.key_id().as_bytes()),
        }
    }

    fn to_pem(&self) -> String {
        match self {
            Self::Certificate(certificate) => certificate.to_pem(),
            Self::Key(key) => key.to_spki_pem(),
        }
    }
}

/// Signs the set in a folder.
pub fn sign(arguments: &FactorSign, console: &Console) -> Result<Exit, Failure> {
    let folder = &arguments.folder;
    let path = folder.join(MANIFEST);
    let text = std::fs::read_to_string(&path).map_err(|error| Failure::reading(&path, &error))?;
    let set = source::folder(folder, console)?;
    let rows = digest(&set);
    let stated = &set.manifest.content_sm3;
    if !stated.is_empty() && !stated.eq_ignore_ascii_case(&rows) {
        return Err(differs(&set, rows));
    }
    let ask = passphrase::source(arguments.passphrase_file.as_deref(), console)?;
    let place = arguments.key.display().to_string();
    let key = KeyFile::open(&arguments.key, || ask(&place))?;
    let about = |code| Failure::new(code).with("set", &set.manifest.id);
    let entry = key
        .keys()?
        .into_iter()
        .next()
        .ok_or_else(|| about(codes::FACTORS_SIGNER))?;
    let signer = match &arguments.certificate {
        Some(path) => Signer::read(path)?,
        None => Signer::Key(entry.public_key.clone()),
    };
    if signer.public_key().key_id() != entry.public_key.key_id() {
        return Err(about(codes::FACTORS_SIGNER));
    }
    // Keys stand before the first table of a manifest (`validity`), so these go first.
    let own = |line: &&str| {
        let key = line.split('=').next().unwrap_or_default().trim();
        !matches!(key, "signature" | "signer" | "content_sm3")
    };
    let rest: String = signed_part(&text)
        .ok_or_else(|| about(codes::FACTORS_SIGNATURE))?
        .lines()
        .filter(own)
        .map(|line| format!("{line}\n"))
        .collect();
    let name = toml::Value::String(signer.name());
    let part = format!("content_sm3 = \"{rows}\"\nsigner = {name}\n{rest}");
    let signature = key.sign(&entry, USER_ID, &[DOMAIN, part.as_bytes()])?;
    let text = format!(
        "signature = \"{}\"\n{part}",
        hex::encode(signature.to_bytes())
    );
    let write = |path: &Path, content: &str| {
        std::fs::write(path, content).map_err(|error| Failure::writing(path, &error))
    };
    write(&folder.join(SIGNER), &signer.to_pem())?;
    write(&path, &text)?;
    console.say(
        &console
            .catalogue()
            .done_factors_signed(set.manifest.id.as_str(), signer.name()),
    );
    Ok(Exit::Ok)
}

fn differs(set: &FactorSet, found: String) -> Failure {
    Error::DigestDiffers {
        set: set.manifest.id.clone(),
        stated: set.manifest.content_sm3.clone(),
        found,
    }
    .into()
}

/// Who signed a set whose signature is right.
pub(super) struct Verified {
    name: String,
    key: PublicKey,
    certificate: Option<Box<Certificate>>,
    validity: Cell,
}

impl Verified {
    /// The name of who signed.
    pub(super) fn name(&self) -> &str {
        &self.name
    }
}

/// Checks rows and signature of the set in a folder.
///
/// # Errors
/// No signature, no key to check it with, other rows or another text than those that were signed.
pub(super) fn verified(folder: &Path, console: &Console) -> Result<Verified, Failure> {
    let path = folder.join(MANIFEST);
    let text = std::fs::read_to_string(&path).map_err(|error| Failure::reading(&path, &error))?;
    let set = source::folder(folder, console)?;
    let about = |code| Failure::new(code).with("set", &set.manifest.id);
    if set.manifest.signature.is_empty() {
        return Err(about(codes::FACTORS_UNSIGNED));
    }
    let rows = digest(&set);
    if !set.manifest.content_sm3.eq_ignore_ascii_case(&rows) {
        return Err(differs(&set, rows));
    }
    let file = folder.join(SIGNER);
    if !file.exists() {
        return Err(about(codes::FACTORS_SIGNER));
    }
    let signer = Signer::read(&file)?;
    let bytes = hex::decode(&set.manifest.signature).unwrap_or_default();
    let part = signed_part(&text).ok_or_else(|| about(codes::FACTORS_SIGNATURE))?;
    Signature::from_bytes(&bytes)
        .and_then(|signature| {
            signer
                .public_key()
                .verify(USER_ID, &[DOMAIN, part.as_bytes()], &signature)
        })
        .map_err(|_| about(codes::FACTORS_SIGNATURE))?;
    let name = signer.name();
    if name != set.manifest.signer {
        return Err(about(codes::FACTORS_SIGNATURE));
    }
    Ok(Verified {
        name,
        key: signer.public_key().clone(),
        validity: super::validity(&set.manifest, console.catalogue()),
        certificate: match signer {
            Signer::Certificate(certificate) => Some(certificate),
            Signer::Key(_) => None,
        },
    })
}

/// Says by whom sets are signed, and whether that is somebody whom the caller knows.
pub fn verify(arguments: &FactorVerify, console: &Console) -> Result<Exit, Failure> {
    let catalogue = console.catalogue();
    let known = arguments
        .signer
        .iter()
        .map(|path| Signer::read(path))
        .collect::<Result<Vec<_>, _>>()?;
    let roots = roots(&arguments.ca)?;
    let mut list = List::new(vec![
        Column::new("set", catalogue.col_set()),
        Column::new("signer", catalogue.col_signer()),
        Column::new("key_id", catalogue.col_key()),
        Column::new("vouched", catalogue.col_vouched()),
        Column::new("validity", catalogue.col_validity()),
    ]);
    let mut unknown = false;
    for folder in &arguments.folders {
        let verified = verified(folder, console)?;
        let by_key = known
            .iter()
            .any(|signer| signer.public_key().key_id() == verified.key.key_id());
        let by_authority = verified.certificate.as_ref().is_some_and(|certificate| {
            let trust = Trust {
                roots: &roots,
                intermediates: &[],
                lists: &[],
                revocation: Revocation::Known,
            };
            trust
                .verify(certificate, Purpose::Signing, now_ms())
                .is_ok()
        });
        let vouched = by_key || by_authority;
        unknown |= !vouched;
        list.push(vec![
            folder.display().to_string().into(),
            verified.name.as_str().into(),
            whole_id(verified.key.key_id().as_bytes()),
            Cell::new(vouched, crate::cli::org::yes_no(vouched, catalogue)),
            verified.validity,
        ]);
    }
    console.list(&list)?;
    if unknown && known.is_empty() && roots.is_empty() {
        console.say(&catalogue.talk_signer_not_judged());
    }
    // A signature of somebody else than those whom the caller names is none.
    let judged = !known.is_empty() || !roots.is_empty();
    Ok(if unknown && judged {
        Exit::Integrity
    } else {
        Exit::Ok
    })
}

fn roots(paths: &[PathBuf]) -> Result<Vec<Certificate>, Failure> {
    let mut roots = Vec::new();
    for path in paths {
        let text = std::fs::read_to_string(path).map_err(|error| Failure::reading(path, &error))?;
        roots.extend(Certificate::all_from_pem(&text)?);
    }
    Ok(roots)
}

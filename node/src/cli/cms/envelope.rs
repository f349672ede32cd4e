//! `hengtan crypto cms encrypt` and `decrypt`.

use crypto_sm::Error;
use crypto_sm::envelope::{self, ContentKey, RecipientId, Wraps};
use crypto_sm::keystore::Key;
use crypto_sm::signed::{Kind, SignedData};

use crate::cli::arguments::{CmsCipher, CmsDecrypt, CmsEncrypt};
use crate::cli::{Exit, Failure};
use crate::config;
use crate::console::{Console, Record};

use super::{
    failed, message, open_key, read, read_certificate, recipients, trusted, verify::verdict, write,
};

pub fn encrypt(arguments: &CmsEncrypt, console: &Console) -> Result<Exit, Failure> {
    let content = read(&arguments.file)?;
    let recipients = recipients(&arguments.recipients)?;
    let seal = match arguments.cipher {
        CmsCipher::Gcm => envelope::seal,
        CmsCipher::Cbc => envelope::seal_unauthenticated,
    };
    let der = seal(&content, &recipients, &mut rand::rng()).map_err(failed)?;
    let path = write(&der, &arguments.file, "p7m", &arguments.to)?;
    let catalogue = console.catalogue();
    let shown = path.display().to_string();
    console.say(&catalogue.done_cms_encrypted(shown.as_str()));
    let record = Record::new()
        .with("file", catalogue.col_file(), shown)
        .with("recipients", catalogue.col_recipients(), recipients.len())
        .with("bytes", catalogue.col_bytes(), der.len());
    console.record(&record)?;
    Ok(Exit::Ok)
}

pub fn decrypt(arguments: &CmsDecrypt, console: &Console) -> Result<Exit, Failure> {
    let der = message(&arguments.file)?;
    crate::cli::cert::refuse_existing(&[&arguments.out])?;
    let certificate = arguments
        .cert
        .as_deref()
        .map(read_certificate)
        .transpose()?;
    let kind = Kind::of(&der).ok_or_else(|| failed(Error::EnvelopeEncoding))?;
    let trusted = match kind {
        Kind::Signed => return Err(failed(Error::EnvelopeEncoding)),
        Kind::SignedAndEnveloped => Some(trusted(&arguments.trust)?),
        Kind::Enveloped | Kind::AuthenticatedEnveloped => None,
    };
    let key = open_key(
        &arguments.key,
        arguments.key_name.as_deref(),
        arguments.passphrase_file.as_deref(),
        console,
    )?;
    let named = certificate.as_ref().map(RecipientId::of_certificate);
    let unwrap = |wraps: &Wraps| unwrap(wraps, &key, named.as_ref());
    let catalogue = console.catalogue();
    let written = arguments.out.display().to_string();
    let record = if let Some(trusted) = trusted {
        let opened = SignedData::open(&der, unwrap).map_err(failed)?;
        let trust = trusted.trust();
        let verified = opened.verify(None, &trust, trusted.at_ms).map_err(failed)?;
        let content = opened.content().unwrap_or_default();
        config::write_secret(&arguments.out, content)?;
        verdict(&verified, content, trusted.at_ms, console)
    } else {
        let content = match kind {
            Kind::Enveloped => envelope::open_unauthenticated_with(&der, unwrap),
            _ => envelope::open_with(&der, unwrap),
        };
        let content = content.map_err(failed)?;
        config::write_secret(&arguments.out, &content)?;
        if kind == Kind::Enveloped {
            console.say(&catalogue.cms_unauthenticated());
        }
        Record::new().with(
            "content_bytes",
            catalogue.col_content_bytes(),
            content.len(),
        )
    };
    console.say(&catalogue.done_cms_decrypted(written.as_str()));
    console.record(&record.with("file", catalogue.col_file(), written))?;
    Ok(Exit::Ok)
}

/// The content key, decrypted for the certificate or key id; without a certificate whichever wrap the key opens.
fn unwrap(wraps: &Wraps, key: &Key, named: Option<&RecipientId>) -> Result<ContentKey, Error> {
    let by_key = RecipientId::of_key(key.public_key());
    let own = |id: &&RecipientId| **id == by_key || named.is_none_or(|named| **id == *named);
    let mut refused = Error::EnvelopeRecipient;
    for id in wraps.recipients().filter(own) {
        let opened = wraps.ciphertext(id)?.to_der();
        match key.decrypt(&opened) {
            Ok(bytes) => return ContentKey::from_bytes(&bytes),
            Err(Error::Decryption) if named.is_none() => {}
            Err(error) => refused = error,
        }
    }
    Err(refused)
}

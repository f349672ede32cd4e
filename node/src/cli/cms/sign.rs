//! `hengtan crypto cms sign`.

use crypto_sm::certificate::Certificate;
use crypto_sm::keystore::Key;
use crypto_sm::signed::{Draft, Syntax};
use crypto_sm::sm2::USER_ID;

use crate::cli::arguments::{CmsSign, CmsSyntax, Global};
use crate::cli::context;
use crate::cli::presentation::time;
use crate::cli::session::now_ms;
use crate::cli::{Exit, Failure, codes};
use crate::console::{Console, Record};

use super::{
    bundles, failed, open_key, read, read_certificate, read_list, recipients, truth, write,
};

impl From<CmsSyntax> for Syntax {
    fn from(syntax: CmsSyntax) -> Self {
        match syntax {
            CmsSyntax::Gm => Self::Gm,
            CmsSyntax::Rfc5652 => Self::Cms,
        }
    }
}

pub fn run(arguments: &CmsSign, global: &Global, console: &Console) -> Result<Exit, Failure> {
    let content = read(&arguments.file)?;
    let (key, certificate) = signer(arguments, global, console)?;
    let sealed = !arguments.recipients.is_empty();
    let mut draft = Draft::new(&content, arguments.syntax.into());
    if arguments.detached {
        draft = draft.detached();
    }
    // What is encrypted as a whole has no attributes (GM/T 0010).
    // The attribute counts whole seconds.
    let signed_at = (!arguments.no_attributes && !sealed).then(|| now_ms() / 1000 * 1000);
    draft
        .sign(&certificate, signed_at, |parts| key.sign(USER_ID, parts))
        .map_err(failed)?;
    for certificate in bundles(&arguments.chain)? {
        draft.add_certificate(&certificate);
    }
    for path in &arguments.crl {
        draft.add_list(&read_list(path)?);
    }
    let (der, extension) = if sealed {
        let recipients = recipients(&arguments.recipients)?;
        let sealed = draft.finish_for(&recipients, &mut rand::rng());
        (sealed.map_err(failed)?, "p7m")
    } else {
        let extension = if arguments.detached { "p7s" } else { "p7m" };
        (draft.finish().map_err(failed)?, extension)
    };
    let path = write(&der, &arguments.file, extension, &arguments.to)?;
    let catalogue = console.catalogue();
    let shown = path.display().to_string();
    console.say(&catalogue.done_cms_signed(shown.as_str()));
    let record = Record::new()
        .with("file", catalogue.col_file(), shown)
        .with("signer", catalogue.col_signer(), certificate.subject_name())
        .with_some("signed_at", catalogue.col_signed_at(), signed_at.map(time))
        .with("detached", catalogue.col_detached(), {
            truth(arguments.detached, catalogue)
        })
        .with("bytes", catalogue.col_bytes(), der.len());
    console.record(&record)?;
    Ok(Exit::Ok)
}

/// The key and certificate that are named, or those of an identity of the context.
fn signer(
    arguments: &CmsSign,
    global: &Global,
    console: &Console,
) -> Result<(Key, Certificate), Failure> {
    if let (Some(key), Some(certificate)) = (&arguments.key, &arguments.cert) {
        let passphrase = arguments.passphrase_file.as_deref();
        let name = arguments.key_name.as_deref();
        let certificate = read_certificate(certificate)?;
        return Ok((open_key(key, name, passphrase, console)?, certificate));
    }
    let found = context::find(global)?;
    let wanted = arguments.identity.as_deref();
    let fits = |name: &str| wanted.is_none_or(|wanted| wanted == name);
    let mut identities = found.context()?.identities.iter();
    let identity = identities
        .find(|identity| fits(&identity.name))
        .ok_or_else(|| {
            Failure::new(codes::IDENTITY_MISSING).with("role", wanted.unwrap_or_default())
        })?;
    let key = identity.open(&|place| console.passphrase(place))?;
    Ok((key, read_certificate(&identity.certificate)?))
}

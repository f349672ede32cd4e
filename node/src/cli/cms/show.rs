//! `hengtan crypto cms show`: what a message says, without trusting any of it.

use crypto_sm::Error;
use crypto_sm::envelope::{self, Wraps};
use crypto_sm::signed::{Kind, SignedData, Syntax};
use i18n::Catalogue;
use serde_json::{Value, json};

use crate::cli::arguments::CmsShow;
use crate::cli::presentation::{named, time};
use crate::cli::{Exit, Failure};
use crate::console::{Cell, Console, Record};

use super::{failed, message, truth};

pub fn run(arguments: &CmsShow, console: &Console) -> Result<Exit, Failure> {
    let der = message(&arguments.file)?;
    let catalogue = console.catalogue();
    let kind = Kind::of(&der).ok_or_else(|| failed(Error::SignedEncoding))?;
    let record = Record::new().with(
        "kind",
        catalogue.col_kind(),
        named("message-kind", kind.word(), catalogue),
    );
    let record = match kind {
        Kind::Signed => signed(record, &der, catalogue)?,
        _ => enveloped(record, kind, &der, catalogue)?,
    };
    console.record(&record)?;
    Ok(Exit::Ok)
}

fn signed(record: Record, der: &[u8], catalogue: &Catalogue) -> Result<Record, Failure> {
    let message = SignedData::from_der(der).map_err(failed)?;
    let syntax = match message.syntax() {
        Syntax::Gm => "GM/T 0010",
        Syntax::Cms => "RFC 5652",
    };
    let signers = message.signers();
    let subject = |index: usize| {
        let found = message.certificate_of(&signers[index], &[]);
        found.map(|certificate| certificate.subject_name())
    };
    let machine: Vec<Value> = signers
        .iter()
        .enumerate()
        .map(|(index, signer)| {
            json!({
                "certificate": signer.id().to_string(),
                "subject": subject(index),
                "signed_at": signer.signed_at_ms().map(crate::console::utc_time),
                "attributes": signer.has_attributes(),
            })
        })
        .collect();
    let shown: Vec<String> = signers
        .iter()
        .enumerate()
        .map(|(index, signer)| {
            let name = subject(index).unwrap_or_else(|| signer.id().to_string());
            let stated = signer
                .signed_at_ms()
                .map(|stated| time(stated).human().to_owned());
            std::iter::once(name)
                .chain(stated)
                .collect::<Vec<_>>()
                .join("\n  ")
        })
        .collect();
    let certificates = message.certificates().iter();
    let subjects: Vec<String> = certificates
        .map(|certificate| certificate.subject_name())
        .collect();
    let issuers: Vec<String> = message.lists().iter().map(|list| list.issuer()).collect();
    let content = message.content();
    Ok(record
        .with("syntax", catalogue.col_syntax(), syntax)
        .with("detached", catalogue.col_detached(), {
            truth(content.is_none(), catalogue)
        })
        .with_some(
            "content_bytes",
            catalogue.col_content_bytes(),
            content.map(<[u8]>::len),
        )
        .with_some(
            "content_sm3",
            catalogue.col_content_sm3(),
            content.map(|content| hex::encode(crypto_sm::sm3::hash(&[content]))),
        )
        .with(
            "signers",
            catalogue.col_signers(),
            Cell::new(machine, shown.join("\n")),
        )
        .with(
            "certificates",
            catalogue.col_certificates(),
            lines(subjects),
        )
        .with("lists", catalogue.col_lists(), lines(issuers)))
}

fn enveloped(
    record: Record,
    kind: Kind,
    der: &[u8],
    catalogue: &Catalogue,
) -> Result<Record, Failure> {
    let mut recipients = Vec::new();
    // Reads everything in front of the content key, and asks for no key.
    let note = |wraps: &Wraps| {
        recipients = wraps.recipients().map(ToString::to_string).collect();
        Err(Error::EnvelopeRecipient)
    };
    let outcome = match kind {
        Kind::SignedAndEnveloped => SignedData::open(der, note).map(|_| ()),
        Kind::Enveloped => envelope::open_unauthenticated_with(der, note).map(|_| ()),
        _ => envelope::open_with(der, note).map(|_| ()),
    };
    if let Err(error) = outcome
        && error != Error::EnvelopeRecipient
    {
        return Err(failed(error));
    }
    let cipher = match kind {
        Kind::AuthenticatedEnveloped => "SM4-GCM",
        _ => "SM4-CBC",
    };
    Ok(record.with("cipher", catalogue.col_cipher(), cipher).with(
        "recipients",
        catalogue.col_recipients(),
        lines(recipients),
    ))
}

fn lines(texts: Vec<String>) -> Cell {
    let shown = texts.join("\n");
    Cell::new(texts, shown)
}

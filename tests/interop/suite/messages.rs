//! Signed and encrypted messages (GM/T 0010, GB/T 35275, RFC 5652, RFC 5083).

use crate::strangers::{Source, offering};
use crypto_sm::{
    Error,
    certificate::{Certificate, Issuer, Trust, Validity, issue_root},
    envelope::{Recipient, RecipientId, open, open_unauthenticated, seal, seal_unauthenticated},
    signed::{Draft, SignedData, Syntax},
    sm2::{SecretKey, USER_ID},
};
use hengtan_interop::tally::Tally;

/// 2020-01-01 till 2049-12-31; and 2026-06-01, when certificates are verified.
const BEGIN: u64 = 1_577_836_800_000;
const END: u64 = 2_524_521_600_000;
const AT: u64 = 1_780_272_000_000;

/// Lengths of contents, around those of DER's lengths and of a block.
const LENGTHS: [usize; 7] = [1, 15, 16, 127, 128, 256, 70_000];

/// A key with its certificate.
struct Holder {
    key: SecretKey,
    certificate: Certificate,
}

/// Two who sign, two who decrypt, below one root.
struct Parties {
    root: Certificate,
    signers: [Holder; 2],
    recipients: [Holder; 2],
}

impl Parties {
    fn new(source: &mut Source) -> Self {
        let validity = Validity::new(BEGIN, END).unwrap();
        let top = SecretKey::generate(&mut source.0);
        let root = issue_root("steel", "根 CA", 1, &top, validity, &mut source.0).unwrap();
        let issuer = Issuer::new(root.clone(), top).unwrap();
        let signers = ["wang-fang", "李娜"].map(|name| {
            let key = SecretKey::generate(&mut source.0);
            let issued =
                issuer.issue_member("operator", name, key.public_key(), validity, &mut source.0);
            Holder {
                key,
                certificate: issued.unwrap(),
            }
        });
        let recipients = ["office", "registry"].map(|name| {
            let (signing, key) = (
                SecretKey::generate(&mut source.0),
                SecretKey::generate(&mut source.0),
            );
            let own = issuer
                .issue_member(
                    "operator",
                    name,
                    signing.public_key(),
                    validity,
                    &mut source.0,
                )
                .unwrap();
            let pair = issuer.issue_encryption(&own, key.public_key(), validity, &mut source.0);
            Holder {
                key,
                certificate: pair.unwrap().encryption().clone(),
            }
        });
        Self {
            root,
            signers,
            recipients,
        }
    }

    fn verify(&self, message: &SignedData, content: Option<&[u8]>) -> Result<usize, Error> {
        let roots = std::slice::from_ref(&self.root);
        let trust = Trust {
            roots,
            ..Trust::default()
        };
        message.verify(content, &trust, AT).map(|found| found.len())
    }

    fn draft<'a>(
        &self,
        content: &'a [u8],
        syntax: Syntax,
        signers: usize,
        time: Option<u64>,
        source: &mut Source,
    ) -> Draft<'a> {
        let mut draft = Draft::new(content, syntax);
        for Holder { key, certificate } in &self.signers[..signers] {
            let sign = |parts: &[&[u8]]| key.sign(USER_ID, parts, &mut source.0);
            draft.sign(certificate, time, sign).unwrap();
        }
        draft
    }

    fn recipients(&self) -> [Recipient; 2] {
        self.recipients
            .each_ref()
            .map(|holder| Recipient::of_certificate(&holder.certificate).unwrap())
    }
}

/// What a test calls the two places of the content and the two things that a signature is over.
const PLACES: [&str; 2] = ["attached", "detached"];
const FORMS: [&str; 2] = ["direct", "attributes"];

fn check_signed(syntax: Syntax, operations: [&str; 2], title: &'static str, seed: u64) {
    let mut tally = Tally::new(title);
    for stranger in offering(&operations) {
        let (name, source) = (stranger.name, &mut Source::new(seed));
        let parties = Parties::new(source);
        let root = parties.root.to_der();
        for length in LENGTHS {
            let content = source.bytes(length);
            for (place, form, signers) in PLACES
                .into_iter()
                .flat_map(|place| FORMS.map(|form| (place, form)))
                .flat_map(|(place, form)| [1, 2].map(|signers| (place, form, signers)))
            {
                let beside = if place == "detached" {
                    &content[..]
                } else {
                    &[]
                };
                // Ours, there.
                let time = (form == "attributes").then_some(AT);
                let mut draft = parties.draft(&content, syntax, signers, time, source);
                if place == "detached" {
                    draft = draft.detached();
                }
                let ours = draft.finish().unwrap();
                let what = format!("{name} {place} {form} {signers} {length}");
                let given = stranger.result(operations[1], &[root, &ours, beside]);
                assert_eq!(given, content, "{what}");
                tally.count(name, format!("ours verified there, {place}, {form}"));
                let mut changed = content.clone();
                changed[0] ^= 1;
                let refused = if place == "detached" {
                    !stranger.accepts(operations[1], &[root, &ours, &changed])
                } else {
                    let at = ours.windows(length).position(|found| found == content);
                    let mut message = ours.clone();
                    message[at.unwrap()] ^= 1;
                    // A content of one byte may be found elsewhere in the message.
                    length == 1 || !stranger.accepts(operations[1], &[root, &message, beside])
                };
                assert!(refused, "{what}");
                tally.count(name, "changed content refused there");

                // Theirs, here.
                let secrets: Vec<_> = parties
                    .signers
                    .iter()
                    .map(|one| one.key.to_bytes())
                    .collect();
                let mut words = vec![form.as_bytes(), place.as_bytes(), &content];
                for (holder, secret) in parties.signers[..signers].iter().zip(&secrets) {
                    words.extend([&secret[..], holder.certificate.to_der()]);
                }
                let theirs = stranger.result(operations[0], &words);
                let read = SignedData::from_der(&theirs)
                    .unwrap_or_else(|error| panic!("{what} {error}: {}", hex::encode(&theirs)));
                assert_eq!(read.syntax(), syntax, "{what}");
                let beside = (place == "detached").then_some(&content[..]);
                assert_eq!(read.content().or(beside), Some(&content[..]), "{what}");
                assert_eq!(parties.verify(&read, beside), Ok(signers), "{what}");
                tally.count(name, format!("theirs verified here, {place}, {form}"));
                let other = Parties::new(source);
                assert!(other.verify(&read, beside).is_err(), "{what}");
                assert!(
                    matches!(
                        parties.verify(&read, Some(&changed)),
                        Err(Error::SignedContent | Error::SignedSignature { .. })
                    ),
                    "{what}"
                );
                tally.count(name, "changed content and another's root refused here");
            }
        }
    }
}

#[test]
fn signed_messages_of_the_national_syntax_are_verified_by_each_other() {
    check_signed(
        Syntax::Gm,
        ["cms-sign", "cms-verify"],
        "SignedData, GM/T 0010",
        60,
    );
}

#[test]
fn signed_messages_of_rfc_5652_are_verified_by_each_other() {
    check_signed(
        Syntax::Cms,
        ["cms-sign-rfc", "cms-verify-rfc"],
        "SignedData, RFC 5652",
        61,
    );
}

type Seal = fn(&[u8], &[Recipient], &mut rand::rngs::StdRng) -> Result<Vec<u8>, Error>;
type Open = fn(&[u8], &RecipientId, &SecretKey) -> Result<Vec<u8>, Error>;

fn check_envelopes(seal: Seal, open: Open, operations: [&str; 2], title: &'static str, seed: u64) {
    let mut tally = Tally::new(title);
    for stranger in offering(&operations) {
        let (name, source) = (stranger.name, &mut Source::new(seed));
        let parties = Parties::new(source);
        for length in LENGTHS {
            let content = source.bytes(length);
            let ours = seal(&content, &parties.recipients(), &mut source.0).unwrap();
            let mut words = vec![&content[..]];
            words.extend(
                parties
                    .recipients
                    .iter()
                    .map(|one| one.certificate.to_der()),
            );
            let theirs = stranger.result(operations[0], &words);
            for Holder { key, certificate } in &parties.recipients {
                let (secret, id) = (key.to_bytes(), RecipientId::of_certificate(certificate));
                let opened =
                    stranger.result(operations[1], &[&*secret, certificate.to_der(), &ours]);
                assert_eq!(opened, content, "{name} {length}");
                tally.count(name, "ours opened there");
                let opened = open(&theirs, &id, key)
                    .unwrap_or_else(|error| panic!("{name} {error}: {}", hex::encode(&theirs)));
                assert_eq!(opened, content, "{name} {length}");
                tally.count(name, "theirs opened here");
            }
            let stranger_to_it = &parties.signers[0];
            let (secret, der) = (
                stranger_to_it.key.to_bytes(),
                stranger_to_it.certificate.to_der(),
            );
            assert!(
                !stranger.accepts(operations[1], &[&*secret, der, &ours]),
                "{name}"
            );
            let id = RecipientId::of_certificate(&stranger_to_it.certificate);
            assert_eq!(
                open(&theirs, &id, &stranger_to_it.key),
                Err(Error::EnvelopeRecipient)
            );
            tally.count(name, "who is no recipient refused on both sides");
        }
    }
}

#[test]
fn envelopes_of_the_national_syntax_are_opened_by_each_other() {
    check_envelopes(
        seal_unauthenticated,
        |der, id, key| open_unauthenticated(der, id, key).map(|content| content.to_vec()),
        ["cms-encrypt", "cms-decrypt"],
        "EnvelopedData, GM/T 0010",
        62,
    );
}

#[test]
fn envelopes_with_a_tag_are_opened_by_each_other() {
    check_envelopes(
        seal,
        |der, id, key| open(der, id, key).map(|content| content.to_vec()),
        ["cms-seal", "cms-open"],
        "AuthEnvelopedData with SM4-GCM",
        63,
    );
}

#[test]
fn messages_signed_and_encrypted_in_one_are_opened_by_each_other() {
    let mut tally = Tally::new("SignedAndEnvelopedData, GM/T 0010");
    for stranger in offering(&["cms-sign-and-encrypt", "cms-decrypt-and-verify"]) {
        let (name, source) = (stranger.name, &mut Source::new(64));
        let (parties, other) = (Parties::new(source), Parties::new(source));
        let (signer, recipient) = (&parties.signers[0], &parties.recipients[0]);
        let (secret, opener) = (signer.key.to_bytes(), recipient.key.to_bytes());
        let id = RecipientId::of_certificate(&recipient.certificate);
        for length in LENGTHS {
            let content = source.bytes(length);
            let draft = parties.draft(&content, Syntax::Gm, 1, None, source);
            let ours = draft
                .finish_for(&parties.recipients(), &mut source.0)
                .unwrap();
            let words = |root: &Certificate| {
                let parts = [
                    root.to_der(),
                    &opener[..],
                    recipient.certificate.to_der(),
                    &ours,
                ];
                parts.map(<[u8]>::to_vec)
            };
            let ask = |root: &Certificate| {
                let words = words(root);
                stranger.ask(
                    "cms-decrypt-and-verify",
                    &words.each_ref().map(|word| &word[..]),
                )
            };
            let given = hengtan_interop::Answer::Given(vec![content.clone()]);
            assert_eq!(ask(&parties.root), given, "{name} {length}");
            tally.count(name, "ours opened and verified there");
            assert_ne!(ask(&other.root), given, "{name}");
            let arguments = [
                &content[..],
                &*secret,
                signer.certificate.to_der(),
                recipient.certificate.to_der(),
            ];
            let theirs = stranger.result("cms-sign-and-encrypt", &arguments);
            let opened = SignedData::open(&theirs, |wraps| wraps.unwrap(&id, &recipient.key))
                .unwrap_or_else(|error| panic!("{name} {error}: {}", hex::encode(&theirs)));
            assert_eq!(opened.content(), Some(&content[..]));
            assert_eq!(parties.verify(&opened, None), Ok(1));
            tally.count(name, "theirs opened and verified here");
            assert!(other.verify(&opened, None).is_err());
            tally.count(name, "another's root refused on both sides");
        }
    }
}

//! Signed messages: content with the signatures of one or several certified keys, and with the certificates and revocation
//! lists that a reader needs (SignedData of GM/T 0010-2012 and GB/T 35275-2017, also under the object identifiers of
//! RFC 5652). The content is in the message, or beside it (detached).
//!
//! | what | signature over |
//! |---|---|
//! | without authenticated attributes | the content itself: SM3(Z ‖ content) |
//! | with | the DER of the attributes as a SET OF, which hold content type, SM3 of the content and the time |
//!
//! Reading is strict: DER only, nothing behind it, SM3 and SM2 only, attributes in the order of DER and each once, every
//! certificate and list by its own strict parser. [`SignedData::verify`] accepts a message only if each of its signatures
//! holds and each signer's certificate leads to a trusted root. The time that a signer states is its claim: what counts is
//! the time that the caller gives.
//!
//! ```
//! use crypto_sm::certificate::{Issuer, Trust, Validity, issue_authority};
//! use crypto_sm::signed::{Draft, SignedData, Syntax};
//! use crypto_sm::sm2::{SecretKey, USER_ID};
//!
//! # fn main() -> Result<(), crypto_sm::Error> {
//! # let mut rng = rand::rng();
//! let validity = Validity::new(1_735_689_600_000, 1_893_456_000_000)?;
//! let (top, key) = (SecretKey::generate(&mut rng), SecretKey::generate(&mut rng));
//! let root = issue_authority("steel", "Steel CA", &top, validity, &mut rng)?;
//! let issuer = Issuer::new(root.clone(), top)?;
//! let certificate = issuer.issue_member("operator", "wang-fang", key.public_key(), validity, &mut rng)?;
//!
//! let now = 1_767_225_600_000;
//! let mut draft = Draft::new(b"report of 2025", Syntax::Gm);
//! draft.sign(&certificate, Some(now), |parts| key.sign(USER_ID, parts, &mut rng))?;
//! let message = draft.finish()?;
//!
//! let read = SignedData::from_der(&message)?;
//! let roots = [root];
//! let trust = Trust { roots: &roots, ..Trust::default() };
//! let verified = read.verify(None, &trust, now)?;
//! assert_eq!(verified[0].path[0], certificate);
//! assert_eq!(read.content(), Some(&b"report of 2025"[..]));
//! # Ok(())
//! # }
//! ```

mod attributes;
mod draft;
mod message;

pub use crate::cms::{HolderId as SignerId, Kind, Syntax};
pub use draft::Draft;

use crate::{
    Error,
    certificate::{Certificate, Purpose, RevocationList, Trust},
    pem,
    sm2::{Signature, USER_ID},
    sm3,
};
use attributes::{Attributes, are_attributes};

/// Most signatures of one message.
pub const MOST_SIGNERS: usize = 64;

/// Most certificates, and most revocation lists, in one message.
pub const MOST_CERTIFICATES: usize = 1_000;

/// PEM labels (RFC 7468 clauses 9 and 8): ours, and that of older software.
const PEM_LABEL: &str = "CMS";
const PEM_LABEL_OLD: &str = "PKCS7";

/// A signed message that has been parsed, not one that is trusted: [`SignedData::verify`] says whether it is.
#[derive(Clone, Debug)]
pub struct SignedData {
    syntax: Syntax,
    content: Option<Vec<u8>>,
    certificates: Vec<Certificate>,
    lists: Vec<RevocationList>,
    signers: Vec<Signer>,
}

/// One signature of a message.
#[derive(Clone, Debug)]
pub struct Signer {
    id: SignerId,
    attributes: Option<Attributes>,
    signature: Signature,
}

/// A signature that holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// The signer's certificate first, the trusted root last.
    pub path: Vec<Certificate>,
    /// When the signer says to have signed, milliseconds since 1970.
    pub signed_at_ms: Option<u64>,
}

impl Signer {
    /// By what it names its certificate.
    #[must_use]
    pub fn id(&self) -> &SignerId {
        &self.id
    }

    /// When the signer says to have signed, milliseconds since 1970.
    #[must_use]
    pub fn signed_at_ms(&self) -> Option<u64> {
        self.attributes.as_ref()?.signed_at_ms
    }

    /// Whether the signature is over attributes with the content's digest, not over the content itself.
    #[must_use]
    pub fn has_attributes(&self) -> bool {
        self.attributes.is_some()
    }

    /// Whether this key made the signature.
    fn is_of(&self, certificate: &Certificate, content: &[u8]) -> bool {
        let signed = self
            .attributes
            .as_ref()
            .map_or(content, |attributes| &attributes.der);
        certificate
            .public_key()
            .verify(USER_ID, &[signed], &self.signature)
            .is_ok()
    }
}

impl SignedData {
    /// Reads a signed message in DER.
    ///
    /// # Errors
    /// [`Error::SignedEncoding`], [`Error::SignedAlgorithm`], [`Error::SignedAttribute`], [`Error::SignedSigners`], or
    /// those of the parsers of certificates, lists and signatures.
    pub fn from_der(der: &[u8]) -> Result<Self, Error> {
        message::read(der)
    }

    /// Reads a signed message in PEM, labelled `CMS` or `PKCS7`.
    ///
    /// # Errors
    /// [`Error::PemEncoding`], [`Error::PemLabel`], or those of [`SignedData::from_der`].
    pub fn from_pem(text: &str) -> Result<Self, Error> {
        Self::from_der(&from_pem(text)?)
    }

    /// Opens a SignedAndEnvelopedData of GM/T 0010, which holds its content encrypted with SM4-CBC; `unwrap` gives the
    /// content key. What was opened is worth nothing before it is verified: CBC shows no change.
    ///
    /// # Errors
    /// Those of [`SignedData::from_der`]; [`Error::EnvelopeEncoding`], [`Error::EnvelopeRecipients`],
    /// [`Error::EnvelopeContent`], or those of `unwrap`.
    pub fn open(
        der: &[u8],
        unwrap: impl FnOnce(&crate::envelope::Wraps) -> Result<crate::envelope::ContentKey, Error>,
    ) -> Result<Self, Error> {
        message::open(der, unwrap)
    }

    /// Whose object identifiers the message has.
    #[must_use]
    pub fn syntax(&self) -> Syntax {
        self.syntax
    }

    /// The content; nothing if it is beside the message. Not trusted before [`SignedData::verify`].
    #[must_use]
    pub fn content(&self) -> Option<&[u8]> {
        self.content.as_deref()
    }

    /// The certificates in the message, of signers and authorities; nothing is trusted in them.
    #[must_use]
    pub fn certificates(&self) -> &[Certificate] {
        &self.certificates
    }

    /// The lists of revoked certificates in the message.
    #[must_use]
    pub fn lists(&self) -> &[RevocationList] {
        &self.lists
    }

    /// The signatures, at least one.
    #[must_use]
    pub fn signers(&self) -> &[Signer] {
        &self.signers
    }

    /// The certificate of a signer among those of the message and others, by its name alone: the first, if several have
    /// one name.
    #[must_use]
    pub fn certificate_of<'a>(
        &'a self,
        signer: &Signer,
        others: &'a [Certificate],
    ) -> Option<&'a Certificate> {
        self.certificates
            .iter()
            .chain(others)
            .find(|certificate| signer.id.names(certificate))
    }

    /// Checks every signature, each with the certificate that it names, from the message or `others`. Gives these
    /// certificates in the order of the signers. Whether anybody should trust them, [`SignedData::verify`] says.
    ///
    /// # Errors
    /// [`Error::SignedContentMissing`] if the content is neither in the message nor given; [`Error::SignedContent`] if it
    /// is not what was signed, or was given and differs from that in the message; [`Error::SignedCertificate`] if a signer's certificate
    /// is missing; [`Error::SignedSignature`] if a signature is not by that certificate's key over this;
    /// [`Error::SignedEncoding`] for content that is itself a set of attributes, with a signature that may be over those of
    /// another message.
    pub fn verify_signatures<'a>(
        &'a self,
        content: Option<&[u8]>,
        others: &'a [Certificate],
    ) -> Result<Vec<&'a Certificate>, Error> {
        let content = match (self.content(), content) {
            (Some(held), Some(given)) if held != given => return Err(Error::SignedContent),
            (Some(content), _) | (None, Some(content)) => content,
            (None, None) => return Err(Error::SignedContentMissing),
        };
        let digest = sm3::hash(&[content]);
        let named: Vec<(SignerId, &Certificate)> = self
            .certificates
            .iter()
            .chain(others)
            .map(|certificate| (SignerId::of_certificate(certificate), certificate))
            .collect();
        let certificate_of = |signer: &Signer| {
            let changed = |attributes: &Attributes| attributes.digest != digest;
            if signer.attributes.as_ref().is_some_and(changed) {
                return Err(Error::SignedContent);
            }
            if signer.attributes.is_none() && are_attributes(content) {
                return Err(Error::SignedEncoding);
            }
            let mut candidates = named.iter().filter(|(id, certificate)| match &signer.id {
                SignerId::Certificate(_) => signer.id == *id,
                SignerId::Key(_) => signer.id.names(certificate),
            });
            let Some((_, first)) = candidates.next() else {
                let signer = signer.id.to_string();
                return Err(Error::SignedCertificate { signer });
            };
            // A second certificate under the same name must not keep the genuine one from being found.
            std::iter::once(*first)
                .chain(candidates.map(|(_, certificate)| *certificate))
                .find(|certificate| signer.is_of(certificate, content))
                .ok_or_else(|| Error::SignedSignature { name: first.name() })
        };
        self.signers.iter().map(certificate_of).collect()
    }

    /// Checks every signature, and for each signer that its certificate signs and leads to a trusted root at that time.
    /// Authorities and lists in the message are used beside those of `trust`. `content` is needed if the message holds
    /// none. Gives the signers in the order of the message.
    ///
    /// # Errors
    /// Those of [`SignedData::verify_signatures`] and of [`Trust::verify`] for any signer.
    pub fn verify(
        &self,
        content: Option<&[u8]>,
        trust: &Trust<'_>,
        at_ms: u64,
    ) -> Result<Vec<Verified>, Error> {
        let others = [trust.intermediates, trust.roots].concat();
        let signing = self.verify_signatures(content, &others)?;
        let intermediates = [&self.certificates, trust.intermediates].concat();
        let lists = [&self.lists, trust.lists].concat();
        let trust = Trust {
            intermediates: &intermediates,
            lists: &lists,
            ..*trust
        };
        let verified = |(signer, certificate): (&Signer, &Certificate)| {
            let path = trust.verify(certificate, Purpose::Signing, at_ms)?;
            Ok(Verified {
                path: path.into_iter().cloned().collect(),
                signed_at_ms: signer.signed_at_ms(),
            })
        };
        self.signers.iter().zip(signing).map(verified).collect()
    }
}

/// The DER of a message in PEM, signed or encrypted, labelled `CMS` or `PKCS7`.
///
/// # Errors
/// [`Error::PemEncoding`], [`Error::PemLabel`].
pub fn from_pem(text: &str) -> Result<Vec<u8>, Error> {
    let der = match pem::decode(PEM_LABEL, text) {
        Err(Error::PemLabel { found, .. }) if found == PEM_LABEL_OLD => {
            pem::decode(PEM_LABEL_OLD, text)
        }
        der => der,
    };
    der.map(|der| der.to_vec())
}

/// A message in PEM.
#[must_use]
pub fn to_pem(der: &[u8]) -> String {
    pem::encode(PEM_LABEL, der)
}

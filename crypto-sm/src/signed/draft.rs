//! Making signed messages.

use super::{
    MOST_CERTIFICATES, MOST_SIGNERS, Signer, SignerId, Syntax,
    attributes::{Attributes, are_attributes},
    message::{Content, SM3, algorithm_der, signer_der},
};
use crate::{
    Error,
    certificate::{Certificate, Purpose, RevocationList},
    cms::{self, ONE, ZERO},
    envelope::{Recipient, encrypt_with_cbc, too_long},
    rand_core::CryptoRng,
    sm2::Signature,
    sm3,
};
use der::{Encode, Tag, asn1::OctetStringRef};

/// A message in the making: content first, then signatures.
#[derive(Debug)]
pub struct Draft<'a> {
    content: &'a [u8],
    digest: sm3::Digest,
    syntax: Syntax,
    detached: bool,
    certificates: Vec<Vec<u8>>,
    lists: Vec<Vec<u8>>,
    signers: Vec<Signer>,
}

impl<'a> Draft<'a> {
    /// A message that holds the content, without any signature yet.
    #[must_use]
    pub fn new(content: &'a [u8], syntax: Syntax) -> Self {
        Self {
            content,
            digest: sm3::hash(&[content]),
            syntax,
            detached: false,
            certificates: Vec::new(),
            lists: Vec::new(),
            signers: Vec::new(),
        }
    }

    /// The content stays beside the message.
    #[must_use]
    pub fn detached(mut self) -> Self {
        self.detached = true;
        self
    }

    /// Puts a certificate into the message, for readers that do not have it. Those of signers are there already.
    pub fn add_certificate(&mut self, certificate: &Certificate) {
        add(&mut self.certificates, certificate.to_der());
    }

    /// Puts a list of revoked certificates into the message.
    pub fn add_list(&mut self, list: &RevocationList) {
        add(&mut self.lists, list.to_der());
    }

    /// Adds a signature and its certificate. With a time (milliseconds since 1970) the signature is over attributes that hold
    /// it and the content's digest; without, over the content itself. `sign` signs the parts, one after the other, under
    /// the default user id, wherever the key is.
    ///
    /// # Errors
    /// Those of [`Certificate::verify_purpose`] for signing; [`Error::CertificateKey`] if the signature is not by the
    /// certificate's key; [`Error::SignedSigners`] for too many; [`Error::SignedAttribute`] for a time after the year 9999;
    /// [`Error::SignedEncoding`] for content that could be mistaken for attributes, without a time; or those of `sign`.
    pub fn sign(
        &mut self,
        certificate: &Certificate,
        signed_at_ms: Option<u64>,
        sign: impl FnOnce(&[&[u8]]) -> Result<Signature, Error>,
    ) -> Result<(), Error> {
        certificate.verify_purpose(Purpose::Signing)?;
        if self.signers.len() == MOST_SIGNERS {
            return Err(Error::SignedSigners {
                count: MOST_SIGNERS + 1,
            });
        }
        if signed_at_ms.is_none() && are_attributes(self.content) {
            return Err(Error::SignedEncoding);
        }
        let attributes = signed_at_ms
            .map(|time| Attributes::new(self.syntax.data(), &self.digest, time))
            .transpose()?;
        let signed = attributes
            .as_ref()
            .map_or(self.content, |attributes| &attributes.der);
        let signer = Signer {
            id: SignerId::of_certificate(certificate),
            signature: sign(&[signed])?,
            attributes,
        };
        if !signer.is_of(certificate, self.content) {
            return Err(Error::CertificateKey {
                name: certificate.name(),
            });
        }
        self.signers.push(signer);
        self.add_certificate(certificate);
        Ok(())
    }

    /// The message: a ContentInfo with SignedData in DER.
    ///
    /// # Errors
    /// [`Error::SignedSigners`] without a signature; [`Error::CipherLength`] for content that DER cannot hold.
    pub fn finish(&self) -> Result<Vec<u8>, Error> {
        self.check()?;
        let kind = match self.syntax {
            Syntax::Gm => cms::SIGNED,
            Syntax::Cms => cms::CMS_SIGNED,
        };
        let encode = || {
            let content = (!self.detached).then(|| OctetStringRef::new(self.content));
            let content = Content {
                content_type: self.syntax.data(),
                content: content.transpose()?,
            };
            let mut parts = vec![1_u8.to_der()?, self.digests()?, content.to_der()?];
            parts.extend(self.rest()?);
            cms::wrapped(kind, &cms::constructed(Tag::Sequence, &parts)?)
        };
        encode().map_err(|_| too_long(self.content.len()))
    }

    /// The message with its content encrypted to the recipients: SignedAndEnvelopedData of GM/T 0010 with SM4-CBC, whose
    /// signatures are over the content itself.
    ///
    /// # Errors
    /// Those of [`Draft::finish`]; [`Error::EnvelopeRecipients`] for none or too many; [`Error::SignedAttribute`] if a
    /// signature has attributes, and [`Error::SignedEncoding`] for the syntax of RFC 5652, for which this form does not exist.
    pub fn finish_for<R: CryptoRng + ?Sized>(
        &self,
        recipients: &[Recipient],
        rng: &mut R,
    ) -> Result<Vec<u8>, Error> {
        self.check()?;
        if self.syntax != Syntax::Gm {
            return Err(Error::SignedEncoding);
        }
        if self.signers.iter().any(Signer::has_attributes) {
            return Err(Error::SignedAttribute {
                attribute: String::new(),
            });
        }
        let (wraps, encrypted) = encrypt_with_cbc(self.content, recipients, rng)?;
        let encode = || {
            let mut parts = vec![1_u8.to_der()?, wraps.clone(), self.digests()?, encrypted];
            parts.extend(self.rest()?);
            let data = cms::constructed(Tag::Sequence, &parts)?;
            cms::wrapped(cms::SIGNED_AND_ENVELOPED, &data)
        };
        encode().map_err(|_| too_long(self.content.len()))
    }

    fn check(&self) -> Result<(), Error> {
        if self.signers.is_empty() {
            return Err(Error::SignedSigners { count: 0 });
        }
        let most = self.certificates.len().max(self.lists.len());
        if most > MOST_CERTIFICATES {
            return Err(Error::SignedEncoding);
        }
        Ok(())
    }

    fn digests(&self) -> der::Result<Vec<u8>> {
        cms::constructed(Tag::Set, &[algorithm_der(SM3)?])
    }

    /// Certificates, lists and signers.
    fn rest(&self) -> der::Result<Vec<Vec<u8>>> {
        let mut parts = Vec::new();
        for (tag, members) in [(ZERO, &self.certificates), (ONE, &self.lists)] {
            if !members.is_empty() {
                parts.push(set(tag, members.clone())?);
            }
        }
        let signers = self.signers.iter();
        let signers = signers.map(|signer| signer_der(signer, self.syntax));
        parts.push(set(Tag::Set, signers.collect::<der::Result<_>>()?)?);
        Ok(parts)
    }
}

/// Each once.
fn add(members: &mut Vec<Vec<u8>>, der: &[u8]) {
    if !members.iter().any(|member| member == der) {
        members.push(der.to_vec());
    }
}

/// A set in the order of DER.
fn set(tag: Tag, mut members: Vec<Vec<u8>>) -> der::Result<Vec<u8>> {
    members.sort();
    cms::constructed(tag, &members)
}

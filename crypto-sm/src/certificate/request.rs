//! Requests for certificates (PKCS #10, RFC 2986) signed with SM2-with-SM3.

use super::{
    AlternativeName, Purpose, Subject, check_algorithm,
    extension::{refuse_doubled, refused},
    issue::Signer,
    read_signature,
};
use crate::{
    Error, pem,
    rand_core::CryptoRng,
    sm2::{PublicKey, SecretKey, USER_ID},
};
use std::fmt;
use x509_cert::{
    builder::Builder,
    der::{Decode, Encode, oid::AssociatedOid},
    ext::pkix::{KeyUsage, KeyUsages, SubjectAltName},
    request::{CertReq, ExtensionReq, RequestBuilder},
};

/// PEM label (RFC 7468 clause 7).
const PEM_LABEL: &str = "CERTIFICATE REQUEST";

/// A request whose signature has been verified: who made it holds the secret key. Who he is, and whether he may have what
/// he asks for, is for the authority to find out; it takes from a request the key, and the rest as a wish.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    der: Vec<u8>,
    subject: Subject,
    subject_name: String,
    public_key: PublicKey,
    alternative_names: Vec<AlternativeName>,
}

impl Request {
    /// Makes a request: O = organisation, OU = unit, CN = name, with names and addresses, for the key usage of the
    /// purpose.
    ///
    /// # Errors
    /// [`Error::SubjectText`] or [`Error::AlternativeName`].
    pub fn create<R: CryptoRng + ?Sized>(
        organisation: &str,
        unit: Option<&str>,
        name: &str,
        alternative_names: &[AlternativeName],
        purpose: Purpose,
        key: &SecretKey,
        rng: &mut R,
    ) -> Result<Self, Error> {
        let subject = Subject::encode(organisation, unit, name)?;
        let names = alternative_names
            .iter()
            .map(AlternativeName::encode)
            .collect::<Result<Vec<_>, _>>()?;
        let usages = match purpose {
            Purpose::Signing | Purpose::Server | Purpose::Client => {
                KeyUsages::DigitalSignature.into()
            }
            Purpose::Encryption => {
                KeyUsages::KeyEncipherment | KeyUsages::DataEncipherment | KeyUsages::KeyAgreement
            }
            Purpose::Authority => KeyUsages::KeyCertSign | KeyUsages::CRLSign,
        };
        let signer = Signer(key);
        let encoded = (|| {
            let mut builder = RequestBuilder::new(subject)?;
            builder.add_extension(&KeyUsage(usages))?;
            if !names.is_empty() {
                builder.add_extension(&SubjectAltName(names))?;
            }
            let content = builder.finalize(&signer)?;
            let request = builder.assemble(signer.sign(&content, rng), &signer)?;
            Ok::<_, x509_cert::builder::Error>(request.to_der()?)
        })();
        Self::from_der(&encoded.map_err(|_| Error::RequestEncoding)?)
    }

    /// Reads a request in DER and verifies its signature. What encodes differently from what was read is refused.
    ///
    /// # Errors
    /// [`Error::RequestEncoding`], [`Error::CertificateAlgorithm`], [`Error::CertificateExtension`],
    /// [`Error::RequestSignature`], or those of the key's and the signature's parser.
    pub fn from_der(der: &[u8]) -> Result<Self, Error> {
        let encoding = |_| Error::RequestEncoding;
        let parsed = CertReq::from_der(der).map_err(encoding)?;
        if parsed.to_der().map_err(encoding)? != der {
            return Err(Error::RequestEncoding);
        }
        check_algorithm(&parsed.algorithm)?;
        let info = &parsed.info;
        let public_key = PublicKey::from_spki_der(&info.public_key.to_der().map_err(encoding)?)?;
        let (subject, _) = Subject::read(&info.subject);
        let request = Self {
            subject,
            subject_name: info.subject.to_string(),
            public_key,
            alternative_names: read_alternative_names(&parsed)?,
            der: der.to_vec(),
        };
        // The parser has seen to it that encoding again gives the signed bytes.
        let signed = info.to_der().map_err(encoding)?;
        let signature = read_signature(&parsed.signature)?;
        request
            .public_key
            .verify(USER_ID, &[&signed], &signature)
            .map_err(|_| Error::RequestSignature {
                name: request.name(),
            })?;
        Ok(request)
    }

    /// Reads a request in PEM.
    ///
    /// # Errors
    /// [`Error::PemEncoding`], [`Error::PemLabel`], or those of [`Request::from_der`].
    pub fn from_pem(text: &str) -> Result<Self, Error> {
        Self::from_der(&pem::decode(PEM_LABEL, text)?)
    }

    /// The request in DER, byte for byte as it was read or made.
    #[must_use]
    pub fn to_der(&self) -> &[u8] {
        &self.der
    }

    /// The request in PEM.
    #[must_use]
    pub fn to_pem(&self) -> String {
        pem::encode(PEM_LABEL, &self.der)
    }

    /// Who asks, as far as it means something here. What stands twice, or is not text, is left out.
    #[must_use]
    pub fn subject(&self) -> &Subject {
        &self.subject
    }

    /// The subject's distinguished name as RFC 4514 writes it, for people.
    #[must_use]
    pub fn subject_name(&self) -> &str {
        &self.subject_name
    }

    /// The key to be certified.
    #[must_use]
    pub fn public_key(&self) -> &PublicKey {
        &self.public_key
    }

    /// DNS names and IP addresses that are asked for.
    #[must_use]
    pub fn alternative_names(&self) -> &[AlternativeName] {
        &self.alternative_names
    }

    fn name(&self) -> String {
        let subject = &self.subject;
        let name = subject
            .common_name
            .as_ref()
            .or(subject.organisation.as_ref());
        name.unwrap_or(&self.subject_name).clone()
    }
}

/// What the extension request (RFC 2985 clause 5.4.2) names. Other attributes and extensions ask for nothing that is
/// granted here.
fn read_alternative_names(request: &CertReq) -> Result<Vec<AlternativeName>, Error> {
    let mut wanted = None;
    for attribute in request.info.attributes.iter() {
        if attribute.oid != ExtensionReq::OID {
            continue;
        }
        let mut values = attribute.values.iter();
        let (Some(value), None, None) = (values.next(), values.next(), &wanted) else {
            return Err(Error::RequestEncoding);
        };
        wanted = Some(
            value
                .decode_as::<ExtensionReq>()
                .map_err(|_| Error::RequestEncoding)?,
        );
    }
    let extensions = wanted.map(|wanted| wanted.0).unwrap_or_default();
    refuse_doubled(&extensions)?;
    let mut names = Vec::new();
    for extension in &extensions {
        if extension.extn_id != SubjectAltName::OID {
            continue;
        }
        let refused = || refused(extension);
        let wanted =
            SubjectAltName::from_der(extension.extn_value.as_bytes()).map_err(|_| refused())?;
        for name in &wanted.0 {
            names.extend(AlternativeName::read(name).map_err(|_| refused())?);
        }
    }
    Ok(names)
}

impl fmt::Debug for Request {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Request")
            .field("subject", &self.subject_name)
            .field("key_id", &self.public_key.key_id())
            .finish_non_exhaustive()
    }
}

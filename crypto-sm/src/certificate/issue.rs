//! Issuing certificates.

use super::{AlternativeName, Certificate, SM2_WITH_SM3, Subject, Validity};
use crate::{
    Error,
    rand_core::CryptoRng,
    sm2::{PublicKey, SecretKey, USER_ID},
    sm3,
};
use ::sm2::dsa::signature::Keypair;
use x509_cert::{
    TbsCertificate,
    builder::{Builder, CertificateBuilder, profile::BuilderProfile},
    der::{
        Decode, Encode,
        asn1::{BitString, OctetString},
        oid::{AssociatedOid, ObjectIdentifier},
    },
    ext::{
        Extension,
        pkix::{
            AuthorityKeyIdentifier, BasicConstraints, ExtendedKeyUsage, KeyUsage, KeyUsages,
            SubjectAltName, SubjectKeyIdentifier,
        },
    },
    name::Name,
    serial_number::SerialNumber,
    spki::{
        AlgorithmIdentifierOwned, DynSignatureAlgorithmIdentifier, SubjectPublicKeyInfo,
        SubjectPublicKeyInfoRef,
    },
};

/// TLS server and client (RFC 5280 clause 4.2.1.12).
const SERVER_AUTHENTICATION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.1");
const CLIENT_AUTHENTICATION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.2");

/// OU of nodes.
const NODE_UNIT: &str = "node";

/// A certificate authority at work: its certificate and its secret key.
#[derive(Debug)]
pub struct Issuer {
    certificate: Certificate,
    key: SecretKey,
}

/// Issues the self-signed certificate of an organisation's certificate authority: O = organisation, CN = name; it may
/// sign certificates and revocation lists, and nobody below it may issue.
///
/// # Errors
/// [`Error::SubjectText`] or [`Error::ValidityPeriod`].
pub fn issue_authority<R: CryptoRng + ?Sized>(
    organisation: &str,
    name: &str,
    key: &SecretKey,
    validity: Validity,
    rng: &mut R,
) -> Result<Certificate, Error> {
    let subject = Subject::encode(organisation, None, name)?;
    let template = Template {
        issuer: subject.clone(),
        subject,
        public_key: key.public_key(),
        validity,
        extensions: vec![
            extension(
                true,
                &BasicConstraints {
                    ca: true,
                    path_len_constraint: Some(0),
                },
            ),
            extension(true, &KeyUsage(KeyUsages::KeyCertSign | KeyUsages::CRLSign)),
        ],
    };
    template.sign(key, rng)
}

impl Issuer {
    /// An authority's certificate with its key.
    ///
    /// # Errors
    /// [`Error::CertificateKey`] if the key is another's; [`Error::CertificateNotAuthority`],
    /// [`Error::CertificateKeyUsage`] or [`Error::CertificateName`] if the certificate cannot issue.
    pub fn new(certificate: Certificate, key: SecretKey) -> Result<Self, Error> {
        certificate.verify_key(&key)?;
        // Whether it is valid now is for those who check what it issues.
        certificate.check_authority(certificate.validity().not_before_ms)?;
        Ok(Self { certificate, key })
    }

    /// The authority's certificate.
    #[must_use]
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// Issues a member's certificate: O = this organisation, OU = role, CN = name; its key signs, and nothing else.
    ///
    /// # Errors
    /// [`Error::SubjectText`] or [`Error::ValidityPeriod`].
    pub fn issue_member<R: CryptoRng + ?Sized>(
        &self,
        role: &str,
        name: &str,
        public_key: &PublicKey,
        validity: Validity,
        rng: &mut R,
    ) -> Result<Certificate, Error> {
        let usage = KeyUsage(KeyUsages::DigitalSignature | KeyUsages::NonRepudiation);
        self.issue(
            role,
            name,
            public_key,
            validity,
            vec![extension(true, &usage)],
            rng,
        )
    }

    /// Issues a node's transport certificate: O = this organisation, OU = `node`, CN = name, with the names and
    /// addresses under which it is reached; its key authenticates TLS servers and clients.
    ///
    /// # Errors
    /// [`Error::SubjectText`], [`Error::AlternativeName`] or [`Error::ValidityPeriod`].
    pub fn issue_node<R: CryptoRng + ?Sized>(
        &self,
        name: &str,
        alternative_names: &[AlternativeName],
        public_key: &PublicKey,
        validity: Validity,
        rng: &mut R,
    ) -> Result<Certificate, Error> {
        let mut extensions = vec![
            extension(true, &KeyUsage(KeyUsages::DigitalSignature.into())),
            extension(
                false,
                &ExtendedKeyUsage(vec![SERVER_AUTHENTICATION, CLIENT_AUTHENTICATION]),
            ),
        ];
        if !alternative_names.is_empty() {
            let names = alternative_names
                .iter()
                .map(AlternativeName::encode)
                .collect::<Result<_, _>>()?;
            extensions.push(extension(false, &SubjectAltName(names)));
        }
        self.issue(NODE_UNIT, name, public_key, validity, extensions, rng)
    }

    fn issue<R: CryptoRng + ?Sized>(
        &self,
        unit: &str,
        name: &str,
        public_key: &PublicKey,
        validity: Validity,
        mut extensions: Vec<Extension>,
        rng: &mut R,
    ) -> Result<Certificate, Error> {
        extensions.insert(
            0,
            extension(
                true,
                &BasicConstraints {
                    ca: false,
                    path_len_constraint: None,
                },
            ),
        );
        let identifier = self.certificate.extensions.subject_key.as_deref();
        extensions.extend(identifier.map(|identifier| {
            let key_identifier = Some(OctetString::new(identifier).expect("20 bytes"));
            let identifier = AuthorityKeyIdentifier {
                key_identifier,
                ..Default::default()
            };
            extension(false, &identifier)
        }));
        let template = Template {
            issuer: self.certificate.parsed.tbs_certificate().subject().clone(),
            subject: Subject::encode(self.certificate.organisation()?, Some(unit), name)?,
            public_key,
            validity,
            extensions,
        };
        template.sign(&self.key, rng)
    }
}

/// A certificate before it is signed.
pub(super) struct Template<'a> {
    pub(super) issuer: Name,
    pub(super) subject: Name,
    pub(super) public_key: &'a PublicKey,
    pub(super) validity: Validity,
    pub(super) extensions: Vec<Extension>,
}

impl Template<'_> {
    pub(super) fn sign<R: CryptoRng + ?Sized>(
        self,
        key: &SecretKey,
        rng: &mut R,
    ) -> Result<Certificate, Error> {
        let validity = self.validity.encode()?;
        let info = SubjectPublicKeyInfo::from_der(&self.public_key.to_spki_der())
            .expect("a key's encoding decodes");
        // RFC 5280 clause 4.2.1.2 leaves the method open: the leftmost 160 bits of SM3 of the point.
        let identifier = &sm3::hash(&[&self.public_key.to_uncompressed()])[..20];
        let identifier = SubjectKeyIdentifier(OctetString::new(identifier).expect("20 bytes"));
        let mut extensions = self.extensions;
        extensions.push(extension(false, &identifier));
        let profile = Profile {
            issuer: self.issuer,
            subject: self.subject,
            extensions,
        };
        // 17 random bytes: unguessable, and never the same twice.
        let serial = SerialNumber::generate(rng);
        let signer = Signer(key);
        let encoded = (|| {
            let mut builder = CertificateBuilder::new(profile, serial, validity, info)?;
            let content = builder.finalize(&signer)?;
            let signature = key
                .sign(USER_ID, &[&content], rng)
                .expect("the default user id is short");
            let certificate =
                builder.assemble(BitString::from_bytes(&signature.to_der())?, &signer)?;
            Ok::<_, x509_cert::builder::Error>(certificate.to_der()?)
        })();
        // Names, times and keys have been checked one by one; the parser has the last word on the whole.
        Certificate::from_der(&encoded.map_err(|_| Error::CertificateEncoding)?)
    }
}

pub(super) fn extension<T: AssociatedOid + Encode>(critical: bool, value: &T) -> Extension {
    let der = value
        .to_der()
        .expect("an extension of bounded size encodes");
    Extension {
        extn_id: T::OID,
        critical,
        extn_value: OctetString::new(der).expect("bounded size"),
    }
}

/// Hands the prepared parts to the builder.
struct Profile {
    issuer: Name,
    subject: Name,
    extensions: Vec<Extension>,
}

impl BuilderProfile for Profile {
    fn get_issuer(&self, _subject: &Name) -> Name {
        self.issuer.clone()
    }

    fn get_subject(&self) -> Name {
        self.subject.clone()
    }

    fn build_extensions(
        &self,
        _key: SubjectPublicKeyInfoRef<'_>,
        _issuer_key: SubjectPublicKeyInfoRef<'_>,
        _content: &TbsCertificate,
    ) -> x509_cert::builder::Result<Vec<Extension>> {
        Ok(self.extensions.clone())
    }
}

/// What the builder wants to know about the issuer's key.
struct Signer<'a>(&'a SecretKey);

impl Keypair for Signer<'_> {
    type VerifyingKey = ::sm2::PublicKey;

    fn verifying_key(&self) -> ::sm2::PublicKey {
        let point = self.0.public_key().to_uncompressed();
        ::sm2::PublicKey::from_sec1_bytes(&point).expect("a parsed key parses")
    }
}

impl DynSignatureAlgorithmIdentifier for Signer<'_> {
    fn signature_algorithm_identifier(&self) -> x509_cert::spki::Result<AlgorithmIdentifierOwned> {
        Ok(AlgorithmIdentifierOwned {
            oid: SM2_WITH_SM3,
            parameters: None,
        })
    }
}

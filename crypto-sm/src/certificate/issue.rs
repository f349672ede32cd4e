//! Issuing certificates.

use super::{
    AlternativeName, Certificate, Pair, SM2_WITH_SM3, Subject, Validity,
    extension::{authority_key_identifier, extension},
    usage::{CLIENT_AUTHENTICATION, SERVER_AUTHENTICATION},
};
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
        oid::AssociatedOid,
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

/// OU of nodes.
const NODE_UNIT: &str = "node";

/// A certificate authority at work: its certificate and its secret key.
#[derive(Debug)]
pub struct Issuer {
    pub(super) certificate: Certificate,
    pub(super) key: SecretKey,
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
    issue_root(organisation, name, 0, key, validity, rng)
}

/// Issues the self-signed certificate of a root: as [`issue_authority`], with up to `path_length` authorities in a row
/// below it.
///
/// # Errors
/// [`Error::SubjectText`] or [`Error::ValidityPeriod`].
pub fn issue_root<R: CryptoRng + ?Sized>(
    organisation: &str,
    name: &str,
    path_length: u8,
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
        extensions: authority_extensions(path_length),
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
        let extensions = vec![extension(true, &usage)];
        self.issue_end(role, name, public_key, validity, extensions, rng)
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
        extensions.extend(encode_alternative_names(alternative_names)?);
        self.issue_end(NODE_UNIT, name, public_key, validity, extensions, rng)
    }

    /// Issues the certificate of an authority below this one: O = this organisation, CN = name; it may sign certificates
    /// and revocation lists, with up to `path_length` authorities in a row below it.
    ///
    /// # Errors
    /// [`Error::CertificatePathLength`] if this authority's own bound leaves no room; [`Error::SubjectText`] or
    /// [`Error::ValidityPeriod`].
    pub fn issue_intermediate<R: CryptoRng + ?Sized>(
        &self,
        name: &str,
        path_length: u8,
        public_key: &PublicKey,
        validity: Validity,
        rng: &mut R,
    ) -> Result<Certificate, Error> {
        if let Some(own) = self.certificate.path_length()
            && path_length >= own
        {
            return Err(Error::CertificatePathLength {
                name: self.certificate.name(),
                path_length: own,
            });
        }
        let subject = Subject::encode(self.certificate.organisation()?, None, name)?;
        let extensions = authority_extensions(path_length);
        self.issue(subject, public_key, validity, extensions, rng)
    }

    /// Issues the encryption certificate beside a signing certificate of this authority: the same subject, names and
    /// extended key usages, for another key, which decrypts and never signs.
    ///
    /// # Errors
    /// [`Error::CertificateIssuer`] or [`Error::CertificateSignature`] if another authority issued the signing
    /// certificate; those of [`Pair::new`]; [`Error::ValidityPeriod`].
    pub fn issue_encryption<R: CryptoRng + ?Sized>(
        &self,
        signing: &Certificate,
        public_key: &PublicKey,
        validity: Validity,
        rng: &mut R,
    ) -> Result<Pair, Error> {
        self.check_own(signing)?;
        let usage = KeyUsage(
            KeyUsages::KeyEncipherment | KeyUsages::DataEncipherment | KeyUsages::KeyAgreement,
        );
        let mut extensions = self.copied(signing);
        for copied in &mut extensions {
            if copied.extn_id == KeyUsage::OID {
                *copied = extension(true, &usage);
            }
        }
        let subject = signing.subject_dn().clone();
        let encryption = self.issue(subject, public_key, validity, extensions, rng)?;
        Pair::new(signing.clone(), encryption)
    }

    /// Issues a certificate of this authority again: the same subject and extensions, with a new serial number and
    /// validity, for the same key or a new one.
    ///
    /// # Errors
    /// [`Error::CertificateIssuer`] or [`Error::CertificateSignature`] if another authority issued it;
    /// [`Error::ValidityPeriod`].
    pub fn renew<R: CryptoRng + ?Sized>(
        &self,
        certificate: &Certificate,
        public_key: &PublicKey,
        validity: Validity,
        rng: &mut R,
    ) -> Result<Certificate, Error> {
        self.check_own(certificate)?;
        let subject = certificate.subject_dn().clone();
        let extensions = self.copied(certificate);
        self.issue(subject, public_key, validity, extensions, rng)
    }

    /// Issues this authority's own self-signed certificate again, for the same key: what it issued stays valid below it.
    ///
    /// # Errors
    /// [`Error::CertificateIssuer`] if another authority issued it; [`Error::ValidityPeriod`].
    pub fn renew_root<R: CryptoRng + ?Sized>(
        &self,
        validity: Validity,
        rng: &mut R,
    ) -> Result<Certificate, Error> {
        self.check_own(&self.certificate)?;
        let name = self.certificate.subject_dn().clone();
        let template = Template {
            issuer: name.clone(),
            subject: name,
            public_key: self.key.public_key(),
            validity,
            extensions: self.copied(&self.certificate),
        };
        template.sign(&self.key, rng)
    }

    /// That this authority issued the certificate.
    fn check_own(&self, certificate: &Certificate) -> Result<(), Error> {
        certificate.check_issuer(&self.certificate)?;
        certificate.check_signature(self.key.public_key())
    }

    /// The extensions but for the key identifiers, which belong to the keys.
    fn copied(&self, certificate: &Certificate) -> Vec<Extension> {
        let extensions = certificate.parsed.tbs_certificate().extensions();
        extensions
            .into_iter()
            .flatten()
            .filter(|extension| {
                ![SubjectKeyIdentifier::OID, AuthorityKeyIdentifier::OID]
                    .contains(&extension.extn_id)
            })
            .cloned()
            .collect()
    }

    /// A certificate that ends a path.
    fn issue_end<R: CryptoRng + ?Sized>(
        &self,
        unit: &str,
        name: &str,
        public_key: &PublicKey,
        validity: Validity,
        mut extensions: Vec<Extension>,
        rng: &mut R,
    ) -> Result<Certificate, Error> {
        let constraints = BasicConstraints {
            ca: false,
            path_len_constraint: None,
        };
        extensions.insert(0, extension(true, &constraints));
        let subject = Subject::encode(self.certificate.organisation()?, Some(unit), name)?;
        self.issue(subject, public_key, validity, extensions, rng)
    }

    fn issue<R: CryptoRng + ?Sized>(
        &self,
        subject: Name,
        public_key: &PublicKey,
        validity: Validity,
        mut extensions: Vec<Extension>,
        rng: &mut R,
    ) -> Result<Certificate, Error> {
        let identifier = self.certificate.subject_key_identifier();
        extensions.extend(identifier.map(authority_key_identifier));
        let template = Template {
            issuer: self.certificate.subject_dn().clone(),
            subject,
            public_key,
            validity,
            extensions,
        };
        template.sign(&self.key, rng)
    }
}

fn authority_extensions(path_length: u8) -> Vec<Extension> {
    let constraints = BasicConstraints {
        ca: true,
        path_len_constraint: Some(path_length),
    };
    let usage = KeyUsage(KeyUsages::KeyCertSign | KeyUsages::CRLSign);
    vec![extension(true, &constraints), extension(true, &usage)]
}

/// The extension with these names; none without names.
pub(super) fn encode_alternative_names(
    names: &[AlternativeName],
) -> Result<Option<Extension>, Error> {
    if names.is_empty() {
        return Ok(None);
    }
    let names = names
        .iter()
        .map(AlternativeName::encode)
        .collect::<Result<_, _>>()?;
    Ok(Some(extension(false, &SubjectAltName(names))))
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
            let certificate = builder.assemble(signer.sign(&content, rng), &signer)?;
            Ok::<_, x509_cert::builder::Error>(certificate.to_der()?)
        })();
        // Names, times and keys have been checked one by one; the parser has the last word on the whole.
        Certificate::from_der(&encoded.map_err(|_| Error::CertificateEncoding)?)
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
pub(super) struct Signer<'a>(pub(super) &'a SecretKey);

impl Signer<'_> {
    pub(super) fn sign<R: CryptoRng + ?Sized>(&self, content: &[u8], rng: &mut R) -> BitString {
        let signature = self
            .0
            .sign(USER_ID, &[content], rng)
            .expect("the default user id is short");
        BitString::from_bytes(&signature.to_der()).expect("72 bytes")
    }
}

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

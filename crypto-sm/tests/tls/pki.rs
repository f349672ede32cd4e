//! Certificates and revocation lists for the tests, right and wrong ones.

use crypto_sm::{
    sm2::{SecretKey, USER_ID},
    tls::{Identity, Trust},
};
use rand::{SeedableRng, rngs::StdRng};
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair},
};
use sm2::dsa::signature::Keypair;
use std::{str::FromStr, time::Duration};
use x509_cert::{
    Certificate, TbsCertificate,
    builder::{Builder, CertificateBuilder, CrlBuilder, profile::BuilderProfile},
    crl::RevokedCert,
    der::{
        DateTime, Decode, Encode,
        asn1::{Any, BitString, Ia5String, Null, OctetString},
        flagset::FlagSet,
        oid::{AssociatedOid, ObjectIdentifier},
        pem::{LineEnding, encode_string},
    },
    ext::{
        Extension,
        pkix::{
            BasicConstraints, CrlNumber, ExtendedKeyUsage, KeyUsage, KeyUsages, SubjectAltName,
            name::GeneralName,
        },
    },
    name::Name,
    serial_number::SerialNumber,
    spki::{
        AlgorithmIdentifierOwned, DynSignatureAlgorithmIdentifier, SubjectPublicKeyInfoOwned,
        SubjectPublicKeyInfoRef,
    },
    time::{Time, Validity},
};

/// The tests' time, seconds since 1970: 2026-05-28.
pub const NOW: u64 = 1_780_000_000;

/// A day in seconds.
pub const DAY: u64 = 86_400;

pub const SERVER_AUTHENTICATION: &str = "1.3.6.1.5.5.7.3.1";
pub const CLIENT_AUTHENTICATION: &str = "1.3.6.1.5.5.7.3.2";
pub const CODE_SIGNING: &str = "1.3.6.1.5.5.7.3.3";

/// A key of either family.
pub enum Key {
    Sm2(Box<SecretKey>),
    P256(Vec<u8>),
}

impl Key {
    pub fn sm2(seed: u64) -> Self {
        Self::Sm2(Box::new(SecretKey::generate(&mut StdRng::seed_from_u64(
            seed,
        ))))
    }

    pub fn p256() -> Self {
        let document =
            EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &SystemRandom::new());
        Self::P256(document.unwrap().as_ref().to_vec())
    }

    pub fn pem(&self) -> String {
        match self {
            Self::Sm2(key) => key.to_pkcs8_pem().to_string(),
            Self::P256(document) => encode_string("PRIVATE KEY", LineEnding::LF, document).unwrap(),
        }
    }

    fn pair(document: &[u8]) -> EcdsaKeyPair {
        let algorithm = &ECDSA_P256_SHA256_ASN1_SIGNING;
        EcdsaKeyPair::from_pkcs8(algorithm, document, &SystemRandom::new()).unwrap()
    }

    fn spki(&self) -> SubjectPublicKeyInfoOwned {
        let der = match self {
            Self::Sm2(key) => key.public_key().to_spki_der(),
            Self::P256(document) => {
                let head = "3059301306072a8648ce3d020106082a8648ce3d030107034200";
                let mut der = hex::decode(head).unwrap();
                der.extend_from_slice(Self::pair(document).public_key().as_ref());
                der
            }
        };
        SubjectPublicKeyInfoOwned::from_der(&der).unwrap()
    }

    fn sign(&self, user_id: &[u8], message: &[u8]) -> Vec<u8> {
        match self {
            Self::Sm2(key) => key
                .sign(user_id, &[message], &mut StdRng::seed_from_u64(7))
                .unwrap()
                .to_der(),
            Self::P256(document) => Self::pair(document)
                .sign(&SystemRandom::new(), message)
                .unwrap()
                .as_ref()
                .to_vec(),
        }
    }
}

/// What a certificate is to say.
#[derive(Clone)]
pub struct Wish {
    pub name: &'static str,
    pub authority: bool,
    pub usage: Option<FlagSet<KeyUsages>>,
    pub purposes: Vec<&'static str>,
    pub dns_names: Vec<&'static str>,
    pub not_before: u64,
    pub not_after: u64,
    pub serial: u32,
    /// The user id that its issuer signs under.
    pub user_id: &'static [u8],
    /// Whether the signature's algorithm has NULL for parameters.
    pub null_parameters: bool,
}

impl Wish {
    /// A node's certificate as it should be, for `localhost`.
    pub fn node(name: &'static str) -> Self {
        Self {
            name,
            authority: false,
            usage: Some(KeyUsages::DigitalSignature.into()),
            purposes: vec![SERVER_AUTHENTICATION, CLIENT_AUTHENTICATION],
            dns_names: vec!["localhost"],
            not_before: NOW - DAY,
            not_after: NOW + DAY,
            serial: 1000,
            user_id: USER_ID,
            null_parameters: false,
        }
    }

    /// An authority's certificate as it should be.
    pub fn authority(name: &'static str) -> Self {
        Self {
            authority: true,
            usage: Some(KeyUsages::KeyCertSign | KeyUsages::CRLSign),
            purposes: Vec::new(),
            dns_names: Vec::new(),
            ..Self::node(name)
        }
    }
}

/// A certificate with its key.
pub struct Certified {
    pub key: Key,
    pub certificate: Certificate,
}

impl Certified {
    /// Signed by itself.
    pub fn root(wish: &Wish, key: Key) -> Self {
        let name = subject(wish);
        let certificate = issue(wish, &key, &name, &key);
        Self { key, certificate }
    }

    /// Signed by this one.
    pub fn issue(&self, wish: &Wish, key: Key) -> Self {
        let issuer = self.certificate.tbs_certificate().subject().clone();
        let certificate = issue(wish, &key, &issuer, &self.key);
        Self { key, certificate }
    }

    pub fn pem(&self) -> String {
        encode_string(
            "CERTIFICATE",
            LineEnding::LF,
            &self.certificate.to_der().unwrap(),
        )
        .unwrap()
    }

    pub fn identity(&self) -> Identity {
        self.identity_below(&[])
    }

    /// With these authorities behind, nearest first.
    pub fn identity_below(&self, authorities: &[&Self]) -> Identity {
        let chain: String = std::iter::once(&self)
            .chain(authorities)
            .map(|certified| certified.pem())
            .collect();
        Identity::from_pem(&chain, &self.key.pem()).unwrap()
    }

    pub fn trust(&self) -> Trust {
        Trust::from_pem(&self.pem(), "").unwrap()
    }

    /// A revocation list that names these serial numbers.
    pub fn revocation_list(&self, serials: &[u32], next_update: u64) -> String {
        let mut builder: CrlBuilder = CrlBuilder::new_with_this_update(
            &self.certificate,
            CrlNumber::try_from(1u8).unwrap(),
            time(NOW - DAY),
        )
        .unwrap()
        .with_next_update(Some(time(next_update)))
        .with_certificates(serials.iter().map(|serial| RevokedCert {
            serial_number: SerialNumber::from(*serial),
            revocation_date: time(NOW - DAY),
            crl_entry_extensions: None,
        }));
        let signer = Signer::of(&self.key, false);
        let content = builder.finalize(&signer).unwrap();
        let signature = BitString::from_bytes(&self.key.sign(USER_ID, &content)).unwrap();
        let list = builder.assemble(signature, &signer).unwrap();
        encode_string("X509 CRL", LineEnding::LF, &list.to_der().unwrap()).unwrap()
    }
}

fn subject(wish: &Wish) -> Name {
    Name::from_str(&format!("CN={},O=steel,C=CN", wish.name)).unwrap()
}

fn time(seconds: u64) -> Time {
    DateTime::from_unix_duration(Duration::from_secs(seconds))
        .unwrap()
        .into()
}

fn issue(wish: &Wish, key: &Key, issuer: &Name, issuer_key: &Key) -> Certificate {
    let profile = Profile {
        issuer: issuer.clone(),
        subject: subject(wish),
        extensions: extensions(wish),
    };
    let validity = Validity::new(time(wish.not_before), time(wish.not_after));
    let serial = SerialNumber::from(wish.serial);
    let mut builder = CertificateBuilder::new(profile, serial, validity, key.spki()).unwrap();
    let signer = Signer::of(issuer_key, wish.null_parameters);
    let content = builder.finalize(&signer).unwrap();
    let signature = issuer_key.sign(wish.user_id, &content);
    builder
        .assemble(BitString::from_bytes(&signature).unwrap(), &signer)
        .unwrap()
}

fn extensions(wish: &Wish) -> Vec<Extension> {
    let constraints = BasicConstraints {
        ca: wish.authority,
        path_len_constraint: None,
    };
    let mut extensions = vec![extension(true, &constraints)];
    extensions.extend(wish.usage.map(|usage| extension(true, &KeyUsage(usage))));
    if !wish.purposes.is_empty() {
        let purposes = wish.purposes.iter();
        let purposes = purposes.map(|purpose| ObjectIdentifier::new_unwrap(purpose));
        extensions.push(extension(false, &ExtendedKeyUsage(purposes.collect())));
    }
    if !wish.dns_names.is_empty() {
        let names = wish.dns_names.iter();
        let names = names.map(|name| GeneralName::DnsName(Ia5String::new(name).unwrap()));
        extensions.push(extension(false, &SubjectAltName(names.collect())));
    }
    extensions
}

fn extension<T: AssociatedOid + Encode>(critical: bool, value: &T) -> Extension {
    Extension {
        extn_id: T::OID,
        critical,
        extn_value: OctetString::new(value.to_der().unwrap()).unwrap(),
    }
}

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

/// What the builder asks about the issuer's key. Its public key goes into nothing here.
struct Signer(AlgorithmIdentifierOwned);

impl Signer {
    fn of(key: &Key, null_parameters: bool) -> Self {
        let oid = match key {
            Key::Sm2(_) => "1.2.156.10197.1.501",
            Key::P256(_) => "1.2.840.10045.4.3.2",
        };
        Self(AlgorithmIdentifierOwned {
            oid: ObjectIdentifier::new_unwrap(oid),
            parameters: null_parameters.then(|| Any::from(Null)),
        })
    }
}

impl Keypair for Signer {
    type VerifyingKey = sm2::PublicKey;

    fn verifying_key(&self) -> sm2::PublicKey {
        sm2::PublicKey::from_affine(sm2::AffinePoint::GENERATOR).unwrap()
    }
}

impl DynSignatureAlgorithmIdentifier for Signer {
    fn signature_algorithm_identifier(&self) -> x509_cert::spki::Result<AlgorithmIdentifierOwned> {
        Ok(self.0.clone())
    }
}

//! Extensions of certificates, lists and requests (RFC 5280 clause 4.2), read strictly.

use super::AlternativeName;
use crate::Error;
use x509_cert::{
    der::{
        Decode, Encode,
        asn1::OctetString,
        oid::{AssociatedOid, ObjectIdentifier},
    },
    ext::{
        Extension,
        pkix::{
            AuthorityKeyIdentifier, BasicConstraints, ExtendedKeyUsage, KeyUsage, KeyUsages,
            NameConstraints, SubjectAltName, SubjectKeyIdentifier,
        },
    },
};

/// The extensions of a certificate that mean something here.
#[derive(Clone, Default)]
pub(super) struct Extensions {
    pub(super) authority: bool,
    pub(super) path_length: Option<u8>,
    pub(super) key_usage: Option<KeyUsage>,
    pub(super) extended_key_usage: Option<Vec<ObjectIdentifier>>,
    pub(super) alternative_names: Vec<AlternativeName>,
    pub(super) subject_key: Option<Vec<u8>>,
    pub(super) authority_key: Option<Vec<u8>>,
    /// NameConstraints that are not critical; critical ones are refused.
    pub(super) name_constraints: bool,
}

impl Extensions {
    pub(super) fn read(extensions: &[Extension]) -> Result<Self, Error> {
        refuse_doubled(extensions)?;
        let mut read = Self::default();
        for extension in extensions {
            let refused = || refused(extension);
            let value = extension.extn_value.as_bytes();
            match extension.extn_id {
                BasicConstraints::OID => {
                    let constraints = BasicConstraints::from_der(value).map_err(|_| refused())?;
                    read.authority = constraints.ca;
                    read.path_length = constraints.path_len_constraint;
                }
                KeyUsage::OID => {
                    read.key_usage = Some(KeyUsage::from_der(value).map_err(|_| refused())?);
                }
                SubjectAltName::OID => {
                    let names = SubjectAltName::from_der(value).map_err(|_| refused())?;
                    for name in &names.0 {
                        // Other kinds of names (mail, URI) are nothing a node is reached by.
                        read.alternative_names
                            .extend(AlternativeName::read(name).map_err(|_| refused())?);
                    }
                }
                SubjectKeyIdentifier::OID => {
                    let identifier =
                        SubjectKeyIdentifier::from_der(value).map_err(|_| refused())?;
                    read.subject_key = Some(identifier.0.as_bytes().to_vec());
                }
                AuthorityKeyIdentifier::OID => read.authority_key = authority_key(extension)?,
                ExtendedKeyUsage::OID => {
                    let usages = ExtendedKeyUsage::from_der(value).map_err(|_| refused())?;
                    // SIZE (1..MAX): an empty list would allow nothing, or all, as one reads it.
                    if usages.0.is_empty() {
                        return Err(refused());
                    }
                    read.extended_key_usage = Some(usages.0);
                }
                _ if extension.critical => return Err(refused()),
                NameConstraints::OID => read.name_constraints = true,
                _ => {}
            }
        }
        // RFC 5280 clause 4.2.1.9: only an authority may have keyCertSign.
        let signs = read
            .key_usage
            .as_ref()
            .is_some_and(|usages| usages.0.contains(KeyUsages::KeyCertSign));
        if signs && !read.authority {
            return Err(Error::CertificateExtension {
                extension: KeyUsage::OID.to_string(),
            });
        }
        Ok(read)
    }
}

/// The extension in which an issuer's key is named, if it is named by its identifier.
pub(super) fn authority_key(extension: &Extension) -> Result<Option<Vec<u8>>, Error> {
    let identifier = AuthorityKeyIdentifier::from_der(extension.extn_value.as_bytes())
        .map_err(|_| refused(extension))?;
    Ok(identifier
        .key_identifier
        .map(|octets| octets.as_bytes().to_vec()))
}

/// RFC 5280 clause 4.2: no extension stands twice.
pub(super) fn refuse_doubled(extensions: &[Extension]) -> Result<(), Error> {
    for (position, extension) in extensions.iter().enumerate() {
        let earlier = &extensions[..position];
        if earlier
            .iter()
            .any(|earlier| earlier.extn_id == extension.extn_id)
        {
            return Err(refused(extension));
        }
    }
    Ok(())
}

pub(super) fn refused(extension: &Extension) -> Error {
    Error::CertificateExtension {
        extension: extension.extn_id.to_string(),
    }
}

/// An extension to be issued.
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

/// An AuthorityKeyIdentifier that names the issuer's key by its identifier.
pub(super) fn authority_key_identifier(identifier: &[u8]) -> Extension {
    let key_identifier = Some(OctetString::new(identifier).expect("bounded size"));
    extension(
        false,
        &AuthorityKeyIdentifier {
            key_identifier,
            ..Default::default()
        },
    )
}

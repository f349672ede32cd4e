//! The values that the sentence of an error may name.

use super::Error;

impl Error {
    /// The values that a sentence about this error may name. Times are RFC 3339 in UTC.
    #[must_use]
    pub fn fields(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::TlsPeerUntrusted { detail }
            | Self::TlsNothingInCommon { detail }
            | Self::TlsHandshake { detail } => vec![("detail", detail.clone())],
            Self::TlsPeerValidity { at_ms, limit_ms } => {
                vec![("at", rfc3339(*at_ms)), ("limit", rfc3339(*limit_ms))]
            }
            Self::TlsPeerName {
                expected,
                presented,
            } => vec![
                ("expected", expected.clone()),
                ("presented", presented.clone()),
            ],
            Self::SignedCertificate { signer } => vec![("signer", signer.clone())],
            Self::SignedAttribute { attribute } => vec![("attribute", attribute.clone())],
            Self::SignedEncoding
            | Self::SignedContent
            | Self::SignedContentMissing
            | Self::TlsCertificates
            | Self::TlsNotSpoken
            | Self::TlsKey
            | Self::TlsMixed
            | Self::TlsRevocationList
            | Self::TlsPeerRevoked => Vec::new(),
            Self::PublicKeyEncoding { length }
            | Self::SignatureLength { length }
            | Self::UserIdLength { length }
            | Self::PlaintextLength { length }
            | Self::AgreedKeyLength { length } => vec![("length", length.to_string())],
            Self::PublicKeyCoordinate { coordinate } => {
                vec![("coordinate", (*coordinate).to_owned())]
            }
            Self::SignatureRange { component } => vec![("component", (*component).to_owned())],
            Self::PemEncoding { expected } => vec![("expected", (*expected).to_owned())],
            Self::PemLabel { expected, found } => {
                vec![
                    ("expected", (*expected).to_owned()),
                    ("found", found.clone()),
                ]
            }
            Self::CertificateAlgorithm { algorithm } | Self::SignedAlgorithm { algorithm } => {
                vec![("algorithm", algorithm.clone())]
            }
            Self::CertificateName { field } => vec![("field", (*field).to_owned())],
            Self::CertificateExtension { extension } => vec![("extension", extension.clone())],
            Self::CertificateNotAuthority { name }
            | Self::CertificateIsAuthority { name }
            | Self::CertificateSignature { name }
            | Self::SignedSignature { name }
            | Self::CertificateKey { name }
            | Self::RequestSignature { name } => vec![("name", name.clone())],
            Self::CertificateKeyUsage { name, usage }
            | Self::CertificateKeyUsageMixed { name, usage } => {
                vec![("name", name.clone()), ("usage", (*usage).to_owned())]
            }
            Self::CertificateIssuer { found, expected }
            | Self::CertificateOrganisation { found, expected }
            | Self::RevocationListIssuer { found, expected } => {
                vec![("found", found.clone()), ("expected", expected.clone())]
            }
            Self::CertificateNotYetValid {
                name,
                not_before_ms,
                at_ms,
            } => vec![
                ("name", name.clone()),
                ("not_before", rfc3339(*not_before_ms)),
                ("at", rfc3339(*at_ms)),
            ],
            Self::CertificateExpired {
                name,
                not_after_ms,
                at_ms,
            } => vec![
                ("name", name.clone()),
                ("not_after", rfc3339(*not_after_ms)),
                ("at", rfc3339(*at_ms)),
            ],
            Self::SubjectText { field, value } => {
                vec![("field", (*field).to_owned()), ("value", value.clone())]
            }
            Self::AlternativeName { value } => vec![("value", value.clone())],
            Self::ValidityPeriod {
                not_before_ms,
                not_after_ms,
            } => {
                vec![
                    ("not_before", rfc3339(*not_before_ms)),
                    ("not_after", rfc3339(*not_after_ms)),
                ]
            }
            Self::KeyFileUnreadable { path, detail }
            | Self::KeyFileUnwritable { path, detail }
            | Self::LibraryUnloadable { path, detail } => {
                vec![("path", path.clone()), ("detail", detail.clone())]
            }
            Self::KeyFileMode {
                path,
                mode,
                expected,
            } => vec![
                ("path", path.clone()),
                ("mode", mode.clone()),
                ("expected", (*expected).to_owned()),
            ],
            Self::KeyFileOwner {
                path,
                owner,
                expected,
            } => vec![
                ("path", path.clone()),
                ("owner", owner.to_string()),
                ("expected", expected.to_string()),
            ],
            Self::KeyStoreBusy { path } | Self::KeyStoreDamaged { path } => {
                vec![("path", path.clone())]
            }
            Self::PassphraseWrong { place }
            | Self::DeviceRemoved { place }
            | Self::KeyLocked { place }
            | Self::PinWrong { place }
            | Self::PinLockedOut { place }
            | Self::DeviceSignature { place } => vec![("place", place.clone())],
            Self::KeyMissing { key, place } => {
                vec![("key", key.clone()), ("place", place.clone())]
            }
            Self::KeyExists { label, place } => {
                vec![("label", label.clone()), ("place", place.clone())]
            }
            Self::KeyInUse { label, usage } => {
                vec![("label", label.clone()), ("usage", usage.clone())]
            }
            Self::KeyUsage { label, usage } => {
                vec![("label", label.clone()), ("usage", (*usage).to_owned())]
            }
            Self::LibrarySymbol { path, symbol } => {
                vec![("path", path.clone()), ("symbol", (*symbol).to_owned())]
            }
            Self::DeviceUnavailable { place, vendor }
            | Self::DeviceSession { place, vendor }
            | Self::PinUnusable { place, vendor } => {
                vec![("place", place.clone()), ("vendor", vendor.clone())]
            }
            Self::MechanismUnsupported { place, operation } => vec![
                ("place", place.clone()),
                ("operation", (*operation).to_owned()),
            ],
            Self::DeviceFailure {
                place,
                function,
                vendor,
            } => vec![
                ("place", place.clone()),
                ("function", (*function).to_owned()),
                ("vendor", vendor.clone()),
            ],
            Self::DeviceAnswer { place, function } => vec![
                ("place", place.clone()),
                ("function", (*function).to_owned()),
            ],
            Self::SlotMissing { place, slot } => {
                vec![("place", place.clone()), ("slot", slot.clone())]
            }
            Self::IterationCount { iterations } => vec![("iterations", iterations.to_string())],
            Self::CertificateChain { name, issuer }
            | Self::RevocationListMissing { name, issuer } => {
                vec![("name", name.clone()), ("issuer", issuer.clone())]
            }
            Self::CertificatePathLength { name, path_length } => vec![
                ("name", name.clone()),
                ("path_length", path_length.to_string()),
            ],
            Self::CertificatePurpose { name, purpose } => {
                vec![("name", name.clone()), ("purpose", purpose.clone())]
            }
            Self::CertificatePair {
                signing,
                encryption,
                part,
            } => vec![
                ("signing", signing.clone()),
                ("encryption", encryption.clone()),
                ("part", (*part).to_owned()),
            ],
            Self::CertificateRevoked {
                name,
                serial,
                revoked_at_ms,
                reason,
            } => vec![
                ("name", name.clone()),
                ("serial", serial.clone()),
                ("revoked_at", rfc3339(*revoked_at_ms)),
                ("reason", (*reason).to_owned()),
            ],
            Self::RevocationListSignature { issuer } => vec![("issuer", issuer.clone())],
            Self::RevocationListTime {
                issuer,
                this_update_ms,
                next_update_ms,
                at_ms,
            } => vec![
                ("issuer", issuer.clone()),
                ("this_update", rfc3339(*this_update_ms)),
                ("next_update", rfc3339(*next_update_ms)),
                ("at", rfc3339(*at_ms)),
            ],
            Self::RevocationSerial { serial } => vec![("serial", serial.clone())],
            Self::EnvelopeRecipients { count } | Self::SignedSigners { count } => {
                vec![("count", count.to_string())]
            }
            Self::SelfTest { check } => vec![("check", (*check).to_owned())],
            Self::Randomness { item } => vec![("item", (*item).to_owned())],
            Self::CipherLength { length, limit } => {
                vec![("length", length.to_string()), ("limit", limit.to_string())]
            }
            Self::CipherBlocks { length } => vec![("length", length.to_string())],
            Self::DerivedLength { length, limit } => {
                vec![("length", length.to_string()), ("limit", limit.to_string())]
            }
            Self::PublicKeyOffCurve
            | Self::PublicKeyInfo
            | Self::KeyIdEncoding
            | Self::SecretKeyRange
            | Self::SecretKeyInfo
            | Self::SignatureEncoding
            | Self::SignatureMismatch
            | Self::CertificateEncoding
            | Self::AuthenticationTag
            | Self::CbcDecryption
            | Self::NoncesExhausted
            | Self::CiphertextEncoding
            | Self::EnvelopeEncoding
            | Self::EnvelopeRecipient
            | Self::EnvelopeContent
            | Self::Decryption
            | Self::Agreement
            | Self::SecretKeyProtection
            | Self::Passphrase
            | Self::RequestEncoding
            | Self::RevocationListEncoding => Vec::new(),
        }
    }
}

/// RFC 3339 in UTC, whole seconds; a number outside the calendar stays a number of milliseconds.
pub(super) fn rfc3339(milliseconds: u64) -> String {
    let time = std::time::Duration::from_secs(milliseconds / 1000);
    x509_cert::der::DateTime::from_unix_duration(time)
        .map_or_else(|_| format!("{milliseconds} ms"), |time| time.to_string())
}

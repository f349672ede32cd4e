//! What can be wrong with a key, a signature or a certificate. Sentences for people live in the catalogues, under the
//! permanent code; this type carries the code and the values that a sentence may name.

mod code;
mod field;

pub use code::CODES;
use std::fmt;

/// A refusal or failure of this crate.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// A public key is not 65 bytes beginning with 0x04 (uncompressed point).
    PublicKeyEncoding {
        /// Length found, in bytes.
        length: usize,
    },
    /// A coordinate of a public key is not below the field's prime.
    PublicKeyCoordinate {
        /// `x` or `y`.
        coordinate: &'static str,
    },
    /// A public key's point is not on the SM2 curve.
    PublicKeyOffCurve,
    /// A SubjectPublicKeyInfo is not the one encoding that an SM2 key has.
    PublicKeyInfo,
    /// A key id is not 64 hexadecimal digits (32 bytes).
    KeyIdEncoding,
    /// A secret key is not 32 bytes with a value in [1, n − 2].
    SecretKeyRange,
    /// A PKCS #8 document does not hold an SM2 secret key that belongs to its public key.
    SecretKeyInfo,
    /// A signature is not 64 bytes.
    SignatureLength {
        /// Length found, in bytes.
        length: usize,
    },
    /// A component of a signature is not in [1, n − 1].
    SignatureRange {
        /// `r` or `s`.
        component: &'static str,
    },
    /// A signature is not the strict DER of two integers.
    SignatureEncoding,
    /// A signature does not belong to this message, key and user id.
    SignatureMismatch,
    /// A user id is longer than its length field can say (8,191 bytes).
    UserIdLength {
        /// Length found, in bytes.
        length: usize,
    },
    /// A text is not one PEM document.
    PemEncoding {
        /// The label that was looked for.
        expected: &'static str,
    },
    /// A PEM document holds something else.
    PemLabel {
        /// The label that was looked for.
        expected: &'static str,
        /// The label found.
        found: String,
    },
    /// A certificate is not canonical DER of an X.509 version 3 certificate.
    CertificateEncoding,
    /// A certificate is not signed with SM2-with-SM3 (1.2.156.10197.1.501).
    CertificateAlgorithm {
        /// Object identifier found.
        algorithm: String,
    },
    /// A name in a certificate lacks a field, or has it twice, or in an encoding that is not text.
    CertificateName {
        /// `C`, `O`, `OU` or `CN`.
        field: &'static str,
    },
    /// An extension is doubled, malformed, or critical and unknown.
    CertificateExtension {
        /// Object identifier of the extension.
        extension: String,
    },
    /// The certificate that is to have issued is not a certificate authority's.
    CertificateNotAuthority {
        /// Common name of that certificate.
        name: String,
    },
    /// A certificate authority's certificate was given where a member's or node's is needed.
    CertificateIsAuthority {
        /// Common name of that certificate.
        name: String,
    },
    /// A certificate's key usage does not allow what is asked of it.
    CertificateKeyUsage {
        /// Common name of that certificate.
        name: String,
        /// The missing usage, as RFC 5280 names it.
        usage: &'static str,
    },
    /// A certificate names another issuer.
    CertificateIssuer {
        /// Issuer that the certificate names.
        found: String,
        /// Subject of the certificate authority.
        expected: String,
    },
    /// A certificate's organisation is not its certificate authority's.
    CertificateOrganisation {
        /// Organisation of the certificate.
        found: String,
        /// Organisation of the certificate authority.
        expected: String,
    },
    /// A certificate is not valid yet.
    CertificateNotYetValid {
        /// Common name of that certificate.
        name: String,
        /// Begin of its validity, milliseconds since 1970.
        not_before_ms: u64,
        /// The time asked for, milliseconds since 1970.
        at_ms: u64,
    },
    /// A certificate has expired.
    CertificateExpired {
        /// Common name of that certificate.
        name: String,
        /// End of its validity, milliseconds since 1970.
        not_after_ms: u64,
        /// The time asked for, milliseconds since 1970.
        at_ms: u64,
    },
    /// The issuer's key did not sign this certificate.
    CertificateSignature {
        /// Common name of that certificate.
        name: String,
    },
    /// A secret key does not belong to the certificate it is used with.
    CertificateKey {
        /// Common name of that certificate.
        name: String,
    },
    /// A text cannot be a name in a certificate: empty, longer than 64 characters, or with control characters.
    SubjectText {
        /// `O`, `OU` or `CN`.
        field: &'static str,
        /// The text.
        value: String,
    },
    /// A text is neither a DNS name nor an IP address.
    AlternativeName {
        /// The text.
        value: String,
    },
    /// A validity period ends before it begins, or lies outside 1970–9999.
    ValidityPeriod {
        /// Begin, milliseconds since 1970.
        not_before_ms: u64,
        /// End, milliseconds since 1970.
        not_after_ms: u64,
    },
    /// A message encrypted with SM2 is neither C1 ‖ C3 ‖ C2 nor its strict DER, or its point is not on the curve.
    CiphertextEncoding,
    /// A message encrypted with SM2 does not decrypt with this key.
    Decryption,
    /// SM2 cannot encrypt a message of this length.
    PlaintextLength {
        /// Length asked for, in bytes.
        length: usize,
    },
    /// The other side of a key agreement has another key, or sent a point that leads nowhere.
    Agreement,
    /// A key agreement was asked for a key of no or too many bytes.
    AgreedKeyLength {
        /// Length asked for, in bytes.
        length: usize,
    },
    /// A secret key is not encrypted in a way that is read here, or a protected key's document is malformed.
    SecretKeyProtection,
    /// The iteration count of a passphrase-protected key is outside what is accepted.
    IterationCount {
        /// The count found.
        iterations: u64,
    },
    /// A passphrase does not open a protected key.
    Passphrase,
    /// No path leads from a certificate to a trusted root.
    CertificateChain {
        /// Common name of the certificate whose issuer is missing.
        name: String,
        /// Issuer that it names.
        issuer: String,
    },
    /// More authorities stand below an authority than it may have.
    CertificatePathLength {
        /// Common name of that authority.
        name: String,
        /// How many it may have.
        path_length: u8,
    },
    /// A certificate's extended key usages do not include what it is to serve for.
    CertificatePurpose {
        /// Common name of that certificate.
        name: String,
        /// The missing usage, as RFC 5280 names it.
        purpose: String,
    },
    /// A certificate of a pair has a key usage that belongs to the other one.
    CertificateKeyUsageMixed {
        /// Common name of that certificate.
        name: String,
        /// The usage, as RFC 5280 names it.
        usage: &'static str,
    },
    /// A signing and an encryption certificate are not a pair.
    CertificatePair {
        /// Common name of the signing certificate.
        signing: String,
        /// Common name of the encryption certificate.
        encryption: String,
        /// `subject` or `issuer` if these differ, `key` if the keys do not.
        part: &'static str,
    },
    /// A certificate has been revoked.
    CertificateRevoked {
        /// Common name of that certificate.
        name: String,
        /// Its serial number in hexadecimal digits.
        serial: String,
        /// Since when, milliseconds since 1970.
        revoked_at_ms: u64,
        /// Why, as RFC 5280 names it.
        reason: &'static str,
    },
    /// A certificate request is not canonical DER of PKCS #10.
    RequestEncoding,
    /// The key in a certificate request did not sign it.
    RequestSignature {
        /// Common name of the request.
        name: String,
    },
    /// A list of revoked certificates is not canonical DER of version 2 with both update times.
    RevocationListEncoding,
    /// A list of revoked certificates names another issuer.
    RevocationListIssuer {
        /// Issuer that the list names.
        found: String,
        /// Subject of the certificate authority.
        expected: String,
    },
    /// The issuer's key did not sign this list of revoked certificates.
    RevocationListSignature {
        /// Issuer that the list names.
        issuer: String,
    },
    /// A list of revoked certificates is not current.
    RevocationListTime {
        /// Issuer that the list names.
        issuer: String,
        /// When the list was made, milliseconds since 1970.
        this_update_ms: u64,
        /// Until when the next one is made, milliseconds since 1970.
        next_update_ms: u64,
        /// The time asked for, milliseconds since 1970.
        at_ms: u64,
    },
    /// No list of revoked certificates covers a certificate.
    RevocationListMissing {
        /// Common name of that certificate.
        name: String,
        /// Its issuer.
        issuer: String,
    },
    /// A serial number stands twice on a list of revoked certificates, or is none.
    RevocationSerial {
        /// The serial number in hexadecimal digits.
        serial: String,
    },
    /// An envelope is not one that is read here, or is malformed.
    EnvelopeEncoding,
    /// An envelope has no recipient, or more than 1,000.
    EnvelopeRecipients {
        /// Recipients found or asked for.
        count: usize,
    },
    /// An envelope was not made for this recipient.
    EnvelopeRecipient,
    /// The content of an envelope was changed, cut off or put in another order.
    EnvelopeContent,
    /// A signed message is not one that is read here, or is malformed.
    SignedEncoding,
    /// A signed message uses another algorithm than SM2 with SM3.
    SignedAlgorithm {
        /// Object identifier found.
        algorithm: String,
    },
    /// The content is not the one that was signed.
    SignedContent,
    /// The content is not in the signed message and was not given.
    SignedContentMissing,
    /// The certificate of a signer is neither in the message nor among those given.
    SignedCertificate {
        /// Issuer and serial number, or key identifier, that the message names.
        signer: String,
    },
    /// The key of the certificate that a signer names did not sign this.
    SignedSignature {
        /// Common name of that certificate.
        name: String,
    },
    /// A signed message has no signer, or more than 64.
    SignedSigners {
        /// Signers found or asked for.
        count: usize,
    },
    /// A signed attribute is missing, doubled, malformed, or not possible in this form of message.
    SignedAttribute {
        /// Object identifier of the attribute; empty for any.
        attribute: String,
    },
    /// What the other side says is not TLS.
    TlsNotSpoken,
    /// A sample of the random number generator fails a statistical test that a sound one passes.
    Randomness {
        /// Name of the test.
        item: &'static str,
    },
    /// The self test found a wrong answer: this build or this machine must not be used.
    SelfTest {
        /// Name of the failed check.
        check: &'static str,
    },
    /// A message or its associated data are longer than the mode of SM4 allows.
    CipherLength {
        /// Length found, in bytes.
        length: u64,
        /// Most bytes allowed.
        limit: u64,
    },
    /// An authentication tag does not belong to this key, nonce, associated data and message.
    AuthenticationTag,
    /// A ciphertext of SM4-CBC is not what this key and initialisation vector make of anything.
    CbcDecryption,
    /// A mode without padding was given a length that is no multiple of 16 bytes.
    CipherBlocks {
        /// Length found, in bytes.
        length: usize,
    },
    /// A sealing key has used every nonce that it has.
    NoncesExhausted,
    /// More bytes are asked of a key derivation than its standard lets it give.
    DerivedLength {
        /// Length asked for, in bytes.
        length: usize,
        /// The most that can be derived, in bytes.
        limit: usize,
    },
    /// A file or folder of keys cannot be read.
    KeyFileUnreadable {
        /// The file.
        path: String,
        /// What the operating system says.
        detail: String,
    },
    /// A file or folder of keys cannot be written.
    KeyFileUnwritable {
        /// The file.
        path: String,
        /// What the operating system says.
        detail: String,
    },
    /// Others than the owner may read or write a file or folder of keys.
    KeyFileMode {
        /// The file.
        path: String,
        /// Its mode, octal.
        mode: String,
        /// The mode that it must have, octal.
        expected: &'static str,
    },
    /// A file or folder of keys belongs to another user than the one that runs the program.
    KeyFileOwner {
        /// The file.
        path: String,
        /// Number of the user that owns it.
        owner: u32,
        /// Number of the user that runs the program.
        expected: u32,
    },
    /// Another program writes the key store at this moment.
    KeyStoreBusy {
        /// The folder.
        path: String,
    },
    /// The index of a key store or a file that it names was changed, lost or damaged.
    KeyStoreDamaged {
        /// The file.
        path: String,
    },
    /// The passphrase does not open a key file or key store.
    PassphraseWrong {
        /// The file or folder.
        place: String,
    },
    /// There is no such key.
    KeyMissing {
        /// Label or key id that was asked for.
        key: String,
        /// Where it was looked for.
        place: String,
    },
    /// A key store has this label or key already.
    KeyExists {
        /// Label of the key.
        label: String,
        /// The key store.
        place: String,
    },
    /// The last copy of a key that is in use cannot be deleted.
    KeyInUse {
        /// Label of the key.
        label: String,
        /// What it is used for.
        usage: String,
    },
    /// The library of a token or device cannot be loaded.
    LibraryUnloadable {
        /// The library's file.
        path: String,
        /// What the loader says.
        detail: String,
    },
    /// The library lacks a function that is needed.
    LibrarySymbol {
        /// The library's file.
        path: String,
        /// Name of the function.
        symbol: &'static str,
    },
    /// The token or device cannot be opened.
    DeviceUnavailable {
        /// The token or device.
        place: String,
        /// The vendor's code, hexadecimal; empty if there is none.
        vendor: String,
    },
    /// The token or device was removed or switched off.
    DeviceRemoved {
        /// The token or device.
        place: String,
    },
    /// The session with the token or device was lost, and no new one could be had.
    DeviceSession {
        /// The token or device.
        place: String,
        /// The vendor's code, hexadecimal.
        vendor: String,
    },
    /// The key is locked: no passphrase or PIN was given.
    KeyLocked {
        /// The file, token or device.
        place: String,
    },
    /// The PIN is wrong.
    PinWrong {
        /// The token or device.
        place: String,
    },
    /// The PIN was wrong too often; the token or device accepts none any more.
    PinLockedOut {
        /// The token or device.
        place: String,
    },
    /// The token or device cannot do this with this key.
    MechanismUnsupported {
        /// The file, token or device.
        place: String,
        /// `sign`, `decrypt`, `agree` or `random`.
        operation: &'static str,
    },
    /// The token or device reports a failure.
    DeviceFailure {
        /// The token or device.
        place: String,
        /// The function that failed.
        function: &'static str,
        /// The vendor's code, hexadecimal.
        vendor: String,
    },
    /// The answer of a token or device has not the form that the standard gives it.
    DeviceAnswer {
        /// The token or device.
        place: String,
        /// The function that answered.
        function: &'static str,
    },
    /// A signature that a token or device made is not that of its key.
    DeviceSignature {
        /// The token or device.
        place: String,
    },
    /// A key must not be used for this.
    KeyUsage {
        /// Label of the key.
        label: String,
        /// `sign` or `decrypt`.
        usage: &'static str,
    },
    /// There is no such slot or token.
    SlotMissing {
        /// The library.
        place: String,
        /// Number or label of the slot.
        slot: String,
    },
    /// The PIN has expired, was never set, or has a length that the token does not allow.
    PinUnusable {
        /// The token or device.
        place: String,
        /// The vendor's code, hexadecimal.
        vendor: String,
    },
    /// TLS lacks certificates: none in the text, none that can be read, or not just one identity for a family.
    TlsCertificates,
    /// A TLS key is encrypted, of another kind than its certificate's, or not a key.
    TlsKey,
    /// A peer negotiated an SM suite without curveSM2 or an SM2 certificate, or one of these without an SM suite.
    TlsMixed,
    /// A certificate revocation list cannot be read, is past its next update, or is not signed by its authority.
    TlsRevocationList,
    /// A peer's certificate does not lead to a trusted authority.
    TlsPeerUntrusted {
        /// What the verifier says.
        detail: String,
    },
    /// A peer's certificate, or one on the way to the authority, is not valid at that time.
    TlsPeerValidity {
        /// The time asked for, milliseconds since 1970.
        at_ms: u64,
        /// Begin or end of its validity, milliseconds since 1970.
        limit_ms: u64,
    },
    /// A server's certificate is for other names.
    TlsPeerName {
        /// The name that was dialled.
        expected: String,
        /// The certificate's names.
        presented: String,
    },
    /// A peer's certificate has been revoked.
    TlsPeerRevoked,
    /// Two sides have no suite, group, signature scheme or version in common.
    TlsNothingInCommon {
        /// What was lacking.
        detail: String,
    },
    /// A TLS handshake failed in another way.
    TlsHandshake {
        /// What the protocol says.
        detail: String,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.code())?;
        for (name, value) in self.fields() {
            write!(formatter, " {name}={value:?}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_listed_once_and_in_order() {
        // Each area has a block of numbers with room for more, so that the list may have gaps.
        assert!(
            CODES.iter().all(|code| code
                .strip_prefix("HT-CRY-")
                .is_some_and(
                    |number| number.len() == 3 && number.bytes().all(|byte| byte.is_ascii_digit())
                ))
        );
        assert!(CODES.is_sorted_by(|a, b| a < b));
        assert!(CODES.contains(&Error::SelfTest { check: "sm3" }.code()));
    }

    #[test]
    fn display_gives_code_and_fields_only() {
        let error = Error::CertificateExpired {
            name: "wang-fang".to_owned(),
            not_after_ms: 1_767_225_599_000,
            at_ms: 1_767_225_600_001,
        };
        assert_eq!(
            error.to_string(),
            r#"HT-CRY-025 name="wang-fang" not_after="2025-12-31T23:59:59Z" at="2026-01-01T00:00:00Z""#
        );
        assert_eq!(field::rfc3339(u64::MAX), "18446744073709551615 ms");
    }
}

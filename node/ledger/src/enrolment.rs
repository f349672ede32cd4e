//! What an organisation and its members must be like: checked at genesis, at admission and at enrolment, not afterwards (protocol §3).

use crate::refusal::Refusal;
use crate::v1::{self, Role};
use crate::{Error, checkpoint, field, policy};
use crypto_sm::certificate::Certificate;
use crypto_sm::sm2::PublicKey;

/// Checks an organisation and returns its CA certificate, valid at `at_ms`.
///
/// # Errors
/// [`Refusal`] that names the field.
pub fn organisation(organisation: &v1::Organisation, at_ms: u64) -> Result<Certificate, Refusal> {
    field::name("organisation.name", &organisation.name)?;
    field::display_name(organisation.display_name.as_ref())?;
    let code = &organisation.unified_social_credit_code;
    if !code.is_empty() && !field::is_social_credit_code(code) {
        return Err(Refusal::SocialCreditCode {
            value: code.chars().take(40).collect(),
        });
    }
    duties(organisation)?;
    let authority = Certificate::from_der(&organisation.ca_certificate)?;
    authority.verify_authority(at_ms)?;
    let found = authority.subject_organisation().unwrap_or_default();
    if found != organisation.name {
        return Err(Refusal::CertificateOrganisation {
            found: found.to_owned(),
            expected: organisation.name.clone(),
        });
    }
    Ok(authority)
}

/// Checks what an organisation may do, and where.
///
/// # Errors
/// [`Error::Missing`], [`Error::Value`], [`Error::Order`].
pub fn duties(organisation: &v1::Organisation) -> Result<(), Error> {
    policy::roles("organisation.duties", &organisation.duties)?;
    if !organisation.jurisdiction.is_empty() && !field::is_region(&organisation.jurisdiction) {
        return Err(Error::Value {
            what: "organisation.jurisdiction",
            value: organisation.jurisdiction.clone(),
        });
    }
    Ok(())
}

/// Checks the names, keys and address of a node.
///
/// # Errors
/// [`Error::Name`], [`Error::Value`], [`Error::Missing`], [`Error::Crypto`].
pub fn node(node: &v1::Node) -> Result<(), Error> {
    field::name("node.name", &node.name)?;
    checkpoint::key_name(&node.organisation, &node.name)?;
    PublicKey::from_uncompressed(&node.statement_key)?;
    PublicKey::from_uncompressed(&node.transport_key)?;
    if node.statement_key == node.transport_key {
        return Err(Error::Value {
            what: "node.key",
            value: node.name.clone(),
        });
    }
    field::text("node.address", &node.address, 260)?;
    if node.address.is_empty() {
        return Err(Error::Missing {
            what: "node.address",
        });
    }
    Ok(())
}

/// Checks a member's certificate against its organisation and returns the member as it is enrolled.
///
/// # Errors
/// [`Refusal`] that names the field.
pub fn member(
    organisation: &v1::Organisation,
    authority: &Certificate,
    name: &str,
    display_name: Option<&v1::DisplayName>,
    certificate: &[u8],
    at_ms: u64,
) -> Result<v1::Member, Refusal> {
    field::name("member.name", name)?;
    if display_name.is_some() {
        field::display_name(display_name)?;
    }
    let parsed = Certificate::from_der(certificate)?;
    parsed.verify_issued_by(authority, at_ms)?;
    let word = parsed.subject_organisational_unit().unwrap_or_default();
    let role = Role::from_word(word)
        .filter(|role| organisation.duties.contains(&(*role as i32)))
        .ok_or_else(|| Refusal::Role {
            role: word.to_owned(),
            organisation: organisation.name.clone(),
        })?;
    let validity = parsed.validity();
    Ok(v1::Member {
        organisation: organisation.name.clone(),
        name: name.to_owned(),
        display_name: display_name.cloned(),
        role: role as i32,
        key_id: parsed.public_key().key_id().as_bytes().to_vec(),
        certificate: certificate.to_vec(),
        not_before_ms: validity.not_before_ms,
        not_after_ms: validity.not_after_ms,
        revoked_at_ms: 0,
        revocation_reason: String::new(),
    })
}

/// Checks that the first members hold the roles without which an organisation cannot go on.
///
/// # Errors
/// [`Refusal::MemberMissing`].
pub fn first_members(members: &[v1::Member]) -> Result<(), Refusal> {
    for role in [Role::Governance, Role::Operations] {
        if !members.iter().any(|member| member.role() == role) {
            return Err(Refusal::MemberMissing { role: role.word() });
        }
    }
    Ok(())
}

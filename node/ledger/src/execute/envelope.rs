//! One envelope: the checks of protocol §4 in their order, then its command.

use crate::calculation::Catalogues;
use crate::command::{self, Call, Kind};
use crate::envelope::{Outer, Parsed, Verified};
use crate::execute::Ids;
use crate::policy::{self, Sender};
use crate::refusal::{self, Refusal};
use crate::rows::{self, Content, ContentOverlay};
use crate::state::{self, Draft, Overlay, View, Writes, key};
use crate::time::rfc3339;
use crate::{Error, Stop, v1};
use crypto_sm::certificate::Certificate;
use crypto_sm::sm2::{PublicKey, Verifier};
use crypto_sm::sm3::Digest;
use std::collections::{BTreeMap, BTreeSet};

/// Where an envelope stands.
pub(super) struct Place<'a> {
    pub index: u64,
    pub time_ms: u64,
    pub verified: &'a BTreeSet<Digest>,
    pub ids: &'a dyn Ids,
    /// Ids claimed earlier in the same batch.
    pub claimed: &'a BTreeMap<Digest, u64>,
    pub catalogues: &'a Catalogues,
}

/// What became of it.
pub(super) enum Done {
    /// It stands in the log already, at this index.
    Duplicate(u64),
    Entry {
        outcome: Box<v1::Outcome>,
        writes: Writes,
        /// Whether the id belongs to this entry from now on.
        claims: bool,
    },
}

/// An envelope whose sender, rows and time are right.
#[derive(Clone, Debug, PartialEq)]
pub struct Authenticated {
    /// The envelope.
    pub envelope: Verified,
    /// Who sent it.
    pub sender: Sender,
    /// Its kind.
    pub kind: &'static Kind,
}

pub(super) fn execute(
    place: &Place<'_>,
    state: &Overlay<'_>,
    content: &mut ContentOverlay<'_>,
    outer: &Outer,
    rows: &[Vec<u8>],
) -> Result<Done, Error> {
    let mut outcome = v1::Outcome {
        index: place.index,
        id: outer.id().to_vec(),
        time_ms: place.time_ms,
        ..v1::Outcome::default()
    };
    let known = place.verified.contains(&outer.digest());
    let remembered = |key: &PublicKey| place.catalogues.verifier(key);
    let verifier: Option<&dyn Fn(&PublicKey) -> Verifier> =
        if known { None } else { Some(&remembered) };
    let authenticated = match checks(state, outer, rows, place.time_ms, verifier) {
        Ok(authenticated) => authenticated,
        Err(error) if error.stops() => return Err(error),
        Err(error) => {
            outcome.code = error.code().to_owned();
            outcome.head = Some(v1::outcome::Head::Refusal(refusal::message(error.fields())));
            return Ok(Done::Entry {
                outcome: Box::new(outcome),
                writes: Writes::new(),
                claims: false,
            });
        }
    };
    let first = match place.claimed.get(&outer.id()) {
        Some(index) => Some(*index),
        None => place.ids.index_of(&outer.id())?,
    };
    if let Some(first) = first {
        return Ok(Done::Duplicate(first));
    }
    // Also of a command that will be refused: a replay needs them to come to the same refusal.
    content.keep(rows);
    let mut draft = Draft::new(state, place.index, place.time_ms);
    match carry_out(&authenticated, rows, content, place.catalogues, &mut draft) {
        Ok(effect) => {
            outcome.results_root = rows::root_field(&effect.results);
            outcome.result_count = u32::try_from(effect.results.len()).unwrap_or(u32::MAX);
            outcome.head = Some(effect.head);
            content.keep(&effect.results);
            Ok(Done::Entry {
                outcome: Box::new(outcome),
                writes: draft.into_writes(),
                claims: true,
            })
        }
        Err(Stop::Refused(refused)) => {
            outcome.code = refused.code().to_owned();
            outcome.head = Some(v1::outcome::Head::Refusal(refused.to_message()));
            Ok(Done::Entry {
                outcome: Box::new(outcome),
                writes: Writes::new(),
                claims: true,
            })
        }
        Err(Stop::Failed(error)) => Err(error),
    }
}

fn carry_out(
    authenticated: &Authenticated,
    rows: &[Vec<u8>],
    content: &dyn Content,
    catalogues: &Catalogues,
    draft: &mut Draft<'_>,
) -> Result<command::Effect, Stop> {
    let body = authenticated.envelope.body();
    policy::authorize(
        draft.view(),
        &authenticated.sender,
        authenticated.kind,
        &body.head,
        draft.time_ms(),
    )?;
    expected_versions(draft.view(), &body.expected)?;
    let limits = state::require(draft.view(), key::LIMITS)?;
    let call = Call {
        sender: &authenticated.sender,
        body,
        rows,
        content,
        limits: &limits,
        catalogues,
    };
    command::execute(authenticated.kind, &call, draft)
}

/// The versions of state values without which a command is not to hold.
pub(crate) fn expected_versions(
    view: &dyn View,
    expected: &[v1::ExpectedVersion],
) -> Result<(), Stop> {
    for expected in expected {
        let found = state::read(view, &expected.key)?.map_or(0, |value| value.version);
        if found != expected.version {
            let refusal = Refusal::ExpectedVersion {
                key: expected.key.clone(),
                expected: expected.version,
                found,
            };
            return Err(refusal.into());
        }
    }
    Ok(())
}

/// What a door checks before it accepts an envelope, at its own time: everything but duplicates and the command's own rules. Apply decides
/// again.
///
/// # Errors
/// [`Stop`].
pub fn authenticate(
    view: &dyn View,
    envelope: &[u8],
    rows: &[Vec<u8>],
    time_ms: u64,
) -> Result<Authenticated, Stop> {
    authenticate_with(view, envelope, rows, time_ms, &PublicKey::default_verifier)
}

/// As [`authenticate`], with verifiers that may know their signers from before ([`Catalogues::verifier`]).
///
/// # Errors
/// [`Stop`].
pub fn authenticate_with(
    view: &dyn View,
    envelope: &[u8],
    rows: &[Vec<u8>],
    time_ms: u64,
    verifier: &dyn Fn(&PublicKey) -> Verifier,
) -> Result<Authenticated, Stop> {
    let network = super::network_id(view)?;
    let outer = Outer::parse(&network, envelope).map_err(Refusal::from)?;
    let authenticated = match checks(view, &outer, rows, time_ms, Some(verifier)) {
        Ok(authenticated) => authenticated,
        Err(error) if error.stops() => return Err(Stop::Failed(error)),
        Err(error) => return Err(Refusal::from(error).into()),
    };
    let body = authenticated.envelope.body();
    policy::authorize(
        view,
        &authenticated.sender,
        authenticated.kind,
        &body.head,
        time_ms,
    )?;
    expected_versions(view, &body.expected)?;
    Ok(authenticated)
}

/// Decode, network, kind, sender key, signature, rows, expiry, in this order. Without a verifier the signature was checked before.
fn checks(
    view: &dyn View,
    outer: &Outer,
    rows: &[Vec<u8>],
    time_ms: u64,
    verifier: Option<&dyn Fn(&PublicKey) -> Verifier>,
) -> Result<Authenticated, Error> {
    let parsed = outer.body()?;
    let level: v1::FeatureLevel = state::require(view, key::FEATURE_LEVEL)?;
    let kind = command::kind(&parsed.body().kind, level.level).ok_or_else(|| Error::Kind {
        kind: parsed.body().kind.chars().take(64).collect(),
        feature_level: level.level,
    })?;
    let sender = sender(view, &parsed, time_ms)?;
    let envelope = match verifier {
        None => parsed.trust(),
        Some(verifier) => {
            let certificate = Certificate::from_der(&sender.member.certificate).map_err(|_| {
                Error::Unreadable {
                    what: format!("certificate of {}", sender.member.name),
                }
            })?;
            parsed.verify_with(&verifier(certificate.public_key()))?
        }
    };
    let body = envelope.body();
    let limits: v1::Limits = state::require(view, key::LIMITS)?;
    check_rows(kind, body, rows, &limits)?;
    if body.not_after_ms < time_ms {
        return Err(Error::Expired {
            not_after: rfc3339(body.not_after_ms),
            time: rfc3339(time_ms),
        });
    }
    let longest = if kind.governance {
        limits.governance_expiry_ms
    } else {
        limits.record_expiry_ms
    };
    let latest = time_ms.saturating_add(longest);
    if body.not_after_ms > latest {
        return Err(Error::NotAfter {
            not_after: rfc3339(body.not_after_ms),
            latest: rfc3339(latest),
        });
    }
    Ok(Authenticated {
        envelope,
        sender,
        kind,
    })
}

/// The sender as it stands in the state, in force at this time.
fn sender(view: &dyn View, parsed: &Parsed, time_ms: u64) -> Result<Sender, Error> {
    let key_id = &parsed.body().sender;
    let member: v1::Member =
        state::find(view, &key::member(key_id))?.ok_or_else(|| Error::SenderUnknown {
            key_id: hex::encode(key_id),
        })?;
    if member.revoked_at_ms != 0 {
        return Err(Error::SenderRevoked {
            member: member.name,
        });
    }
    if time_ms < member.not_before_ms || time_ms > member.not_after_ms {
        return Err(Error::SenderNotValid {
            member: member.name,
            not_after: rfc3339(member.not_after_ms),
        });
    }
    let organisation = state::require(view, &key::organisation(&member.organisation))?;
    Ok(Sender {
        member,
        organisation,
    })
}

fn check_rows(
    kind: &Kind,
    body: &v1::Body,
    rows: &[Vec<u8>],
    limits: &v1::Limits,
) -> Result<(), Error> {
    let limit = |what, found: usize, limit: u32| {
        if found > limit as usize {
            Err(Error::Limit {
                what,
                found: found as u64,
                limit: limit.into(),
            })
        } else {
            Ok(())
        }
    };
    limit("head_bytes_max", body.head.len(), limits.head_bytes_max)?;
    // Counted by what was signed, so that a replay without the rows comes to the same refusal.
    let (what, rows_max) = if matches!(kind.name, "factor_set.adopt" | "proposal.open") {
        ("factor_set_rows_max", limits.factor_set_rows_max)
    } else {
        ("envelope_rows_max", limits.envelope_rows_max)
    };
    limit(what, body.row_count as usize, rows_max)?;
    if rows.len() != body.row_count as usize || rows::root_field(rows) != body.rows_root {
        return Err(Error::Rows);
    }
    let mut bytes = 0;
    for row in rows {
        if row.len() > limits.row_bytes_max as usize {
            return Err(Error::Rows);
        }
        bytes += row.len();
    }
    if bytes > limits.envelope_rows_bytes_max as usize {
        return Err(Error::Rows);
    }
    Ok(())
}

//! Who may send which command: a rule over organisations, and roles.
//!
//! Effective right = role of the certificate (OU) ∩ enrolment ∩ duties that the ledger gives to the organisation: an enterprise's CA cannot
//! make a regulator.

use crate::refusal::Refusal;
use crate::state::{self, View, key};
use crate::v1::{self, Role, RuleKind};
use crate::{Error, Stop, field};

/// A member whose signature was checked, with its effective role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sender {
    /// The member as enrolled.
    pub member: v1::Member,
    /// Its organisation.
    pub organisation: v1::Organisation,
}

impl Sender {
    /// The role.
    #[must_use]
    pub fn role(&self) -> Role {
        self.member.role()
    }
}

/// The policies that a new network starts with, ascending by kind.
#[must_use]
pub fn defaults() -> Vec<v1::Policy> {
    let policy = |kind: &str, rule, roles: &[Role]| v1::Policy {
        kind: kind.to_owned(),
        rule: Some(v1::Rule {
            kind: rule,
            n: 0,
            m: 0,
        }),
        roles: roles.iter().map(|role| *role as i32).collect(),
        ..Default::default()
    };
    let (any, majority) = (RuleKind::Any as i32, RuleKind::Majority as i32);
    vec![
        policy("activity.record", any, &[Role::Business]),
        policy("activity.replace", any, &[Role::Business]),
        policy("activity.review", any, &[Role::Business]),
        policy("activity.submit", any, &[Role::Business]),
        policy("activity.void", any, &[Role::Business]),
        policy(
            "facility.register",
            any,
            &[Role::Operations, Role::Business],
        ),
        policy("factor_set.adopt", majority, &[Role::Governance]),
        policy("inventory.close", any, &[Role::Business]),
        policy("inventory.restate", any, &[Role::Business]),
        policy("member.enrol", any, &[Role::Governance]),
        policy("member.revoke", any, &[Role::Governance]),
        policy("organisation.admit", majority, &[Role::Governance]),
    ]
}

/// Checks the form of a policy.
///
/// # Errors
/// [`Error::Order`], [`Error::Value`], [`Error::Missing`].
pub fn check(policy: &v1::Policy) -> Result<(), Error> {
    let rule = policy.rule.as_ref().ok_or(Error::Missing {
        what: "policy.rule",
    })?;
    let fits = match rule.kind() {
        RuleKind::Unspecified => false,
        RuleKind::Any | RuleKind::All | RuleKind::Majority => rule.n == 0 && rule.m == 0,
        RuleKind::Count => rule.n > 0 && rule.m == 0,
        RuleKind::Fraction => rule.n > 0 && rule.m >= rule.n,
    };
    if !fits || RuleKind::try_from(rule.kind).is_err() {
        return Err(Error::Value {
            what: "policy.rule",
            value: format!("{} {} {}", rule.kind, rule.n, rule.m),
        });
    }
    if !field::ascending(&policy.organisations) {
        return Err(Error::Order {
            what: "policy.organisations",
        });
    }
    roles("policy.roles", &policy.roles)?;
    if policy.reviewers > 0 && policy.kind != "activity.submit" {
        return Err(Error::Value {
            what: "policy.reviewers",
            value: policy.reviewers.to_string(),
        });
    }
    Ok(())
}

/// Checks a list of roles: known, ascending, not empty.
pub(crate) fn roles(what: &'static str, list: &[i32]) -> Result<(), Error> {
    if list.is_empty() {
        return Err(Error::Missing { what });
    }
    if let Some(wrong) = list
        .iter()
        .find(|role| !matches!(Role::try_from(**role), Ok(role) if role != Role::Unspecified))
    {
        return Err(Error::Value {
            what,
            value: wrong.to_string(),
        });
    }
    if field::ascending(list) {
        Ok(())
    } else {
        Err(Error::Order { what })
    }
}

/// How many of `count` organisations a rule needs. Nothing if the rule can never be met.
#[must_use]
pub fn needed(rule: &v1::Rule, count: usize) -> Option<usize> {
    let needed = match rule.kind() {
        RuleKind::Unspecified => return None,
        RuleKind::Any => 1,
        RuleKind::All => count,
        RuleKind::Majority => count / 2 + 1,
        RuleKind::Count => rule.n as usize,
        // At least n/m of them: rounded up, so that 2/3 of four are three.
        RuleKind::Fraction => (rule.n as usize * count).div_ceil((rule.m as usize).max(1)),
    };
    (needed >= 1 && needed <= count).then_some(needed)
}

/// Whether a single envelope of this sender may carry this kind of command.
///
/// # Errors
/// [`Refusal::NotPermitted`], or [`Refusal::NeedsProposal`] if one organisation does not suffice.
pub fn authorize(view: &dyn View, sender: &Sender, kind: &str) -> Result<(), Stop> {
    let role = sender.role();
    let not_permitted = || Refusal::NotPermitted {
        kind: kind.to_owned(),
        organisation: sender.organisation.name.clone(),
        role: role.word(),
    };
    let Some(policy) = state::find::<v1::Policy>(view, &key::policy(kind))? else {
        return Err(not_permitted().into());
    };
    // A duty that the ledger withdrew takes the right from every certificate that names it.
    if !policy.roles.contains(&(role as i32))
        || !sender.organisation.duties.contains(&(role as i32))
    {
        return Err(not_permitted().into());
    }
    let counted: Vec<String> = if policy.organisations.is_empty() {
        state::list::<v1::Organisation>(view, key::ORGANISATIONS)?
            .into_iter()
            .filter(|(_, organisation)| {
                organisation
                    .duties
                    .iter()
                    .any(|duty| policy.roles.contains(duty))
            })
            .map(|(_, organisation)| organisation.name)
            .collect()
    } else {
        policy.organisations.clone()
    };
    if !counted.contains(&sender.organisation.name) {
        return Err(not_permitted().into());
    }
    let rule = policy.rule.unwrap_or_default();
    match needed(&rule, counted.len()) {
        Some(1) => Ok(()),
        Some(needed) => Err(Refusal::NeedsProposal {
            kind: kind.to_owned(),
            needed,
        }
        .into()),
        None => Err(not_permitted().into()),
    }
}

/// How many further members must review an import before its rows count.
pub(crate) fn reviewers(view: &dyn View) -> Result<u32, Error> {
    Ok(
        state::find::<v1::Policy>(view, &key::policy("activity.submit"))?
            .map_or(0, |policy| policy.reviewers),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(kind: RuleKind, n: u32, m: u32) -> v1::Rule {
        v1::Rule {
            kind: kind as i32,
            n,
            m,
        }
    }

    #[test]
    fn rules_need_as_many_organisations_as_they_say() {
        for (rule, count, expected) in [
            (rule(RuleKind::Any, 0, 0), 5, Some(1)),
            (rule(RuleKind::All, 0, 0), 5, Some(5)),
            (rule(RuleKind::Majority, 0, 0), 1, Some(1)),
            (rule(RuleKind::Majority, 0, 0), 2, Some(2)),
            (rule(RuleKind::Majority, 0, 0), 4, Some(3)),
            (rule(RuleKind::Majority, 0, 0), 5, Some(3)),
            (rule(RuleKind::Count, 3, 0), 5, Some(3)),
            (rule(RuleKind::Count, 6, 0), 5, None),
            (rule(RuleKind::Fraction, 2, 3), 4, Some(3)),
            (rule(RuleKind::Fraction, 2, 3), 3, Some(2)),
            (rule(RuleKind::Fraction, 1, 1), 3, Some(3)),
            (rule(RuleKind::Any, 0, 0), 0, None),
            (rule(RuleKind::All, 0, 0), 0, None),
            (rule(RuleKind::Unspecified, 0, 0), 3, None),
        ] {
            assert_eq!(needed(&rule, count), expected, "{rule:?} of {count}");
        }
    }

    #[test]
    fn default_policies_are_well_formed_and_sorted() {
        let policies = defaults();
        assert!(field::ascending(policies.iter().map(|policy| &policy.kind)));
        for policy in &policies {
            assert_eq!(check(policy), Ok(()), "{}", policy.kind);
        }
        let kinds: Vec<&str> = policies.iter().map(|policy| policy.kind.as_str()).collect();
        let known: Vec<&str> = crate::command::KINDS.iter().map(|kind| kind.name).collect();
        assert_eq!(kinds, known);
    }

    #[test]
    fn malformed_policies_are_refused() {
        let good = defaults().remove(0);
        assert!(
            check(&v1::Policy {
                rule: None,
                ..good.clone()
            })
            .is_err()
        );
        assert!(
            check(&v1::Policy {
                rule: Some(rule(RuleKind::Count, 0, 0)),
                ..good.clone()
            })
            .is_err()
        );
        assert!(
            check(&v1::Policy {
                rule: Some(rule(RuleKind::Fraction, 3, 2)),
                ..good.clone()
            })
            .is_err()
        );
        assert!(
            check(&v1::Policy {
                rule: Some(v1::Rule {
                    kind: 77,
                    n: 0,
                    m: 0
                }),
                ..good.clone()
            })
            .is_err()
        );
        assert!(
            check(&v1::Policy {
                roles: vec![3, 1],
                ..good.clone()
            })
            .is_err()
        );
        assert!(
            check(&v1::Policy {
                roles: vec![0],
                ..good.clone()
            })
            .is_err()
        );
        assert!(
            check(&v1::Policy {
                roles: vec![],
                ..good.clone()
            })
            .is_err()
        );
        assert!(
            check(&v1::Policy {
                reviewers: 1,
                ..good
            })
            .is_err()
        );
    }
}

//! Who may send which command: a rule over organisations, and roles.
//!
//! Effective right = role of the certificate (OU) ∩ enrolment ∩ duties that the ledger gives to the organisation: an enterprise's CA cannot
//! make a regulator.

use crate::command::{self, KINDS, Kind, Right};
use crate::refusal::Refusal;
use crate::state::{self, View, key};
use crate::v1::{self, Role, RuleKind};
use crate::{Error, Stop, canonical, field};

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
    KINDS
        .iter()
        .filter(|kind| kind.has_policy())
        .map(default_of)
        .collect()
}

/// The policy with which a kind begins.
pub(crate) fn default_of(kind: &Kind) -> v1::Policy {
    let (governance, operations, business) = (
        &[Role::Governance][..],
        &[Role::Operations][..],
        &[Role::Business][..],
    );
    let (rule, roles) = match kind.name {
        "facility.register" => (RuleKind::Any, &[Role::Operations, Role::Business][..]),
        "factor_set.adopt" => (RuleKind::Majority, governance),
        "node.change" | "node.register" | "node.remove" | "node.replace" | "node.revoke" => {
            (RuleKind::Any, operations)
        }
        _ if kind.right == Right::Majority => (RuleKind::Majority, governance),
        _ if kind.governance => (RuleKind::Any, governance),
        _ => (RuleKind::Any, business),
    };
    v1::Policy {
        kind: kind.name.to_owned(),
        rule: Some(v1::Rule {
            kind: rule as i32,
            n: 0,
            m: 0,
        }),
        roles: roles.iter().map(|role| *role as i32).collect(),
        ..Default::default()
    }
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

/// Whether a rule never lets less than a majority decide.
#[must_use]
pub fn is_majority(rule: &v1::Rule) -> bool {
    matches!(rule.kind(), RuleKind::Majority | RuleKind::All)
        || (rule.kind() == RuleKind::Fraction && u64::from(rule.n) * 2 > u64::from(rule.m))
}

/// The policy of a kind that holds at this time: a change that waits takes its place when the network's delay is over.
///
/// # Errors
/// [`Error::Unreadable`].
pub fn in_force(view: &dyn View, kind: &str, time_ms: u64) -> Result<Option<v1::Policy>, Error> {
    if let Some(change) = state::find::<v1::PolicyChange>(view, &key::policy_change(kind))?
        && change.effective_at_ms <= time_ms
    {
        return Ok(change.policy);
    }
    if let Some(policy) = state::find(view, &key::policy(kind))? {
        return Ok(Some(policy));
    }
    // Networks that were founded before this kind was known.
    Ok(command::kind(kind, 1)
        .filter(|known| known.has_policy() && !known.founded(1))
        .map(default_of))
}

/// The organisations that count under a policy, ascending: those that it lists, or all that have a duty among its roles; without those that
/// left.
///
/// # Errors
/// [`Error::Unreadable`].
pub fn counted(view: &dyn View, policy: &v1::Policy) -> Result<Vec<v1::Organisation>, Error> {
    let organisations = state::list::<v1::Organisation>(view, key::ORGANISATIONS)?;
    Ok(organisations
        .into_iter()
        .map(|(_, organisation)| organisation)
        .filter(|organisation| {
            let named = if policy.organisations.is_empty() {
                organisation
                    .duties
                    .iter()
                    .any(|duty| policy.roles.contains(duty))
            } else {
                policy.organisations.contains(&organisation.name)
            };
            named && organisation.left_at_ms == 0
        })
        .collect())
}

/// What a decision needs under one policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement {
    /// Organisations that count, ascending.
    pub organisations: Vec<String>,
    /// Those among them that govern: their governance members vote.
    pub voting: Vec<String>,
    /// How many it takes; nothing if the rule cannot be met.
    pub needed: Option<usize>,
}

impl Requirement {
    /// Under this policy.
    ///
    /// # Errors
    /// [`Error::Unreadable`].
    pub fn of(view: &dyn View, policy: &v1::Policy) -> Result<Self, Error> {
        let counted = counted(view, policy)?;
        let governs = |organisation: &&v1::Organisation| {
            organisation.duties.contains(&(Role::Governance as i32))
        };
        Ok(Self {
            needed: needed(&policy.rule.unwrap_or_default(), counted.len()),
            voting: counted
                .iter()
                .filter(governs)
                .map(|organisation| organisation.name.clone())
                .collect(),
            organisations: counted
                .into_iter()
                .map(|organisation| organisation.name)
                .collect(),
        })
    }
}

/// Everything that a decision about a command needs: the policy of its kind, and for a change of the policy of a governance kind also the
/// policy that it replaces.
///
/// # Errors
/// [`Error::Unreadable`]. Nothing is needed by a kind without policy in force: it cannot be carried out.
pub fn requirements(
    view: &dyn View,
    kind: &str,
    head: &[u8],
    time_ms: u64,
) -> Result<Vec<Requirement>, Error> {
    let mut policies = Vec::new();
    policies.extend(in_force(view, kind, time_ms)?);
    if kind == "policy.set"
        && let Ok(head) = canonical::decode::<v1::PolicySet>("head", head)
        && let Some(policy) = head.policy
        && policy.kind != kind
        && KINDS
            .iter()
            .any(|known| known.name == policy.kind && known.governance)
    {
        policies.extend(in_force(view, &policy.kind, time_ms)?);
    }
    policies
        .iter()
        .map(|policy| Requirement::of(view, policy))
        .collect()
}

/// Whether a single envelope of this sender may carry this command.
///
/// # Errors
/// [`Refusal::NotPermitted`], or [`Refusal::NeedsProposal`] if one organisation does not suffice.
pub fn authorize(
    view: &dyn View,
    sender: &Sender,
    kind: &Kind,
    head: &[u8],
    time_ms: u64,
) -> Result<(), Stop> {
    let role = sender.role();
    let not_permitted = || Refusal::NotPermitted {
        kind: kind.name.to_owned(),
        organisation: sender.organisation.name.clone(),
        role: role.word(),
    };
    let roles = match kind.right {
        Right::Governance => vec![Role::Governance as i32],
        Right::Policy | Right::Majority => match in_force(view, kind.name, time_ms)? {
            Some(policy) => policy.roles,
            None => return Err(not_permitted().into()),
        },
    };
    // A duty that the ledger withdrew takes the right from every certificate that names it.
    if !roles.contains(&(role as i32)) || !sender.organisation.duties.contains(&(role as i32)) {
        return Err(not_permitted().into());
    }
    if kind.right == Right::Governance {
        return Ok(());
    }
    for requirement in requirements(view, kind.name, head, time_ms)? {
        if !requirement
            .organisations
            .contains(&sender.organisation.name)
        {
            return Err(not_permitted().into());
        }
        match requirement.needed {
            Some(1) => {}
            Some(needed) => {
                return Err(Refusal::NeedsProposal {
                    kind: kind.name.to_owned(),
                    needed,
                }
                .into());
            }
            None => return Err(not_permitted().into()),
        }
    }
    Ok(())
}

/// Checks that every decision of governance can still be taken: a rule that nobody can meet would hold for ever.
///
/// # Errors
/// [`Refusal::PolicyUnmeetable`].
pub(crate) fn meetable(view: &dyn View, time_ms: u64) -> Result<(), Stop> {
    let level: v1::FeatureLevel = state::require(view, key::FEATURE_LEVEL)?;
    for kind in KINDS
        .iter()
        .filter(|kind| kind.proposable() && kind.feature_level <= level.level)
    {
        let waiting = state::find::<v1::PolicyChange>(view, &key::policy_change(kind.name))?
            .and_then(|change| change.policy);
        for policy in in_force(view, kind.name, time_ms)?.iter().chain(&waiting) {
            let requirement = Requirement::of(view, policy)?;
            let found = requirement.voting.len();
            // One organisation signs the command itself; several vote.
            let met = match requirement.needed {
                Some(1) => true,
                Some(needed) => needed <= found,
                None => false,
            };
            if !met {
                return Err(Refusal::PolicyUnmeetable {
                    kind: kind.name.to_owned(),
                    found,
                }
                .into());
            }
        }
    }
    Ok(())
}

/// How many further members must review an import before its rows count.
pub(crate) fn reviewers(view: &dyn View, time_ms: u64) -> Result<u32, Error> {
    Ok(in_force(view, "activity.submit", time_ms)?.map_or(0, |policy| policy.reviewers))
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
        let known: Vec<&str> = KINDS
            .iter()
            .filter(|kind| kind.has_policy())
            .map(|kind| kind.name)
            .collect();
        assert_eq!(kinds, known);
        for kind in KINDS.iter().filter(|kind| kind.right == Right::Majority) {
            let rule = default_of(kind).rule.unwrap_or_default();
            assert!(is_majority(&rule), "{}", kind.name);
        }
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

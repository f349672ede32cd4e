//! The organisation tree: which share of an entity's emissions the organisation accounts for (chapter 3, Table 1).
//!
//! | relation | equity share | financial control | operational control |
//! |---|---|---|---|
//! | subsidiary | interest | 100 % of its controller's share | share of its operator |
//! | joint venture, joint financial control | interest | interest | share of its operator |
//! | associate | interest | 0 | share of its operator |
//! | fixed asset investment | 0 | 0 | 0 |
//! | franchise | interest | 100 % if financially controlled | share of its operator |
//!
//! The policy applies at every level of the group: an interest is multiplied through the chain of holders, and several
//! holders of the group are added.

use crate::decimal::{Decimal, excerpt};
use crate::derivation::{Number, Operator, Rule};
use crate::error::Error;
use crate::exact::Exact;
use crate::report::{Faults, Report};
use serde::Deserialize;
use std::collections::BTreeMap;

const EQUITY: Rule = Rule {
    code: "corporate.equity_share",
    formula: "S = Σ p_holder × S_holder ÷ 100 %",
    clause: "Corporate Standard (2004), chapter 3, Table 1: equity share",
};
const FINANCIAL: Rule = Rule {
    code: "corporate.financial_control",
    formula: "S = S of the controlling company; in a joint venture S = Σ p_holder × S_holder ÷ 100 %",
    clause: "Corporate Standard (2004), chapter 3, Table 1: financial control",
};
const OPERATIONAL: Rule = Rule {
    code: "corporate.operational_control",
    formula: "S = S of the operator",
    clause: "Corporate Standard (2004), chapter 3: operational control",
};

/// How the organisation consolidates; one approach for the whole group.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "snake_case")]
pub(super) enum Approach {
    EquityShare,
    FinancialControl,
    OperationalControl,
}

const APPROACHES: [Approach; 3] = [
    Approach::EquityShare,
    Approach::FinancialControl,
    Approach::OperationalControl,
];

impl Approach {
    fn label(self) -> &'static str {
        match self {
            Self::EquityShare => "share_by_equity",
            Self::FinancialControl => "share_by_financial_control",
            Self::OperationalControl => "share_by_operational_control",
        }
    }

    fn rule(self) -> Rule {
        match self {
            Self::EquityShare => EQUITY,
            Self::FinancialControl => FINANCIAL,
            Self::OperationalControl => OPERATIONAL,
        }
    }
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
enum Relation {
    Subsidiary,
    JointVenture,
    Associate,
    FixedAssetInvestment,
    Franchise,
}

/// A company, venture or operation.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entity {
    pub name: String,
    relation: Relation,
    /// Everybody who has an economic interest; together 100 %.
    holders: Vec<Holder>,
    /// Who controls its financial policies; the one holder of the group, if nothing is said.
    controlled_by: Option<String>,
    /// Who runs it: a member of the group, or somebody outside.
    operated_by: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Holder {
    name: String,
    /// Economic interest in per cent.
    percent: Decimal,
    /// Not of the group.
    #[serde(default)]
    outside: bool,
}

/// An organisation without faults: entities in an order in which each comes after those that it depends on.
pub(super) struct Group<'a> {
    root: &'a str,
    entities: Vec<(usize, &'a Entity)>,
}

impl Entity {
    fn group_holders(&self) -> impl Iterator<Item = &Holder> {
        self.holders.iter().filter(|holder| !holder.outside)
    }

    /// Who controls its financial policies, of the group.
    fn controller(&self) -> Option<&str> {
        match (&self.controlled_by, self.relation) {
            (Some(name), _) => Some(name),
            (None, Relation::Subsidiary) => {
                let mut holders = self.group_holders();
                let first = holders.next()?;
                holders.next().is_none().then_some(first.name.as_str())
            }
            _ => None,
        }
    }

    /// Who runs it.
    fn operator(&self) -> Option<&str> {
        self.operated_by.as_deref().or_else(|| self.controller())
    }
}

/// Checks names, sums and cycles.
pub(super) fn check<'a>(
    root: &'a str,
    entities: &'a [Entity],
    faults: &mut Faults,
) -> Option<Group<'a>> {
    let before = faults.0.len();
    let mut known: BTreeMap<&str, usize> = BTreeMap::new();
    for (position, entity) in entities.iter().enumerate() {
        if entity.name == root || known.insert(&entity.name, position).is_some() {
            let text = entity.name.clone();
            faults.add(
                format!("entities[{position}].name"),
                Error::NameTwice { text },
            );
        }
    }
    let member = |name: &str| name == root || known.contains_key(name);
    for (position, entity) in entities.iter().enumerate() {
        let place = format!("entities[{position}]");
        let mut total = Exact::ZERO;
        for (number, holder) in entity.holders.iter().enumerate() {
            let field = format!("{place}.holders[{number}]");
            if !holder.outside && !member(&holder.name) {
                let text = excerpt(&holder.name);
                faults.add(format!("{field}.name"), Error::NameUnknown { text });
            }
            if holder.percent.is_negative() || holder.percent > Decimal::from(100) {
                let text = holder.percent.to_string();
                faults.add(format!("{field}.percent"), Error::ShareOutside { text });
            }
            match total.add(&holder.percent.into()) {
                Ok(sum) => total = sum,
                Err(error) => faults.add(field, error),
            }
        }
        if total != Exact::from_integer(100) {
            faults.add(
                format!("{place}.holders"),
                Error::SharesNotWhole {
                    name: entity.name.clone(),
                    total: total.to_string(),
                },
            );
        }
        if let Some(name) = &entity.controlled_by
            && !member(name)
        {
            let text = excerpt(name);
            faults.add(
                format!("{place}.controlled_by"),
                Error::NameUnknown { text },
            );
        }
        if entity.relation == Relation::Subsidiary && entity.controller().is_none() {
            let what = format!("{place}.controlled_by");
            faults.add(what.clone(), Error::PartNeeded { what });
        }
    }
    let order = ordered(root, entities, &known, faults)?;
    (faults.0.len() == before).then_some(Group {
        root,
        entities: order,
    })
}

/// Every entity after its holders, its controller and its operator.
fn ordered<'a>(
    root: &'a str,
    entities: &'a [Entity],
    known: &BTreeMap<&str, usize>,
    faults: &mut Faults,
) -> Option<Vec<(usize, &'a Entity)>> {
    let needs = |entity: &'a Entity| {
        let mut names: Vec<usize> = entity
            .group_holders()
            .map(|holder| holder.name.as_str())
            .chain(entity.controller())
            .chain(entity.operator())
            .filter(|name| *name != root && *name != entity.name)
            .filter_map(|name| known.get(name).copied())
            .collect();
        names.sort_unstable();
        names.dedup();
        names
    };
    let (mut order, mut placed) = (Vec::new(), vec![false; entities.len()]);
    loop {
        let before = order.len();
        for (position, entity) in entities.iter().enumerate() {
            if !placed[position] && needs(entity).iter().all(|other| placed[*other]) {
                placed[position] = true;
                order.push((position, entity));
            }
        }
        if order.len() == entities.len() {
            return Some(order);
        }
        if order.len() == before {
            // What is left waits for itself, or for what does. Only the members of cycles are named.
            let mut left: Vec<usize> = (0..entities.len())
                .filter(|position| !placed[*position])
                .collect();
            loop {
                let wanted: Vec<usize> = left.iter().flat_map(|p| needs(&entities[*p])).collect();
                let kept: Vec<usize> = left
                    .iter()
                    .copied()
                    .filter(|p| wanted.contains(p))
                    .collect();
                if kept.len() == left.len() {
                    break;
                }
                left = kept;
            }
            let names = left
                .iter()
                .map(|position| entities[*position].name.as_str())
                .collect::<Vec<_>>()
                .join(", ");
            faults.add("entities", Error::OrganisationCycle { names });
            return None;
        }
    }
}

/// Shares in per cent by entity, under the approach chosen, and by equity.
pub(super) struct Shares {
    chosen: BTreeMap<String, Number>,
    equity: BTreeMap<String, Number>,
}

impl Shares {
    /// Share under the approach chosen.
    pub fn of(&self, entity: &str) -> Option<Number> {
        self.chosen.get(entity).copied()
    }

    /// Share by equity.
    pub fn equity(&self, entity: &str) -> Option<Number> {
        self.equity.get(entity).copied()
    }
}

impl Group<'_> {
    /// All shares by all approaches; those of the approach chosen apply.
    pub(super) fn shares(&self, approach: Approach, report: &mut Report) -> Result<Shares, Error> {
        let hundred = report.derivation.constant("hundred_per_cent", 100_u32, "%");
        let mut by_approach = BTreeMap::new();
        for approach in APPROACHES {
            let mut shares: BTreeMap<String, Number> = BTreeMap::new();
            shares.insert(self.root.to_owned(), hundred);
            for (position, entity) in &self.entities {
                let number = share(approach, *position, entity, &shares, hundred, report)?;
                shares.insert(entity.name.clone(), number);
            }
            by_approach.insert(approach, shares);
        }
        // In the order of the document.
        let mut entities: Vec<_> = self.entities.clone();
        entities.sort_by_key(|(position, _)| *position);
        for (_, entity) in entities {
            for shares in by_approach.values() {
                if let Some(number) = shares.get(&entity.name) {
                    report.outcome(*number);
                }
            }
        }
        report.notice("corporate.approach", "", approach.label());
        let equity = by_approach[&Approach::EquityShare].clone();
        let chosen = by_approach.remove(&approach).unwrap_or_default();
        Ok(Shares { chosen, equity })
    }
}

fn share(
    approach: Approach,
    position: usize,
    entity: &Entity,
    shares: &BTreeMap<String, Number>,
    hundred: Number,
    report: &mut Report,
) -> Result<Number, Error> {
    let name = entity.name.as_str();
    let (rule, label) = (approach.rule(), approach.label());
    let derivation = &mut report.derivation;
    let by_interest = matches!(
        (approach, entity.relation),
        (
            Approach::EquityShare,
            Relation::Subsidiary
                | Relation::JointVenture
                | Relation::Associate
                | Relation::Franchise
        ) | (Approach::FinancialControl, Relation::JointVenture)
    );
    if by_interest {
        let mut parts = Vec::new();
        for (number, holder) in entity.holders.iter().enumerate() {
            if holder.outside {
                continue;
            }
            let Some(of_holder) = shares.get(&holder.name) else {
                continue;
            };
            let place = format!("entities[{position}].holders[{number}].percent");
            let interest = derivation.input(
                "interest",
                format!("{} in {name}", holder.name),
                holder.percent,
                "%",
                place,
                "",
            );
            let part = derivation.product(
                rule,
                "interest_through_holder",
                name,
                "",
                &[interest, *of_holder],
            )?;
            parts.push(derivation.quotient(
                rule,
                "interest_through_holder",
                name,
                "%",
                &[part, hundred],
            )?);
        }
        return derivation.sum(rule, label, name, "%", &parts);
    }
    let decided_by = match (approach, entity.relation) {
        (_, Relation::FixedAssetInvestment) | (Approach::FinancialControl, Relation::Associate) => {
            None
        }
        (Approach::FinancialControl, _) => entity.controller(),
        (Approach::OperationalControl, _) => entity.operator(),
        (Approach::EquityShare, _) => None,
    };
    match decided_by.and_then(|decider| shares.get(decider)) {
        Some(number) => derivation.derive(rule, Operator::Choice, label, name, "%", &[*number]),
        None => derivation.sum(rule, label, name, "%", &[]),
    }
}

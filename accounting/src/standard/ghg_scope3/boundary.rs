//! Which category, or which scope, an activity belongs to; so that nothing counts twice.

use super::Activity;
use super::method::Method;
use crate::error::Error;
use crate::report::Faults;
use crate::scope::Category;
use serde::Deserialize;

/// The consolidation approach of scopes 1 and 2.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(super) enum Approach {
    EquityShare,
    FinancialControl,
    OperationalControl,
}

/// Whose goods go where, and who pays (Scope 3 Standard, Table 5.7).
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Transport {
    direction: Direction,
    paid_by: Payer,
    /// Vehicles and stores that the company owns or controls are in scopes 1 and 2.
    #[serde(default)]
    own_vehicles: bool,
}

#[derive(Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
enum Direction {
    /// From a tier 1 supplier.
    Inbound,
    /// Upstream of the tier 1 supplier.
    UpstreamOfSupplier,
    /// Between sites of the company.
    Internal,
    /// To customers.
    Outbound,
}

#[derive(Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
enum Payer {
    Company,
    Others,
}

/// Kind of lease (Scope 3 Standard, Appendix A).
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Lease {
    kind: LeaseKind,
    /// Why the company has no operational control although Table A.1 or A.2 assumes it.
    #[serde(default)]
    no_control_because: String,
}

#[derive(Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
enum LeaseKind {
    Finance,
    Operating,
}

/// Kind of investment (Scope 3 Standard, Table 5.9).
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Investment {
    kind: InvestmentKind,
    /// Whether the company controls the investee under its approach.
    #[serde(default)]
    controlled: bool,
}

#[derive(Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
enum InvestmentKind {
    /// Subsidiary, associate or joint venture.
    Equity,
    /// Neither control nor significant influence.
    MinorityEquity,
    /// Debt with known use of proceeds.
    Debt,
    ProjectFinance,
    /// Optional ones: managed for clients, debt without known use.
    Managed,
}

fn elsewhere(activity: &Activity, place: &str, where_: &str, faults: &mut Faults) {
    faults.add(
        place,
        Error::CountedElsewhere {
            name: activity.name.clone(),
            elsewhere: where_.to_owned(),
        },
    );
}

fn needed(place: String, faults: &mut Faults) {
    faults.add(place.clone(), Error::PartNeeded { what: place });
}

pub(super) fn check(
    activity: &Activity,
    category: Category,
    approach: Approach,
    place: &str,
    faults: &mut Faults,
) {
    let unused = |field: &str, there: bool, faults: &mut Faults| {
        if there {
            let what = format!("{place}.{field}");
            faults.add(what.clone(), Error::PartNotUsed { what });
        }
    };
    match category {
        Category::UpstreamTransport | Category::DownstreamTransport => {
            transport(activity, category, place, faults);
        }
        _ => unused("transport", activity.transport.is_some(), faults),
    }
    match category {
        Category::UpstreamLeasedAssets | Category::DownstreamLeasedAssets => {
            lease(activity, category, approach, place, faults);
        }
        _ => unused("lease", activity.lease.is_some(), faults),
    }
    match category {
        Category::Investments => investment(activity, approach, place, faults),
        _ => unused("investment", activity.investment.is_some(), faults),
    }
}

fn transport(activity: &Activity, category: Category, place: &str, faults: &mut Faults) {
    let field = format!("{place}.transport");
    let Some(transport) = &activity.transport else {
        return needed(field, faults);
    };
    if transport.own_vehicles {
        return elsewhere(activity, &field, "scope_1, scope_2", faults);
    }
    let belongs = match (transport.direction, transport.paid_by) {
        (Direction::UpstreamOfSupplier, _) => Category::PurchasedGoodsAndServices,
        (Direction::Outbound, Payer::Others) => Category::DownstreamTransport,
        _ => Category::UpstreamTransport,
    };
    if belongs != category {
        elsewhere(activity, &field, belongs.code(), faults);
    }
}

fn lease(
    activity: &Activity,
    category: Category,
    approach: Approach,
    place: &str,
    faults: &mut Faults,
) {
    let field = format!("{place}.lease");
    let Some(lease) = &activity.lease else {
        return needed(field, faults);
    };
    let operational = approach == Approach::OperationalControl;
    let lessee = category == Category::UpstreamLeasedAssets;
    // Tables A.1 and A.2: who has the asset in scopes 1 and 2.
    let in_scopes_1_2 = match (lessee, lease.kind) {
        (true, LeaseKind::Finance) => true,
        (true, LeaseKind::Operating) => operational,
        (false, LeaseKind::Finance) => false,
        (false, LeaseKind::Operating) => !operational,
    };
    let exception = operational && !lease.no_control_because.trim().is_empty();
    if in_scopes_1_2 && !exception {
        elsewhere(activity, &field, "scope_1, scope_2", faults);
    }
}

fn investment(activity: &Activity, approach: Approach, place: &str, faults: &mut Faults) {
    let field = format!("{place}.investment");
    let Some(investment) = &activity.investment else {
        return needed(field, faults);
    };
    let by_equity = approach == Approach::EquityShare && investment.kind == InvestmentKind::Equity;
    if by_equity || investment.controlled {
        elsewhere(activity, &field, "scope_1, scope_2", faults);
    }
    let project = matches!(
        investment.kind,
        InvestmentKind::Debt | InvestmentKind::ProjectFinance
    );
    if activity.method == Method::ProjectedLifetime && !project {
        let what = format!("{field}.kind");
        faults.add(what.clone(), Error::PartNotUsed { what });
    }
}

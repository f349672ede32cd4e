//! Paths of the methods, year by year.

use super::{MarketShare, Method, Ready, Shape, Target, at_least_zero};
use crate::decimal::Decimal;
use crate::derivation::{Number, Operator, Rule};
use crate::error::Error;
use crate::report::Report;
use std::collections::BTreeMap;

/// Places of a power with a fractional exponent, and of compounded intensities.
const PLACES: u32 = 20;

const CONTRACTION: Rule = Rule {
    code: "targets.absolute_contraction",
    formula: "E(t) = max(0, E_b × (1 − r × (t − t_b)))",
    clause: "SBTi, absolute contraction approach: linear on the base year",
};
const BASE_INTENSITY: Rule = Rule {
    code: "targets.base_intensity",
    formula: "I_b = E_b ÷ A_b",
    clause: "intensity of the base year",
};
const COMPOUND: Rule = Rule {
    code: "targets.economic_intensity",
    formula: "I(t) = I_b × (1 − r)^(t − t_b), the power at 20 places",
    clause: "SBTi, GEVA: compounded",
};
const DISTANCE: Rule = Rule {
    code: "targets.initial_performance",
    formula: "d = I_b − I_sector(end)",
    clause: "SBTi, Sectoral Decarbonization Approach (2015), initial performance",
};
const INDEX: Rule = Rule {
    code: "targets.decarbonization_index",
    formula: "p(t) = (I_sector(t) − I_sector(end)) ÷ (I_sector(t_b) − I_sector(end))",
    clause: "SBTi, Sectoral Decarbonization Approach (2015), decarbonization index",
};
const SHARE: Rule = Rule {
    code: "targets.market_share",
    formula: "m(t) = (A_b ÷ S_b) ÷ (A(t) ÷ S(t)), at most 1 if capped",
    clause: "SBTi, Sectoral Decarbonization Approach (2015); Foundations of Science-based Target Setting (2019), p. 31",
};
const CONVERGENCE: Rule = Rule {
    code: "targets.intensity_convergence",
    formula: "I(t) = d × p(t) × m(t) + I_sector(end)",
    clause: "SBTi, Sectoral Decarbonization Approach (2015)",
};
const TOTAL: Rule = Rule {
    code: "targets.total_of_intensity",
    formula: "E(t) = I(t) × A(t)",
    clause: "total that an intensity allows",
};
const DUAL: Rule = Rule {
    code: "targets.dual_intensity",
    formula: "I(t) = I_b × (1 − q)^((t − t_b) ÷ n), or linear I_b × (1 − q × (t − t_b) ÷ n); the power at 20 places",
    clause: "能耗双控、碳排放双控: reduction of intensity over the plan",
};
const CAP: Rule = Rule {
    code: "targets.dual_cap",
    formula: "E(t) = E_b + (E_cap − E_b) × (t − t_b) ÷ n",
    clause: "能耗双控、碳排放双控: control of the total, linear to the cap",
};
const STRICTER: Rule = Rule {
    code: "targets.dual_both",
    formula: "E(t) = min(E_cap(t), I(t) × A(t))",
    clause: "国办发〔2024〕39号: both the intensity and the total are controlled",
};

/// A path; intensities are empty for methods without.
#[derive(Default)]
pub(super) struct Path {
    pub intensities: BTreeMap<u16, Number>,
    pub totals: BTreeMap<u16, Number>,
}

impl Path {
    /// `tCO2e/t`, if the document names a unit of activity.
    pub(super) fn intensity_unit(&self, target: &Target) -> String {
        if target.activity_unit.is_empty() {
            target.unit.clone()
        } else {
            format!("{}/{}", target.unit, target.activity_unit)
        }
    }
}

type Activities = BTreeMap<u16, Number>;

pub(super) fn of(
    ready: &Ready<'_>,
    base: Number,
    activity: &Activities,
    report: &mut Report,
) -> Result<Path, Error> {
    match ready.target.method {
        Method::AbsoluteContraction => contraction(ready, base, report),
        Method::EconomicIntensity => compound(ready, base, activity, report),
        Method::IntensityConvergence => convergence(ready, base, activity, report),
        Method::DualControl => dual(ready, base, activity, report),
    }
}

fn years(target: &Target) -> impl Iterator<Item = (u16, u16)> + use<> {
    let base = target.base_year;
    (base..=target.target_year).map(move |year| (year, year - base))
}

/// The fraction of a percentage.
fn fraction(
    ready: &Ready<'_>,
    label: &'static str,
    percent: Decimal,
    report: &mut Report,
    rule: Rule,
) -> Result<Number, Error> {
    let name = ready.target.name.as_str();
    let stated = match &ready.rate {
        Some((_, citation)) if label == "annual_rate" => {
            report
                .derivation
                .parameter(label, name, percent, "%", citation.clone())
        }
        _ => {
            let place = format!("{}.intensity_reduction_percent", ready.place);
            report
                .derivation
                .input(label, name, percent, "%", place, "")
        }
    };
    let hundred = report.derivation.constant("hundred_per_cent", 100_u32, "%");
    report
        .derivation
        .quotient(rule, label, name, "", &[stated, hundred])
}

fn contraction(ready: &Ready<'_>, base: Number, report: &mut Report) -> Result<Path, Error> {
    let target = ready.target;
    let Some((percent, _)) = &ready.rate else {
        return Ok(Path::default());
    };
    let rate = fraction(ready, "annual_rate", *percent, report, CONTRACTION)?;
    let one = report.derivation.constant("one", 1_u32, "");
    let mut path = Path::default();
    for (year, elapsed) in years(target) {
        let subject = format!("{}, {year}", target.name);
        let elapsed = report
            .derivation
            .constant("years_elapsed", u32::from(elapsed), "");
        let reduction = report.derivation.product(
            CONTRACTION,
            "reduction",
            subject.as_str(),
            "",
            &[rate, elapsed],
        )?;
        let left = report.derivation.difference(
            CONTRACTION,
            "part_left",
            subject.as_str(),
            "",
            &[one, reduction],
        )?;
        let total = report.derivation.product(
            CONTRACTION,
            "path",
            subject.as_str(),
            target.unit.clone(),
            &[base, left],
        )?;
        let total = at_least_zero(CONTRACTION, "path", &subject, &target.unit, total, report)?;
        path.totals.insert(year, total);
    }
    Ok(path)
}

fn base_intensity(
    ready: &Ready<'_>,
    base: Number,
    activity: &Activities,
    path: &Path,
    report: &mut Report,
) -> Result<Option<Number>, Error> {
    let target = ready.target;
    let Some(of_base) = activity.get(&target.base_year) else {
        return Ok(None);
    };
    let subject = format!("{}, {}", target.name, target.base_year);
    let unit = path.intensity_unit(target);
    report
        .derivation
        .quotient(
            BASE_INTENSITY,
            "base_intensity",
            subject,
            unit,
            &[base, *of_base],
        )
        .map(Some)
}

fn total(
    target: &Target,
    year: u16,
    intensity: Number,
    activity: &Activities,
    report: &mut Report,
) -> Result<Option<Number>, Error> {
    let Some(of_year) = activity.get(&year) else {
        return Ok(None);
    };
    let subject = format!("{}, {year}", target.name);
    report
        .derivation
        .product(
            TOTAL,
            "path",
            subject,
            target.unit.clone(),
            &[intensity, *of_year],
        )
        .map(Some)
}

fn compound(
    ready: &Ready<'_>,
    base: Number,
    activity: &Activities,
    report: &mut Report,
) -> Result<Path, Error> {
    let target = ready.target;
    let mut path = Path::default();
    let (Some((percent, _)), Some(start)) = (
        &ready.rate,
        base_intensity(ready, base, activity, &path, report)?,
    ) else {
        return Ok(path);
    };
    let rate = fraction(ready, "annual_rate", *percent, report, COMPOUND)?;
    let one = report.derivation.constant("one", 1_u32, "");
    let left = report.derivation.difference(
        COMPOUND,
        "part_left_each_year",
        target.name.as_str(),
        "",
        &[one, rate],
    )?;
    for (year, elapsed) in years(target) {
        let subject = format!("{}, {year}", target.name);
        let elapsed = report
            .derivation
            .constant("years_elapsed", u32::from(elapsed), "");
        let power = Operator::Power { places: PLACES };
        let part = report.derivation.derive(
            COMPOUND,
            power,
            "part_left",
            subject.as_str(),
            "",
            &[left, elapsed],
        )?;
        let unit = path.intensity_unit(target);
        let intensity =
            report
                .derivation
                .product(COMPOUND, "intensity_path", subject, unit, &[start, part])?;
        path.intensities.insert(year, intensity);
        if let Some(total) = total(target, year, intensity, activity, report)? {
            path.totals.insert(year, total);
        }
    }
    Ok(path)
}

fn convergence(
    ready: &Ready<'_>,
    base: Number,
    activity: &Activities,
    report: &mut Report,
) -> Result<Path, Error> {
    let target = ready.target;
    let mut path = Path::default();
    let Some(start) = base_intensity(ready, base, activity, &path, report)? else {
        return Ok(path);
    };
    let name = target.name.as_str();
    let unit = path.intensity_unit(target);
    let (mut sector, mut sector_activity) = (Activities::new(), Activities::new());
    for (position, year) in target.sector.iter().enumerate() {
        let subject = format!("{name}, {}", year.year);
        let place = format!("{}.sector[{position}]", ready.place);
        let number = report.derivation.input(
            "sector_intensity",
            subject.as_str(),
            year.intensity,
            unit.clone(),
            format!("{place}.intensity"),
            "",
        );
        sector.insert(year.year, number);
        if let Some(activity) = year.activity {
            let number = report.derivation.input(
                "sector_activity",
                subject,
                activity,
                target.activity_unit.clone(),
                format!("{place}.activity"),
                "",
            );
            sector_activity.insert(year.year, number);
        }
    }
    let end = target.convergence_year.unwrap_or(2050);
    let (Some(at_end), Some(at_base)) = (
        sector.get(&end).copied(),
        sector.get(&target.base_year).copied(),
    ) else {
        return Ok(path);
    };
    let distance = report.derivation.difference(
        DISTANCE,
        "initial_performance",
        name,
        unit.clone(),
        &[start, at_end],
    )?;
    let whole = report.derivation.difference(
        INDEX,
        "sector_distance",
        name,
        unit.clone(),
        &[at_base, at_end],
    )?;
    for (year, _) in years(target) {
        let Some(of_sector) = sector.get(&year).copied() else {
            continue;
        };
        let subject = format!("{name}, {year}");
        let rest = report.derivation.difference(
            INDEX,
            "sector_distance",
            subject.as_str(),
            unit.clone(),
            &[of_sector, at_end],
        )?;
        let index = report.derivation.quotient(
            INDEX,
            "decarbonization_index",
            subject.as_str(),
            "",
            &[rest, whole],
        )?;
        let share = market_share(target, year, activity, &sector_activity, report)?;
        let mut factors = vec![distance, index];
        factors.extend(share);
        let above = report.derivation.product(
            CONVERGENCE,
            "above_sector",
            subject.as_str(),
            unit.clone(),
            &factors,
        )?;
        let intensity = report.derivation.sum(
            CONVERGENCE,
            "intensity_path",
            subject.as_str(),
            unit.clone(),
            &[above, at_end],
        )?;
        if share.is_none() {
            report.notice("targets.market_share_unknown", &subject, "");
        }
        path.intensities.insert(year, intensity);
        if let Some(total) = total(target, year, intensity, activity, report)? {
            path.totals.insert(year, total);
        }
    }
    Ok(path)
}

/// `None` where an activity is missing.
fn market_share(
    target: &Target,
    year: u16,
    activity: &Activities,
    sector: &Activities,
    report: &mut Report,
) -> Result<Option<Number>, Error> {
    let base = target.base_year;
    let (Some(own_base), Some(sector_base), Some(own), Some(of_sector)) = (
        activity.get(&base),
        sector.get(&base),
        activity.get(&year),
        sector.get(&year),
    ) else {
        return Ok(None);
    };
    let subject = format!("{}, {year}", target.name);
    let before = report.derivation.quotient(
        SHARE,
        "market_share",
        format!("{}, {base}", target.name),
        "",
        &[*own_base, *sector_base],
    )?;
    let now = report.derivation.quotient(
        SHARE,
        "market_share",
        subject.as_str(),
        "",
        &[*own, *of_sector],
    )?;
    let parameter = report.derivation.quotient(
        SHARE,
        "market_share_parameter",
        subject.as_str(),
        "",
        &[before, now],
    )?;
    if target.market_share == MarketShare::Uncapped {
        return Ok(Some(parameter));
    }
    let one = report.derivation.constant("one", 1_u32, "");
    report
        .derivation
        .derive(
            SHARE,
            Operator::Minimum,
            "market_share_parameter",
            subject,
            "",
            &[parameter, one],
        )
        .map(Some)
}

fn dual(
    ready: &Ready<'_>,
    base: Number,
    activity: &Activities,
    report: &mut Report,
) -> Result<Path, Error> {
    let target = ready.target;
    let mut path = Path::default();
    let name = target.name.as_str();
    let length = report.derivation.constant(
        "years_of_plan",
        u32::from(target.target_year - target.base_year),
        "",
    );
    let mut allowed: BTreeMap<u16, Vec<Number>> = BTreeMap::new();
    if let Some(percent) = target.intensity_reduction_percent
        && let Some(start) = base_intensity(ready, base, activity, &path, report)?
    {
        let reduction = fraction(ready, "plan_reduction", percent, report, DUAL)?;
        let one = report.derivation.constant("one", 1_u32, "");
        for (year, elapsed) in years(target) {
            let subject = format!("{name}, {year}");
            let elapsed = report
                .derivation
                .constant("years_elapsed", u32::from(elapsed), "");
            let time = report.derivation.quotient(
                DUAL,
                "part_of_plan",
                subject.as_str(),
                "",
                &[elapsed, length],
            )?;
            let part = match target.shape {
                Shape::Geometric => {
                    let left = report.derivation.difference(
                        DUAL,
                        "part_left",
                        name,
                        "",
                        &[one, reduction],
                    )?;
                    let power = Operator::Power { places: PLACES };
                    report.derivation.derive(
                        DUAL,
                        power,
                        "part_left",
                        subject.as_str(),
                        "",
                        &[left, time],
                    )?
                }
                Shape::Linear => {
                    let done = report.derivation.product(
                        DUAL,
                        "reduction",
                        subject.as_str(),
                        "",
                        &[reduction, time],
                    )?;
                    report.derivation.difference(
                        DUAL,
                        "part_left",
                        subject.as_str(),
                        "",
                        &[one, done],
                    )?
                }
            };
            let unit = path.intensity_unit(target);
            let intensity =
                report
                    .derivation
                    .product(DUAL, "intensity_path", subject, unit, &[start, part])?;
            path.intensities.insert(year, intensity);
            allowed
                .entry(year)
                .or_default()
                .extend(total(target, year, intensity, activity, report)?);
        }
    }
    if let Some(cap) = target.cap {
        let place = format!("{}.cap", ready.place);
        let cap = report
            .derivation
            .input("cap", name, cap, target.unit.clone(), place, "");
        let change = report.derivation.difference(
            CAP,
            "cap_change",
            name,
            target.unit.clone(),
            &[cap, base],
        )?;
        for (year, elapsed) in years(target) {
            let subject = format!("{name}, {year}");
            let elapsed = report
                .derivation
                .constant("years_elapsed", u32::from(elapsed), "");
            let part = report.derivation.product(
                CAP,
                "cap_change",
                subject.as_str(),
                "",
                &[change, elapsed],
            )?;
            let part = report.derivation.quotient(
                CAP,
                "cap_change",
                subject.as_str(),
                target.unit.clone(),
                &[part, length],
            )?;
            let total =
                report
                    .derivation
                    .sum(CAP, "path", subject, target.unit.clone(), &[base, part])?;
            allowed.entry(year).or_default().push(total);
        }
    }
    for (year, limits) in allowed {
        let subject = format!("{name}, {year}");
        match limits.as_slice() {
            [] => {}
            [single] => {
                path.totals.insert(year, *single);
            }
            both => {
                let number = report.derivation.derive(
                    STRICTER,
                    Operator::Minimum,
                    "path",
                    subject,
                    target.unit.clone(),
                    both,
                )?;
                path.totals.insert(year, number);
            }
        }
    }
    Ok(path)
}

//! The load corrections: linear bands, fractional powers, two exponentials, each by integers alone and rounded half up at twelve
//! decimals.

use super::plan::Load;
use crate::decimal::Decimal;
use crate::derivation::{Number, Operator, Rule};
use crate::error::Error;
use crate::exact::Exact;
use crate::report::Report;

const CLAUSE: &str = "发电行业配额总量和分配方案 负荷（出力）系数修正系数、调峰修正系数";
/// Decimals of a correction factor.
const PLACES: u32 = 12;

const NONE: Rule = Rule {
    code: "cn_ets_power.load_none",
    formula: "F_f = 1",
    clause: CLAUSE,
};
const BAND: Rule = Rule {
    code: "cn_ets_power.load_band",
    formula: "80 ≤ X < 85: 1 + 0.0014 × (85 − X); 75 ≤ X < 80: 1.007 + 0.0016 × (80 − X)",
    clause: CLAUSE,
};
const POWER: Rule = Rule {
    code: "cn_ets_power.load_power",
    formula: "F_f = 1.015^(16 − 20 × X ÷ 100)",
    clause: CLAUSE,
};
const EXPONENTIAL: Rule = Rule {
    code: "cn_ets_power.load_exponential",
    formula: "F_f = 7.254 − 0.633 × (1 − e^(−X ÷ 29.822)) − 5.643 × (1 − e^(−X ÷ 6.871))",
    clause: CLAUSE,
};

/// The correction for a load factor in per cent. `threshold` is the plan's: at and above it there is none.
pub(super) fn correction(
    report: &mut Report,
    form: Load,
    name: &str,
    load: Number,
    threshold: Option<Number>,
) -> Result<Number, Error> {
    let value = report.derivation.value(load).clone();
    if let Some(threshold) = threshold
        && value >= *report.derivation.value(threshold)
    {
        let one = report.derivation.constant("one", Exact::ONE, "");
        return chosen(report, NONE, name, &[one, load, threshold]);
    }
    match form {
        Load::Bands => bands(report, name, load, &value),
        Load::PeakPower => power(report, name, load),
        Load::PeakExponential => exponential(report, name, load),
    }
}

fn chosen(
    report: &mut Report,
    rule: Rule,
    name: &str,
    operands: &[Number],
) -> Result<Number, Error> {
    report.derivation.derive(
        rule,
        Operator::Choice,
        "load_correction",
        name,
        "",
        operands,
    )
}

fn bands(report: &mut Report, name: &str, load: Number, value: &Exact) -> Result<Number, Error> {
    let bound = Exact::from_integer;
    if *value >= bound(85) {
        let one = report.derivation.constant("one", Exact::ONE, "");
        return chosen(report, NONE, name, &[one, load]);
    }
    if *value < bound(75) {
        return power(report, name, load);
    }
    let (start, slope, top) = if *value >= bound(80) {
        (Decimal::ONE, Decimal::from_parts(14, 4), 85)
    } else {
        (Decimal::from_parts(1007, 3), Decimal::from_parts(16, 4), 80)
    };
    let top = report.derivation.constant("load_band_top", bound(top), "%");
    let below = report
        .derivation
        .difference(BAND, "load_below_top", name, "%", &[top, load])?;
    let slope = report.derivation.constant("load_band_slope", slope, "1/%");
    let rise = report
        .derivation
        .product(BAND, "load_band_rise", name, "", &[slope, below])?;
    let start = report.derivation.constant("load_band_start", start, "");
    report
        .derivation
        .sum(BAND, "load_correction", name, "", &[start, rise])
}

fn power(report: &mut Report, name: &str, load: Number) -> Result<Number, Error> {
    // 20 × X ÷ 100 with X in per cent.
    let fifth = report
        .derivation
        .constant("load_exponent_slope", Exact::from_ratio(1, 5)?, "1/%");
    let scaled =
        report
            .derivation
            .product(POWER, "load_exponent_part", name, "", &[fifth, load])?;
    let sixteen = report
        .derivation
        .constant("load_exponent_start", Exact::from_integer(16), "");
    let exponent =
        report
            .derivation
            .difference(POWER, "load_exponent", name, "", &[sixteen, scaled])?;
    let base = report
        .derivation
        .constant("load_power_base", Decimal::from_parts(1015, 3), "");
    report.derivation.derive(
        POWER,
        Operator::Power { places: PLACES },
        "load_correction",
        name,
        "",
        &[base, exponent],
    )
}

fn exponential(report: &mut Report, name: &str, load: Number) -> Result<Number, Error> {
    let start =
        report
            .derivation
            .constant("load_exponential_start", Decimal::from_parts(7254, 3), "");
    let mut terms = vec![start];
    for (amplitude, decay) in [(633, 29_822), (5_643, 6_871)] {
        let zero = report.derivation.constant("zero", Exact::ZERO, "%");
        let negative =
            report
                .derivation
                .difference(EXPONENTIAL, "load_negative", name, "%", &[zero, load])?;
        let decay = report
            .derivation
            .constant("load_decay", Decimal::from_parts(decay, 3), "%");
        let exponent = report.derivation.quotient(
            EXPONENTIAL,
            "load_exponent",
            name,
            "",
            &[negative, decay],
        )?;
        // Twice the places of the result: the sum is rounded once, at the end.
        let decayed = report.derivation.derive(
            EXPONENTIAL,
            Operator::Exponential { places: 2 * PLACES },
            "load_decayed",
            name,
            "",
            &[exponent],
        )?;
        let one = report.derivation.constant("one", Exact::ONE, "");
        let grown =
            report
                .derivation
                .difference(EXPONENTIAL, "load_grown", name, "", &[one, decayed])?;
        let amplitude =
            report
                .derivation
                .constant("load_amplitude", Decimal::from_parts(amplitude, 3), "");
        terms.push(report.derivation.product(
            EXPONENTIAL,
            "load_term",
            name,
            "",
            &[amplitude, grown],
        )?);
    }
    let correction =
        report
            .derivation
            .difference(EXPONENTIAL, "load_correction", name, "", &terms)?;
    report.derivation.round(
        EXPONENTIAL,
        correction,
        PLACES,
        crate::exact::Rounding::HalfUp,
    )
}

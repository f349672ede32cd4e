//! Rows to measure with: what enterprises record, with amounts from a fixed sequence. The same seed gives the same rows everywhere.

use crate::error::Error;
use accounting::{Category, Decimal, Obtained, Parameter, Unit};
use hengtan_ledger::v1;

/// A kind of row.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    category: &'static str,
    activity: &'static str,
    unit: &'static str,
    region: &'static str,
    /// As an import would read it.
    parameters: &'static str,
}

const fn sample(
    category: &'static str,
    activity: &'static str,
    unit: &'static str,
    region: &'static str,
    parameters: &'static str,
) -> Sample {
    Sample {
        category,
        activity,
        unit,
        region,
        parameters,
    }
}

/// Activity × one published factor.
pub const FACTOR: &[Sample] = &[
    sample(
        "stationary_combustion",
        "natural gas, gross CV",
        "kWh (Gross CV)",
        "GB",
        "",
    ),
    sample(
        "stationary_combustion",
        "diesel (100% mineral)",
        "L",
        "GB",
        "",
    ),
    sample("stationary_combustion", "wood pellets", "t", "GB", ""),
    sample(
        "mobile_combustion",
        "diesel (average biofuel blend)",
        "L",
        "GB",
        "",
    ),
    sample(
        "stationary_combustion",
        "natural gas, stationary, by volume",
        "scf",
        "US",
        "",
    ),
    sample(
        "stationary_combustion",
        "bituminous coal, stationary",
        "short_ton",
        "US",
        "",
    ),
    sample("purchased_heat", "steam and heat", "mmBtu", "US", ""),
    sample("purchased_heat", "购入热力", "GJ", "CN", ""),
    sample(
        "upstream_transport",
        "freight, all HGVs, average laden",
        "t.km",
        "GB",
        "",
    ),
    sample("business_travel", "hotel stay, UK", "room.night", "GB", ""),
];

/// Fuel by net calorific value, carbon per heat and oxidation: measured, mixed and default.
pub const FUEL: &[Sample] = &[
    sample(
        "stationary_combustion",
        "烟煤",
        "t",
        "CN-HE",
        "低位发热量 23.017 GJ/t（实测）；单位热值含碳量 0.02618 tC/GJ（缺省）；碳氧化率 99%（缺省）",
    ),
    sample(
        "stationary_combustion",
        "烟煤",
        "t",
        "CN-SX",
        "元素碳含量 0.5210 tC/t（实测）；碳氧化率 99%（缺省）",
    ),
    sample("stationary_combustion", "天然气", "万Nm3", "CN-GD", ""),
    sample("stationary_combustion", "柴油", "t", "CN-GD", ""),
    sample("mobile_combustion", "汽油", "t", "CN-BJ", ""),
];

/// Purchased electricity by province: a factor by location and one by market.
pub const ELECTRICITY: &[Sample] = &[
    sample("purchased_electricity", "购入电力", "MWh", "CN-GD", ""),
    sample("purchased_electricity", "购入电力", "kWh", "CN-JS", ""),
    sample("purchased_electricity", "购入电力", "MWh", "CN-SD", ""),
    sample("purchased_electricity", "购入电力", "MWh", "CN-NM", ""),
    sample("purchased_electricity", "购入电力", "kWh", "CN-YN", ""),
];

/// What a plant in China records each month.
pub const PLANT: &[Sample] = &[
    sample(
        "stationary_combustion",
        "烟煤",
        "t",
        "CN-HE",
        "低位发热量 23.017 GJ/t（实测）；单位热值含碳量 0.02618 tC/GJ（缺省）；碳氧化率 99%（缺省）",
    ),
    sample("stationary_combustion", "天然气", "万Nm3", "CN-HE", ""),
    sample("stationary_combustion", "柴油", "t", "CN-HE", ""),
    sample("mobile_combustion", "汽油", "t", "CN-HE", ""),
    sample("purchased_electricity", "购入电力", "MWh", "CN-HE", ""),
    sample("purchased_heat", "购入热力", "GJ", "CN-HE", ""),
];

/// The sets that a network needs for [`PLANT`].
pub const PLANT_SETS: &[&str] = &["mee-fuel", "mee-grid-2023", "mee-heat"];

/// SplitMix64 (Steele, Lea, Flood 2014): small, and no library's next version changes it.
#[derive(Clone, Debug)]
pub struct Sequence(u64);

impl Sequence {
    /// The sequence of a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number.
    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

/// Rows of the ledger: the samples in turn, months of 2025 in turn, amounts up to 100,000 with three digits.
///
/// # Errors
/// [`Error::BenchFailed`] if the engine knows a sample no longer.
pub fn rows(
    samples: &[Sample],
    count: usize,
    sequence: &mut Sequence,
) -> Result<Vec<v1::ActivityRow>, Error> {
    samples
        .iter()
        .cycle()
        .take(count)
        .enumerate()
        .map(|(number, sample)| row(sample, number, sequence))
        .collect()
}

fn row(sample: &Sample, number: usize, sequence: &mut Sequence) -> Result<v1::ActivityRow, Error> {
    let failed = |error: accounting::Error| failed(sample.activity, &error);
    let month = number % 12 + 1;
    let days = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1];
    let thousandths = 1 + sequence.draw() % 100_000_000;
    let quantity = Decimal::parse(&format!("{}.{:03}", thousandths / 1000, thousandths % 1000))
        .map_err(failed)?;
    let category = Category::parse(sample.category).map_err(failed)?;
    let parameters = Parameter::parse_list(sample.parameters).map_err(failed)?;
    Ok(v1::ActivityRow {
        reference: format!("{:06}", number + 1),
        region: sample.region.to_owned(),
        scope: category.scope().number().into(),
        category: category.code().to_owned(),
        activity: sample.activity.to_owned(),
        period_start: format!("2025-{month:02}-01"),
        period_end: format!("2025-{month:02}-{days}"),
        quantity: quantity.to_string(),
        unit: Unit::parse(sample.unit).map_err(failed)?.code().to_owned(),
        parameters: parameters.iter().map(parameter).collect(),
        obtained: v1::Obtained::Measured.into(),
        source: "计量台账".to_owned(),
        ..Default::default()
    })
}

fn parameter(parameter: &Parameter) -> v1::Parameter {
    let obtained = match parameter.obtained {
        Obtained::Measured => v1::Obtained::Measured,
        Obtained::Default => v1::Obtained::Default,
        Obtained::Calculated => v1::Obtained::Calculated,
    };
    v1::Parameter {
        kind: parameter.kind.code().to_owned(),
        value: parameter.value.to_string(),
        unit: parameter.unit(),
        obtained: obtained.into(),
        ..Default::default()
    }
}

/// A measurement that cannot be made, because of an error that has a code.
pub(super) fn failed(what: &str, error: &dyn std::fmt::Display) -> Error {
    Error::BenchFailed {
        detail: format!("{what}: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sequence_is_the_published_one() {
        // Reference values of splitmix64 for seed 1234567.
        let mut sequence = Sequence::new(1_234_567);
        let values: Vec<u64> = (0..3).map(|_| sequence.draw()).collect();
        assert_eq!(
            values,
            [
                6_457_827_717_110_365_317,
                3_203_168_211_198_807_973,
                9_817_491_932_198_370_423
            ]
        );
    }

    #[test]
    fn a_seed_gives_the_same_rows_and_another_gives_others() {
        let of = |seed| rows(PLANT, 40, &mut Sequence::new(seed)).expect("rows");
        assert_eq!(of(1), of(1));
        assert_ne!(of(1), of(2));
        assert_eq!(of(1)[0].parameters.len(), 3);
        assert_eq!(of(1)[13].period_end, "2025-02-28");
    }
}

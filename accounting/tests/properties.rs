//! Properties that hold for every input.

use accounting::activity::Parameter;
use accounting::calculation::Component;
use accounting::catalogue::Catalogue;
use accounting::profile::{MEE_GUIDELINE, UNROUNDED};
use accounting::trace::{Step, Subject};
use accounting::{
    Activity, Aggregator, Category, Date, Decimal, Error, Exact, Flag, Gas, GwpSet, Month, Period,
    Profile, Quantity, Region, Rounding, Unit, explanation,
};
use proptest::prelude::*;
use std::sync::LazyLock;

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| {
    Catalogue::new(accounting::shipped::sets().expect("shipped sets")).expect("catalogue")
});

static UNITS: LazyLock<Vec<Unit>> = LazyLock::new(|| Unit::all().collect());

/// Rows that calculate, of every method: category, activity, region, unit, parameters.
const ROWS: [(&str, &str, &str, &str, &str); 9] = [
    (
        "stationary_combustion",
        "natural gas",
        "GB",
        "kWh (Gross CV)",
        "",
    ),
    (
        "stationary_combustion",
        "bituminous coal",
        "US",
        "short_ton",
        "",
    ),
    (
        "固定燃烧",
        "烟煤",
        "CN",
        "吨",
        "低位发热量 20.908 GJ/t；单位热值含碳量 0.03085 tC/GJ；碳氧化率 99%",
    ),
    ("固定燃烧", "柴油", "CN", "kg", ""),
    ("购入电力", "购入电力", "CN-BJ", "万千瓦时", ""),
    ("购入热力", "购入热力", "CN", "MJ", ""),
    ("fugitive", "R-410A", "CN", "kg", ""),
    ("upstream_transport", "公路货运", "CN", "t.km", ""),
    ("business_travel", "hotel stay, UK", "GB", "room.night", ""),
];

fn row(kind: usize, amount: Decimal, month: u8) -> (Activity, Period) {
    let (category, activity, region, unit, parameters) = ROWS[kind % ROWS.len()];
    let period = Period::of_month(Month::new(2025, month).expect("a month"));
    let quantity = Quantity {
        amount,
        unit: Unit::parse(unit).expect("a unit"),
    };
    let activity = Activity {
        region: Some(Region::parse(region).expect("a region")),
        parameters: Parameter::parse_list(parameters).expect("parameters"),
        ..Activity::new(
            Category::parse(category).expect("a category"),
            activity,
            period,
            quantity,
        )
    };
    (activity, period)
}

fn decimal() -> impl Strategy<Value = Decimal> {
    (0_u64..1_000_000_000_000, 0_u32..9)
        .prop_map(|(units, scale)| Decimal::from_scaled(i128::from(units), scale).expect("fits"))
}

/// Rationals of many sizes, finite in decimal or not.
fn exact() -> impl Strategy<Value = Exact> {
    let part = prop_oneof![0_u128..100, 0_u128..10_u128.pow(12), 0_u128..u128::MAX];
    (part.clone(), part.prop_map(|d| d.max(1)), any::<bool>()).prop_map(
        |(numerator, denominator, negative)| {
            let value = Exact::from_ratio(numerator, denominator).expect("not zero");
            if negative { value.negated() } else { value }
        },
    )
}

/// Equal, or out of range on both sides.
fn same(left: Result<Exact, Error>, right: Result<Exact, Error>) -> bool {
    match (left, right) {
        (Ok(left), Ok(right)) => left == right,
        // One order of operations may leave the range where another does not.
        _ => true,
    }
}

proptest! {
    #[test]
    fn arithmetic_is_that_of_rationals(a in exact(), b in exact(), c in exact()) {
        prop_assert_eq!(a.add(&b), b.add(&a));
        prop_assert_eq!(a.mul(&b), b.mul(&a));
        prop_assert!(same(a.add(&b).and_then(|s| s.add(&c)), b.add(&c).and_then(|s| a.add(&s))));
        prop_assert!(same(a.mul(&b).and_then(|p| p.mul(&c)), b.mul(&c).and_then(|p| a.mul(&p))));
        prop_assert!(same(
            a.add(&b).and_then(|s| s.mul(&c)),
            a.mul(&c).and_then(|p| b.mul(&c).and_then(|q| p.add(&q)))
        ));
        prop_assert_eq!(a.sub(&a), Ok(Exact::ZERO));
        if !b.is_zero() {
            prop_assert!(same(a.div(&b).and_then(|q| q.mul(&b)), Ok(a.clone())));
        }
        prop_assert_eq!(a.cmp(&b), b.cmp(&a).reverse());
        if let Ok(difference) = a.sub(&b) {
            prop_assert_eq!(difference.is_negative(), a < b);
        }
    }

    #[test]
    fn canonical_text_reads_back(a in exact(), b in exact(), d in decimal()) {
        let text = a.to_string();
        prop_assert_eq!(Exact::parse(&text), Ok(a.clone()));
        // Results of operations are as canonical as what is read: one value, one text.
        for result in [a.add(&b), a.sub(&b), a.mul(&b), b.div(&a)].into_iter().flatten() {
            let text = result.to_string();
            prop_assert_eq!(Exact::parse(&text).unwrap().to_string(), text);
        }
        prop_assert_eq!(Decimal::parse(&d.to_string()), Ok(d));
        prop_assert_eq!(Exact::from(d).to_string(), d.to_string());
        prop_assert_eq!(Exact::from(d).to_decimal(), Some(d));
    }

    #[test]
    fn rounding_is_the_nearest_and_half_goes_away_from_zero(a in exact(), places in 0_u32..12) {
        let rounded = a.round(places, Rounding::HalfUp).unwrap();
        let ten = Exact::from_ratio(1, 10_u128.pow(places)).unwrap();
        let half = ten.div(&Exact::from_integer(2)).unwrap();
        let error = rounded.sub(&a).unwrap();
        let magnitude = if error.is_negative() { error.negated() } else { error.clone() };
        prop_assert!(magnitude <= half);
        if magnitude == half {
            prop_assert_eq!(error.is_negative(), a.is_negative());
        }
        prop_assert_eq!(Exact::parse(&a.to_fixed(places, Rounding::HalfUp).unwrap()), Ok(rounded.clone()));
        prop_assert_eq!(a.negated().round(places, Rounding::HalfUp).unwrap(), rounded.negated());
    }

    #[test]
    fn conversions_round_trip(amount in decimal(), from in 0_usize..1_000, to in 0_usize..1_000) {
        let (from, to) = (UNITS[from % UNITS.len()], UNITS[to % UNITS.len()]);
        let amount = Exact::from(amount);
        match from.convert(&amount, to) {
            Ok(there) => {
                prop_assert_eq!(from.kind(), to.kind());
                prop_assert_eq!(to.convert(&there, from).unwrap(), amount);
            }
            Err(_) => prop_assert_ne!(from.kind(), to.kind()),
        }
    }

    #[test]
    fn totals_do_not_depend_on_the_order_of_rows(
        rows in prop::collection::vec((0_usize..9, decimal(), 1_u8..13), 1..12), seed in any::<u64>()
    ) {
        let profile = Profile { gwp_set: GwpSet::Ar5, rounding: UNROUNDED };
        let results: Vec<_> = rows.iter().map(|(kind, amount, month)| {
            let (activity, period) = row(*kind, *amount, *month);
            (accounting::calculate(&activity, &CATALOGUE, &profile).expect("a result"), period)
        }).collect();
        let total = |order: &[usize]| {
            let mut sums = Aggregator::new();
            for position in order {
                let (result, period) = &results[*position];
                sums.add(result, *period, Some(["plant", "office"][position % 2])).expect("fits");
            }
            sums
        };
        let straight: Vec<usize> = (0..results.len()).collect();
        let mut mixed = straight.clone();
        mixed.sort_by_key(|position| (*position as u64 + 1).wrapping_mul(seed | 1));
        let sums = total(&straight);
        prop_assert_eq!(&sums, &total(&mixed));
        // Groups add up to the whole.
        let whole = &sums.totals().total;
        for groups in [
            sums.totals().scopes.values().collect::<Vec<_>>(),
            sums.totals().categories.values().collect(),
            sums.totals().months.values().collect(),
            sums.totals().facilities.values().collect(),
        ] {
            let add = |part: fn(&accounting::inventory::Amounts) -> &Exact| {
                groups.iter().try_fold(Exact::ZERO, |sum, amounts| sum.add(part(amounts))).unwrap()
            };
            prop_assert_eq!(&add(|a| &a.location_co2e_kg), &whole.location_co2e_kg);
            prop_assert_eq!(&add(|a| &a.market_co2e_kg), &whole.market_co2e_kg);
        }
        let gases = sums.totals().gases.values().try_fold(Exact::ZERO, |sum, gas| sum.add(&gas.location_co2e_kg));
        prop_assert_eq!(gases.unwrap(), whole.location_co2e_kg.clone());
        // What is taken out again leaves no trace.
        let mut emptied = sums;
        for (position, (result, period)) in results.iter().enumerate() {
            emptied.remove(result, *period, Some(["plant", "office"][position % 2])).expect("fits");
        }
        prop_assert_eq!(emptied, Aggregator::new());
    }

    #[test]
    fn splitting_a_row_changes_nothing(kind in 0_usize..9, a in decimal(), b in decimal()) {
        let profile = Profile { gwp_set: GwpSet::Ar6, rounding: UNROUNDED };
        let whole = Exact::from(a).add(&b.into()).unwrap().to_decimal().unwrap();
        let of = |amount| accounting::calculate(&row(kind, amount, 3).0, &CATALOGUE, &profile).expect("a result");
        let (left, right, sum) = (of(a), of(b), of(whole));
        prop_assert_eq!(left.location.co2e_kg.add(&right.location.co2e_kg).unwrap(), sum.location.co2e_kg.clone());
        prop_assert_eq!(left.market().co2e_kg.add(&right.market().co2e_kg).unwrap(), sum.market().co2e_kg.clone());
        prop_assert_eq!(left.biogenic_co2_kg.add(&right.biogenic_co2_kg).unwrap(), sum.biogenic_co2_kg);
    }

    #[test]
    fn the_trace_adds_up(kind in 0_usize..9, amount in decimal(), guideline in any::<bool>()) {
        let rounding = if guideline { MEE_GUIDELINE } else { UNROUNDED };
        let profile = Profile { gwp_set: GwpSet::Ar5, rounding };
        let (activity, _) = row(kind, amount, 6);
        let (result, trace) = accounting::explain(&activity, &CATALOGUE, &profile).expect("a result");
        prop_assert_eq!(&accounting::calculate(&activity, &CATALOGUE, &profile).unwrap(), &result);
        let mut last = None;
        for step in &trace.steps {
            let _ = step.line();
            match step {
                Step::Convert { from, ratio, to, .. } => prop_assert_eq!(&from.mul(ratio).unwrap(), to),
                Step::Gwp { mass_kg, gwp, result, .. } => {
                    prop_assert_eq!(&mass_kg.mul(&(*gwp).into()).unwrap(), result);
                }
                Step::Sum { terms, result, .. } => {
                    let sum = terms.iter().try_fold(Exact::ZERO, |sum, (_, term)| sum.add(term)).unwrap();
                    prop_assert_eq!(&sum, result);
                    last.get_or_insert_with(|| result.clone());
                }
                Step::Multiply { operands, result, .. } => {
                    let mut product = Exact::ONE;
                    for operand in operands {
                        product = product.mul(&operand.value).unwrap();
                        if operand.unit == "%" {
                            product = product.div(&Exact::from_integer(100)).unwrap();
                        }
                    }
                    prop_assert_eq!(&product, result);
                }
                Step::Round { before, places, rounding, after, .. } => {
                    prop_assert_eq!(&before.round(*places, *rounding).unwrap(), after);
                }
                _ => {}
            }
        }
        if !guideline {
            // The first sum of the row, if it has several parts, is the location-based total.
            prop_assert_eq!(last.is_some(), result.location.gases.len() > 1 || result.market().gases.len() > 1);
            prop_assert!(last.is_none_or(|sum| sum == result.location.co2e_kg));
        }
        let rounds = trace.steps.iter().any(|step| matches!(step, Step::Round { subject: Subject::Total(_), .. }));
        prop_assert_eq!(rounds, guideline);
    }

    #[test]
    fn the_explanation_of_an_inventory_sums_to_its_totals(
        rows in prop::collection::vec((0_usize..9, decimal(), 1_u8..13), 1..8), seed in any::<u64>()
    ) {
        let profile = Profile { gwp_set: GwpSet::Ar6, rounding: UNROUNDED };
        let mut sums = Aggregator::new();
        let calculated: Vec<_> = rows.iter().enumerate().map(|(position, (kind, amount, month))| {
            let (activity, period) = row(*kind, *amount, *month);
            let (result, trace) = accounting::explain(&activity, &CATALOGUE, &profile).expect("a result");
            sums.add(&result, period, None).expect("fits");
            (position.to_string(), result, trace)
        }).collect();
        let explained = |order: &[usize]| {
            let rows: Vec<_> = order.iter().map(|position| {
                let (name, calculation, trace) = &calculated[*position];
                explanation::Row { name, place: name, evidence: "", calculation, trace, catalogue: &CATALOGUE }
            }).collect();
            explanation::explain(&rows).expect("an explanation")
        };
        let straight: Vec<usize> = (0..calculated.len()).collect();
        let mut mixed = straight.clone();
        mixed.sort_by_key(|position| (*position as u64 + 1).wrapping_mul(seed | 1));
        let total = &sums.totals().total;
        for report in [explained(&straight), explained(&mixed)] {
            prop_assert_eq!(report.derivation.verify(), []);
            prop_assert_eq!(report.value("emissions_location"), Some(&total.location_co2e_kg));
            prop_assert_eq!(report.value("emissions_market"), Some(&total.market_co2e_kg));
            prop_assert_eq!(report.value("biogenic_co2").unwrap_or(&Exact::ZERO), &total.biogenic_co2_kg);
        }
    }

    #[test]
    fn no_text_makes_the_engine_panic(
        text in "\\PC{0,60}", other in "[-0-9A-Za-z %/;:.（）；,吨千瓦时]{0,60}", amount in "[-0-9.]{0,40}"
    ) {
        for text in [text.as_str(), other.as_str()] {
            let _ = Unit::parse(text);
            let _ = Decimal::parse(text);
            let _ = Exact::parse(text);
            let _ = Date::parse(text);
            let _ = Month::parse(text);
            let _ = Region::from_name(text);
            let _ = Category::parse(text);
            let _ = accounting::Scope::from_name(text);
            let _ = GwpSet::parse(text);
            let _ = accounting::gas::Substance::from_name(text);
            let _ = CATALOGUE.reference(text);
            let parameters = Parameter::parse_list(text).unwrap_or_default();
            let Ok(amount) = Decimal::parse(&amount) else { continue };
            for category in accounting::scope::CATEGORIES {
                for unit in [Unit::KILOGRAM, UNITS[amount.coefficient().unsigned_abs() as usize % UNITS.len()]] {
                    let activity = Activity {
                        parameters: parameters.clone(),
                        factor_source: text.to_owned(),
                        ..Activity::new(*category, text, Period::of_year(2025).unwrap(), Quantity { amount, unit })
                    };
                    if let Err(error) = accounting::explain(&activity, &CATALOGUE, &Profile::default()) {
                        prop_assert!(accounting::CODES.contains(&error.code()));
                        let _ = (error.fields(), error.to_string());
                    }
                }
            }
        }
    }
}

#[test]
fn totals_are_the_sums_of_the_results() {
    let profile = Profile::default();
    let mut sums = Aggregator::new();
    let (mut location, mut market) = (Exact::ZERO, Exact::ZERO);
    for kind in 0..ROWS.len() {
        let (activity, period) = row(kind, Decimal::from(1_000), 4);
        let result = accounting::calculate(&activity, &CATALOGUE, &profile).expect("a result");
        sums.add(&result, period, Some("plant")).expect("fits");
        location = location.add(&result.location.co2e_kg).expect("fits");
        market = market.add(&result.market().co2e_kg).expect("fits");
    }
    let totals = sums.into_totals();
    assert_eq!(
        (&totals.total.location_co2e_kg, &totals.total.market_co2e_kg),
        (&location, &market)
    );
    let electricity = &totals.categories[&Category::PurchasedElectricity];
    // 1,000 × 10^4 kWh: Beijing 2023 0.5554, without market-traded non-fossil power 0.6096
    assert_eq!(electricity.location_co2e_kg.to_string(), "5554000");
    assert_eq!(electricity.market_co2e_kg.to_string(), "6096000");
    assert_eq!(totals.total.rows, 9);
    let gas = &totals.gases[&Component::Gas(Gas::Hfc32)];
    assert_eq!(
        (
            gas.location_mass_kg.to_string(),
            gas.market_co2e_kg.to_string()
        ),
        ("500".into(), "338500".into())
    );
    assert_eq!(totals.flags[&Flag::ResidualProxy], 1);
}

#[test]
fn half_goes_up_at_every_boundary() {
    // 四舍五入, not banker's rounding (notes on the MEE guideline)
    for (value, places, expected) in [
        ("2.5", 0, "3"),
        ("0.51385", 4, "0.5139"),
        ("-2.5", 0, "-3"),
        ("2.4999999999999999999999", 0, "2"),
        ("1/3", 4, "0.3333"),
        ("2/3", 4, "0.6667"),
        ("0.6450118", 4, "0.6450"),
        ("49382.7", 0, "49383"),
        ("-0.4", 0, "0"),
    ] {
        assert_eq!(
            Exact::parse(value)
                .unwrap()
                .to_fixed(places, Rounding::HalfUp)
                .unwrap(),
            expected,
            "{value}"
        );
    }
    assert_eq!(
        Exact::parse("2.5")
            .unwrap()
            .to_fixed(0, Rounding::HalfEven)
            .unwrap(),
        "2"
    );
    assert_eq!(
        Exact::parse("49382.7")
            .unwrap()
            .to_fixed(0, Rounding::Down)
            .unwrap(),
        "49382"
    );
}

#[test]
fn ratios_stay_ratios() {
    // O29: 14.43 kg C/mmBtu × 0.1 mmBtu/therm × 44/12 = 5.291 kg CO2/therm exactly
    let product = |values: &[&str]| {
        values
            .iter()
            .fold(Exact::carbon_to_co2(), |product, value| {
                product.mul(&Exact::parse(value).unwrap()).unwrap()
            })
    };
    assert_eq!(product(&["14.43", "0.1"]).to_string(), "5.291");
    assert_eq!(
        product(&["5.80", "20.33", "0.001"])
            .to_fixed(8, Rounding::HalfUp)
            .unwrap(),
        "0.43235133"
    );
    assert_eq!(Exact::carbon_to_co2().to_string(), "11/3");
    // rust_decimal answers zero here, without an error
    let tiny = Exact::parse("0.0000000000000001").unwrap();
    assert_eq!(
        tiny.mul(&tiny).unwrap().to_string(),
        "0.00000000000000000000000000000001"
    );
    // and drops the 0.4 here
    let large = Exact::parse("79228162514264337593543950335").unwrap();
    assert_eq!(
        large
            .add(&Exact::parse("0.4").unwrap())
            .unwrap()
            .to_string(),
        "79228162514264337593543950335.4"
    );
    // O31, O42, O43
    assert_eq!(product(&["0"]).to_string(), "0");
    let mul = |a: &str, b: &str| {
        Exact::parse(a)
            .unwrap()
            .mul(&Exact::parse(b).unwrap())
            .unwrap()
            .to_string()
    };
    assert_eq!(mul("2500", "0.02464"), "61.6");
    assert_eq!(mul("2500", "0.06159"), "153.975");
    assert_eq!(mul("0.03005", "1.609344"), "0.0483607872");
    assert_eq!(mul("200", "2.331"), "466.2");
}

#[test]
fn overflow_is_an_error() {
    let mut value = Exact::parse("340282366920938463463374607431768211455").unwrap();
    value = value.mul(&value).unwrap();
    assert_eq!(value.mul(&value), Err(Error::Overflow));
    let third = Exact::from_ratio(1, 3).unwrap();
    let mut small = third.clone();
    let refused = (0..400).find_map(|_| match small.mul(&third) {
        Ok(product) => {
            small = product;
            None
        }
        Err(error) => Some(error),
    });
    assert_eq!(refused, Some(Error::Overflow));
    // 2^256 − 1 is the largest numerator
    let largest = "115792089237316195423570985008687907853269984665640564039457584007913129639935";
    let largest = Exact::parse(largest).unwrap();
    assert_eq!(largest.add(&Exact::ONE), Err(Error::Overflow));
    assert_eq!(largest.sub(&largest), Ok(Exact::ZERO));
    assert_eq!(Exact::ONE.div(&Exact::ZERO), Err(Error::DivisionByZero));
}

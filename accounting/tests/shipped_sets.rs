//! The shipped factor sets: readable, sourced, without doubles, and each open factor can be found.

use accounting::catalogue::Catalogue;
use accounting::factor::{
    Difference, Factor, FactorSet, Quality, Selection, Treatment, Values, difference,
};
use accounting::{Category, Error, Exact, Manifest, Rounding};
use std::collections::{BTreeMap, BTreeSet};

fn sets() -> Vec<FactorSet> {
    accounting::shipped::sets().expect("every shipped set reads")
}

#[test]
fn the_sets_that_the_product_promises_are_there() {
    for id in [
        "mee-fuel",
        "mee-grid-2021",
        "mee-grid-2022",
        "mee-grid-2023",
        "mee-ets-grid",
        "mee-lifecycle-electricity",
        "mee-heat",
        "desnz-2025",
        "epa-hub-2025",
        "ipcc-2006",
        "ipcc-2019",
    ] {
        assert!(accounting::shipped::IDS.contains(&id), "{id}");
    }
}

#[test]
fn folders_are_named_like_their_sets_and_every_factor_has_a_source() {
    for (id, set) in accounting::shipped::IDS.iter().zip(sets()) {
        assert_eq!(*id, set.manifest.id);
        assert!(!set.factors.is_empty(), "{id} is empty");
        for factor in &set.factors {
            let name = format!("{id}/{}", factor.id);
            assert!(!factor.source.is_empty(), "{name}");
            assert!(
                !factor
                    .name_en
                    .chars()
                    .any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)),
                "{name}: English name"
            );
            assert!(
                factor.biogenic_id.is_empty() || factor.biogenic_co2.is_some(),
                "{name}: outside-scopes id"
            );
            assert!(
                factor.quality != Quality::MemoryLow || !factor.note.is_empty(),
                "{name}: why is it kept?"
            );
        }
    }
}

#[test]
fn a_factor_without_a_source_is_refused() {
    let (manifest, rows) = accounting::shipped::files("mee-heat").expect("the set");
    let set = FactorSet::parse(manifest, rows).expect("reads");
    let mut factor = set.factors[0].clone();
    factor.source = " ".to_owned();
    let refused = FactorSet::new(set.manifest.clone(), vec![factor.clone()]);
    assert!(matches!(refused, Err(Error::FactorWithoutSource { .. })));
    let cells = factor.to_record();
    let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
    assert!(matches!(
        Factor::from_record(&set.manifest, 1, &cells),
        Err(Error::FactorWithoutSource { .. })
    ));
}

#[test]
fn rows_survive_the_way_to_the_ledger_and_back() {
    for set in sets() {
        let set = &set;
        for (position, factor) in set.factors.iter().enumerate() {
            let cells = factor.to_record();
            let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
            assert_eq!(
                &Factor::from_record(&set.manifest, position as u32 + 1, &cells).expect("reads"),
                factor
            );
        }
    }
}

#[test]
fn no_name_leads_to_two_open_factors_of_one_kind() {
    let mut seen: BTreeMap<_, Vec<String>> = BTreeMap::new();
    for set in sets() {
        for factor in set
            .factors
            .iter()
            .filter(|factor| factor.selection == Selection::Open)
        {
            let fuel = matches!(factor.values, Values::Fuel { .. });
            let categories: Vec<Option<_>> = match factor.categories.as_slice() {
                [] => vec![None],
                some => some.iter().copied().map(Some).collect(),
            };
            let written = [&factor.activity, &factor.name_en, &factor.name_zh];
            let names: BTreeSet<_> = written
                .into_iter()
                .chain(&factor.aliases)
                .map(|name| accounting::name::fold(name))
                .collect();
            for name in names {
                for category in &categories {
                    let key = (
                        name.clone(),
                        *category,
                        factor.region,
                        factor.unit,
                        factor.treatment,
                        fuel,
                        factor.valid_from,
                    );
                    seen.entry(key)
                        .or_default()
                        .push(format!("{}/{}", set.manifest.id, factor.id));
                }
            }
        }
    }
    let doubles: Vec<_> = seen.iter().filter(|(_, ids)| ids.len() > 1).collect();
    // Refused as ambiguous on purpose: three technologies of petrol cars in IPCC 2006 Table 3.2.2, and losses, generation
    // and upstream of losses of British electricity, all category 3.
    let unexpected: Vec<_> = doubles
        .iter()
        .filter(|((_, category, ..), ids)| {
            *category != Some(Category::FuelAndEnergyRelated)
                && !ids.iter().all(|id| id.starts_with("ipcc-2006/"))
        })
        .collect();
    assert!(unexpected.is_empty(), "{unexpected:#?}");
}

#[test]
fn published_totals_are_near_their_parts() {
    let catalogue = Catalogue::new(sets()).expect("a catalogue");
    let bound = Exact::parse("0.001").expect("a number");
    for (index, _, factor) in catalogue.factors() {
        let Values::Co2e { total, parts, .. } = &factor.values else {
            continue;
        };
        if parts.is_empty() {
            continue;
        }
        let sum = parts
            .iter()
            .try_fold(Exact::ZERO, |sum, (_, part)| sum.add(&(*part).into()))
            .expect("fits");
        let difference = Exact::from(*total).sub(&sum).expect("fits");
        let difference = if difference.is_negative() {
            difference.negated()
        } else {
            difference
        };
        // Rounding of the parts explains a difference of a few units in the last place, never one in a thousand.
        let allowed = Exact::from(*total)
            .mul(&bound)
            .and_then(|part| part.add(&Exact::parse("0.00003")?))
            .expect("fits");
        assert!(
            difference <= allowed,
            "{}: {total} against {sum}",
            catalogue.label(index)
        );
    }
}

#[test]
fn series_that_never_mix_are_never_open() {
    for set in sets() {
        for factor in &set.factors {
            if matches!(factor.treatment, Treatment::Ets | Treatment::Lifecycle) {
                assert_eq!(
                    factor.selection,
                    Selection::Named,
                    "{}/{}",
                    set.manifest.id,
                    factor.id
                );
            }
        }
    }
}

#[test]
fn malformed_files_are_refused_with_place_and_field() {
    let (manifest, rows) = accounting::shipped::files("mee-heat").expect("the set");
    let refused = |from: &str, to: &str| {
        assert!(rows.contains(from), "{from}");
        FactorSet::parse(manifest, &rows.replacen(from, to, 1)).expect_err(from)
    };
    let field = |error: Error| {
        error
            .fields()
            .into_iter()
            .find(|(name, _)| *name == "field")
            .map(|(_, text)| text)
    };
    assert_eq!(field(refused(",GJ,", ",furlong,")).as_deref(), Some("unit"));
    assert_eq!(
        field(refused("co2 0.11 t", "co2 0.11 GJ")).as_deref(),
        Some("gases")
    );
    assert_eq!(
        field(refused("co2 0.11 t", "co2 -0.11 t")).as_deref(),
        Some("gases")
    );
    assert_eq!(
        field(refused(",any,open,", ",any,sometimes,")).as_deref(),
        Some("selection")
    );
    assert_eq!(
        field(refused(",any,open,", ",ets,open,")).as_deref(),
        Some("selection")
    );
    assert_eq!(refused("id,activity", "id;activity").code(), "HT-ACC-055");
    assert!(matches!(
        Manifest::parse("id = 1"),
        Err(Error::ManifestMalformed { .. })
    ));
    assert!(matches!(
        Manifest::parse(&manifest.replace("licence", "license")),
        Err(Error::ManifestMalformed { .. })
    ));
    let set = || FactorSet::parse(manifest, rows).expect("reads");
    assert!(matches!(
        Catalogue::new([set(), set()]),
        Err(Error::SetTwice { .. })
    ));
    let twice = vec![set().factors[0].clone(), set().factors[0].clone()];
    assert!(matches!(
        FactorSet::new(set().manifest, twice),
        Err(Error::FactorTwice { .. })
    ));
}

#[test]
fn the_refinement_of_2019_prints_nitrogen_and_stands_beside_2006_without_superseding_it() {
    let catalogue = Catalogue::new(sets()).expect("a catalogue");
    // kg N2O-N per kg N as printed in Tables 11.1 and 11.3 (Updated), in thousandths.
    let printed = [
        ("ef1", 10),
        ("ef1_synthetic_wet", 16),
        ("ef1_other_wet", 6),
        ("ef1_dry", 5),
        ("ef1fr", 4),
        ("ef1fr_continuous", 3),
        ("ef1fr_drainage", 5),
        ("ef3prp_cpp", 4),
        ("ef3prp_cpp_wet", 6),
        ("ef3prp_cpp_dry", 2),
        ("ef3prp_so", 3),
        ("ef4", 10),
        ("ef4_wet", 14),
        ("ef4_dry", 5),
        ("ef5", 11),
    ];
    for (id, thousandths) in printed {
        let index = catalogue.find("ipcc-2019", id).expect(id);
        let (_, factor) = catalogue.factor(index);
        let Values::Gases(rates) = &factor.values else {
            panic!("{id}: form");
        };
        // 28/44 of the N2O is nitrogen.
        let nitrogen = Exact::from(rates[0].amount)
            .mul(&Exact::from_integer(28_000))
            .and_then(|value| value.div(&Exact::from_integer(44)))
            .and_then(|value| value.round(15, Rounding::HalfUp))
            .expect("fits");
        assert_eq!(nitrogen, Exact::from_integer(thousandths), "{id}");
    }
    let [old, new] = ["ipcc-2006", "ipcc-2019"].map(|id| {
        sets()
            .into_iter()
            .find(|set| set.manifest.id == id)
            .expect("the set")
    });
    assert_eq!(new.manifest.supersedes, "");
    assert!(
        difference(&old, &new)
            .iter()
            .all(|change| !matches!(change, Difference::Changed { .. }))
    );
    let doubts = new.lint().expect("findings");
    assert!(doubts.is_empty(), "{doubts:?}");
}

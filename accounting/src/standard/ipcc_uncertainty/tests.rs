use super::*;
use crate::catalogue::Catalogue;

fn report(text: &str) -> Report {
    let catalogue = Catalogue::new(Vec::<crate::factor::FactorSet>::new()).expect("empty");
    let context = Context {
        catalogue: &catalogue,
    };
    let tree = crate::document::parse(text).expect("TOML");
    run(tree, context).unwrap_or_else(|faults| panic!("{faults}"))
}

/// A whole number of millionths.
fn millionths(report: &Report, code: &str) -> i64 {
    report
        .value(code)
        .expect(code)
        .to_fixed(6, crate::exact::Rounding::HalfUp)
        .expect("fits")
        .replace('.', "")
        .parse()
        .expect("digits")
}

#[test]
fn both_approaches_agree_where_approach_1_is_exact() {
    // Two independent sources with one uncertain input each: the sum is normal.
    let report = report(
        "[simulation]\nseed = 1\ntrials = 100000\n\
         [[sources]]\nname = 'a'\nemissions = 100\nactivity_uncertainty = 10\nfactor_uncertainty = 0\n\
         [[sources]]\nname = 'b'\nemissions = 200\nactivity_uncertainty = 5\nfactor_uncertainty = 0\n",
    );
    let exact = millionths(&report, "inventory_uncertainty");
    for (code, sign) in [("interval_below", -1), ("interval_above", 1)] {
        let simulated = millionths(&report, code) * sign;
        // Within two per cent of the interval with this seed.
        assert!(
            (simulated - exact).abs() * 50 < exact,
            "{code} {simulated} {exact}"
        );
    }
}

#[test]
fn the_same_seed_gives_the_same_digits_and_another_seed_others() {
    let text = |seed: u64| {
        format!(
            "[simulation]\nseed = {seed}\ntrials = 1000\n\
             [[sources]]\nname = 'a'\nemissions = 100\nactivity_uncertainty = 10\nfactor_uncertainty = 20\n"
        )
    };
    assert_eq!(report(&text(3)).canonical(), report(&text(3)).canonical());
    assert_ne!(report(&text(3)).canonical(), report(&text(4)).canonical());
}

#[test]
fn a_shared_factor_widens_the_interval() {
    let text = |group: &str| {
        let source = |name| {
            format!(
                "[[sources]]\nname = '{name}'\nemissions = 100\nactivity_uncertainty = 0\nfactor_uncertainty = 10\n{group}\n"
            )
        };
        format!(
            "[simulation]\nseed = 5\ntrials = 20000\n{}{}",
            source("a"),
            source("b")
        )
    };
    let alone = report(&text(""));
    let shared = report(&text("factor_group = 'gas'"));
    // 10 / √2 and 10.
    assert_eq!(millionths(&alone, "inventory_uncertainty"), 7_071_068);
    assert_eq!(millionths(&shared, "inventory_uncertainty"), 10_000_000);
    let above = |report: &Report| millionths(report, "interval_above");
    assert!(above(&shared) * 100 > above(&alone) * 130);
}

#[test]
fn every_distribution_keeps_its_mean_and_its_bounds() {
    for (distribution, least, most) in [
        ("normal", 19, 21),
        ("lognormal", 19, 23),
        // 95 % of the range.
        ("uniform", 18, 20),
        // 1 − √0.05 of the range.
        ("triangular", 15, 16),
    ] {
        let report = report(&format!(
            "[simulation]\nseed = 9\ntrials = 40000\n[[sources]]\nname = 'a'\nemissions = 1000\n\
             activity_uncertainty = 20\nactivity_distribution = '{distribution}'\nfactor_uncertainty = 0\n"
        ));
        let mean = millionths(&report, "simulated_mean");
        assert!(
            (mean - 1_000_000_000).abs() < 2_000_000,
            "{distribution} {mean}"
        );
        let above = millionths(&report, "interval_above");
        assert!(
            (least * 1_000_000..most * 1_000_000).contains(&above),
            "{distribution} {above}"
        );
    }
}

//! The measurement of a consortium, as short as can be: it shows that everything is measured, not how fast.

use std::collections::BTreeSet;

use hengtan_tests::User;
use serde_json::Value;

#[test]
fn a_consortium_is_measured_with_final_receipts_beside_etcd_or_says_that_there_is_none() {
    let user = User::default();
    let said = user.run(&[
        "bench",
        "cluster",
        "--quick",
        "--seconds",
        "1",
        "--entries",
        "40",
        "-o",
        "json",
    ]);
    let report = said.expect(0).json();
    let figures = report["figures"].as_array().expect("figures");
    let of = |implementation: &str| -> BTreeSet<(String, u64)> {
        let ours = figures
            .iter()
            .filter(|figure| figure["parameters"]["implementation"] == implementation);
        ours.map(|figure| {
            assert!(figure["per_second"]["max"].as_u64() > Some(0), "{figure}");
            assert!(figure["latency_us"]["p99"].as_u64() > Some(0), "{figure}");
            let clients = figure["parameters"]["clients"].as_u64().expect("clients");
            (figure["name"].as_str().expect("name").to_owned(), clients)
        })
        .collect()
    };
    let commit = |clients| ("cluster_commit".to_owned(), clients);
    let import = ("cluster_import".to_owned(), 4);
    let wanted: BTreeSet<(String, u64)> = [commit(1), commit(16), commit(256), import].into();
    assert_eq!(of("hengtan"), wanted);
    if report["absent"] == Value::Array(vec!["etcd".into()]) {
        assert!(of("etcd").is_empty());
    } else {
        assert_eq!(of("etcd"), wanted, "side by side, at the same numbers");
        assert_eq!(
            report["ratios"].as_array().map(Vec::len),
            Some(wanted.len())
        );
    }
    for name in ["cluster_restart", "cluster_catch_up"] {
        let figure = figures.iter().find(|figure| figure["name"] == name);
        let figure = figure.expect("measured");
        assert!(
            figure["parameters"]["entries"].as_u64() >= Some(40),
            "{figure}"
        );
    }
}

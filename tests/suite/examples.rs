//! The worked examples of published guidance, from the file through the command line to the published digit.

use hengtan_tests::{User, root};

/// Each file with the GWP set that its expected values were calculated with.
const FILES: [(&str, &str); 4] = [
    ("uk-office-2025.csv", "ar5"),
    ("uk-office-2025.xlsx", "ar5"),
    ("us-plant-2024.csv", "ar5"),
    ("cn-plant.gb18030.csv", "ar5"),
];

#[test]
fn every_example_file_is_reproduced_to_the_published_digit() {
    let user = User::default();
    for (file, gwp_set) in FILES {
        let path = root().join("tests/cases/examples").join(file);
        let said = user
            .run(&[
                "activity".as_ref(),
                "import".as_ref(),
                path.as_os_str(),
                "--dry-run".as_ref(),
                "--gwp".as_ref(),
                gwp_set.as_ref(),
                "-o".as_ref(),
                "json".as_ref(),
            ])
            .expect(0);
        let report = said.json();
        let rows = report["rows"].as_array().expect("rows");
        assert!(rows.len() >= 4, "{file}: {} rows", rows.len());
        for row in rows {
            let checks = row["checks"]
                .as_array()
                .unwrap_or_else(|| panic!("{file}: a row without checks: {row}"));
            assert!(!checks.is_empty(), "{file}: nothing was checked in {row}");
            for check in checks {
                assert_eq!(check["expected"], check["calculated"], "{file}: {row}");
            }
        }
    }
}

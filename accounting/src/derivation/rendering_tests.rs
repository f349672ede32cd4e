use super::*;

/// Codes stand for themselves; a sentence is its key with its fields.
struct Plain;

impl Words for Plain {
    fn name(&self, _kind: &str, code: &str) -> String {
        code.to_owned()
    }

    fn phrase(&self, key: &str, fields: &[(&str, String)]) -> String {
        let fields: Vec<&str> = fields.iter().map(|(_, text)| text.as_str()).collect();
        format!("{key}({})", fields.join("|"))
    }
}

const HEAT: Rule = Rule {
    code: "test.heat",
    formula: "Q = FC × NCV",
    clause: "5.1",
};
const TOTAL: Rule = Rule {
    code: "test.total",
    formula: "",
    clause: "5.2",
};

fn exact(text: &str) -> Exact {
    Exact::parse(text).expect("a number")
}

/// `2 × 3 + 2 × 3`, and a number that nobody asks for.
fn sample() -> (Derivation, Number) {
    let mut derivation = Derivation::new();
    let amount = derivation.input("coal", "March", exact("2"), "t", "rows[0]", "invoice \"7\"");
    derivation.input("other", "", exact("9"), "t", "rows[1]", "");
    let factor = derivation.parameter(
        "ncv",
        "",
        exact("3"),
        "GJ/t".to_owned(),
        Citation {
            document: "GB/T 1".into(),
            clause: "Table A.1".into(),
            ..Citation::default()
        },
    );
    let heat = derivation
        .product(HEAT, "heat", "March", "GJ", &[amount, factor])
        .expect("a product");
    let total = derivation
        .sum(TOTAL, "heat", "", "GJ", &[heat, heat])
        .expect("a sum");
    (derivation, total)
}

#[test]
fn an_outline_goes_from_the_result_down_to_document_and_publication_and_derives_nothing_twice() {
    let (derivation, total) = sample();
    let lines: Vec<String> = derivation
        .behind(&[total])
        .outline(&Plain)
        .iter()
        .map(|line| format!("{}{}", "  ".repeat(line.depth), line.text))
        .collect();
    assert_eq!(
        lines,
        [
            "headline(heat|12 GJ)",
            "  rule(test.total|5.2)",
            "  6 GJ + 6 GJ = 12 GJ",
            "  headline(of(heat|March)|6 GJ)",
            "    rule-formula(test.heat|Q = FC × NCV|5.1)",
            "    2 t × 3 GJ/t = 6 GJ",
            "    headline(of(coal|March)|2 t)",
            "      input-evidence(rows[0]|invoice \"7\")",
            "    headline(ncv|3 GJ/t)",
            "      parameter(GB/T 1; Table A.1|official)",
            "  above(headline(of(heat|March)|6 GJ))",
        ]
    );
}

#[test]
fn diagrams_hold_what_stands_behind_the_result_and_nothing_else() {
    let (derivation, total) = sample();
    let part = derivation.behind(&[total]);
    assert_eq!(part.nodes().count(), 4);
    let mermaid = part.mermaid(&Plain);
    assert_eq!(
        mermaid,
        "flowchart LR\n    \
         n0[/\"of(coal|March)<br/>2 t<br/>rows[0]\"/]\n    \
         n2[(\"ncv<br/>3 GJ/t<br/>parameter(GB/T 1; Table A.1|official)\")]\n    \
         n3[\"of(heat|March)<br/>6 GJ<br/>Q = FC × NCV\"]\n    \
         n4[[\"heat<br/>12 GJ<br/>test.total\"]]\n    \
         n0 --> n3\n    n2 --> n3\n    n3 --> n4\n"
    );
    let dot = part.dot(&Plain);
    assert!(dot.starts_with("digraph derivation {\n"), "{dot}");
    assert!(
        dot.contains("n3 [shape=box, label=\"of(heat|March)\\n6 GJ\\nQ = FC × NCV\"];"),
        "{dot}"
    );
    assert!(dot.contains("    n3 -> n4;\n}\n"), "{dot}");
}

#[test]
fn names_from_documents_cannot_break_out_of_a_box() {
    let mut derivation = Derivation::new();
    let odd = "a\"];\nx --> y <script> # `b` \\";
    let number = derivation.input("coal", odd, exact("1"), "t", odd, "");
    let part = derivation.behind(&[number]);
    let mermaid = part.mermaid(&Plain);
    assert_eq!(mermaid.lines().count(), 2, "{mermaid}");
    assert_eq!(mermaid.matches('"').count(), 2, "{mermaid}");
    assert!(!mermaid.contains("<script>"), "{mermaid}");
    let dot = part.dot(&Plain);
    assert_eq!(dot.lines().count(), 5, "{dot}");
    assert!(dot.contains("a\\\"]; x --> y"), "{dot}");
}

#[test]
fn a_system_of_equations_is_shown_once_around() {
    let mut derivation = Derivation::new();
    let one = derivation.input("one", "", exact("1"), "", "a", "");
    let half = derivation.input("half", "", exact("0.5"), "", "b", "");
    let itself = derivation.upcoming(0);
    let unknown = Unknown {
        label: "unknown",
        subject: String::new(),
        unit: "",
        value: exact("2"),
    };
    let x = derivation.solution(HEAT, unknown, 10, vec![one, half, itself]);
    let lines = derivation.behind(&[x]).outline(&Plain);
    assert_eq!(
        lines.last().expect("lines").text,
        "above(headline(unknown|2))"
    );
    assert!(
        lines
            .iter()
            .any(|line| line.text == "solution(1 + 0.5 × 2|2|10)")
    );
}

#[test]
fn long_fractions_are_shown_as_decimals_and_ratios_as_they_are_written() {
    for (value, text) in [
        ("12.50", "12.5"),
        ("1/3", "1/3 (≈ 0.333333333333)"),
        ("44/12", "44/12"),
        (
            "1000000000000000000001/3000000000000000000007",
            "≈ 0.333333333333",
        ),
    ] {
        assert_eq!(part::shown(&exact(value)), text);
    }
}

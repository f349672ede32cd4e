use super::*;

const RULE: Rule = Rule {
    code: "test.rule",
    formula: "a × b",
    clause: "none",
};

fn exact(text: &str) -> Exact {
    Exact::parse(text).expect("a number")
}

fn given(derivation: &mut Derivation, text: &str) -> Number {
    derivation.input("given", "", exact(text), "", "place", "")
}

fn calculated(operator: Operator, operands: &[&str]) -> String {
    let mut derivation = Derivation::new();
    let operands: Vec<_> = operands
        .iter()
        .map(|text| given(&mut derivation, text))
        .collect();
    match derivation.derive(RULE, operator, "result", "", "", &operands) {
        Ok(number) => {
            assert_eq!(derivation.verify(), []);
            derivation.value(number).to_string()
        }
        Err(error) => error.code().to_owned(),
    }
}

#[test]
fn operators_calculate_exactly() {
    assert_eq!(calculated(Operator::Sum, &["1.5", "2", "-0.25"]), "3.25");
    assert_eq!(calculated(Operator::Difference, &["1", "2", "3"]), "-4");
    assert_eq!(calculated(Operator::Product, &["44/12", "3"]), "11");
    assert_eq!(calculated(Operator::Quotient, &["1", "3"]), "1/3");
    assert_eq!(
        calculated(Operator::Quotient, &["1", "0"]),
        Error::DivisionByZero.code()
    );
    assert_eq!(calculated(Operator::Minimum, &["3", "2.5", "4"]), "2.5");
    assert_eq!(calculated(Operator::Maximum, &["3", "2.5", "4"]), "4");
    assert_eq!(calculated(Operator::Choice, &["3", "9"]), "3");
    let half_up = Operator::Round {
        places: 1,
        rounding: Rounding::HalfUp,
    };
    assert_eq!(calculated(half_up, &["-0.25"]), "-0.3");
}

#[test]
fn powers_have_the_digits_of_the_tables() {
    let power = |base, exponent| calculated(Operator::Power { places: 12 }, &[base, exponent]);
    // AL-3 of the worked examples: 1.015^(16 − 20 × 0.60) = 1.015^4, exact to twelve places.
    assert_eq!(power("1.015", "4"), "1.061363550625");
    // 1.015^(16 − 20 × 0.6123), by Python's decimal with 50 digits: 1.0574833121083036…
    assert_eq!(power("1.015", "3.754"), "1.057483312108");
    assert_eq!(power("2", "0.5"), "1.414213562373");
    assert_eq!(power("2", "-0.5"), "0.707106781187");
    assert_eq!(power("10", "1/3"), "2.154434690032");
    assert_eq!(power("4", "1/2"), "2");
    assert_eq!(power("0.001", "-2"), "1000000");
    assert_eq!(power("0", "1.5"), "0");
    assert_eq!(power("-2", "0.5"), Error::PowerUndefined.code());
    assert_eq!(power("1000000", "12.5"), Error::PowerUndefined.code());
}

#[test]
fn exponentials_and_roots_have_the_digits_of_the_tables() {
    assert_eq!(
        calculated(Operator::Exponential { places: 30 }, &["1"]),
        "2.718281828459045235360287471353"
    );
    assert_eq!(
        calculated(Operator::Exponential { places: 20 }, &["-2.5"]),
        "0.08208499862389879517"
    );
    assert_eq!(
        calculated(Operator::Root { places: 30 }, &["2"]),
        "1.414213562373095048801688724210".trim_end_matches('0')
    );
    assert_eq!(calculated(Operator::Root { places: 2 }, &["6.25"]), "2.5");
    assert_eq!(calculated(Operator::Root { places: 0 }, &["0.25"]), "1");
    assert_eq!(
        calculated(Operator::Root { places: 3 }, &["-1"]),
        Error::PowerUndefined.code()
    );
}

#[test]
fn a_changed_number_is_found() {
    let mut derivation = Derivation::new();
    let a = given(&mut derivation, "2");
    let b = given(&mut derivation, "3");
    let product = derivation
        .product(RULE, "result", "", "", &[a, b])
        .expect("a product");
    derivation.nodes[product.index()].value = exact("7");
    let found = derivation.verify();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].number, product);
    assert_eq!(found[0].expected, Some(exact("6")));
}

#[test]
fn a_solution_is_judged_by_its_equation() {
    // x = 1 + 0.5·y, y = 2 + 0.25·x: x = 16/7, y = 18/7
    let mut derivation = Derivation::new();
    let one = given(&mut derivation, "1");
    let half = given(&mut derivation, "0.5");
    let two = given(&mut derivation, "2");
    let quarter = given(&mut derivation, "0.25");
    let (x, y) = (derivation.upcoming(0), derivation.upcoming(1));
    for (value, constant, coefficient, other) in [("16/7", one, half, y), ("18/7", two, quarter, x)]
    {
        let value = exact(value).round(20, Rounding::HalfUp).expect("fits");
        derivation.solution(
            RULE,
            Unknown {
                label: "unknown",
                subject: String::new(),
                unit: "",
                value,
            },
            19,
            vec![constant, coefficient, other],
        );
    }
    assert_eq!(derivation.verify(), []);
    derivation.nodes[y.index()].value = exact("2.5714285");
    assert_eq!(derivation.verify().len(), 2);
}

//! The parameter cell: items split at `；` or `;`, each `[name] value unit [（缺省）]`.

use accounting::{Decimal, Obtained, Parameter, ParameterKind as Kind};

use super::cell::trim;
use super::column::plain;
use super::fault::Fault;
use super::number::{self, fold_width};

/// Names of the parameters, beside those that the engine knows by itself.
const NAMES: [(Kind, &[&str]); 5] = [
    (
        Kind::CarbonContent,
        &[
            "元素碳含量",
            "收到基元素碳含量",
            "elemental carbon content",
            "含碳量",
            "carbon content",
            "单位燃料含碳量",
        ],
    ),
    (
        Kind::NetCalorificValue,
        &[
            "低位发热量",
            "平均低位发热量",
            "收到基低位发热量",
            "net calorific value",
            "ncv",
            "lower heating value",
            "lhv",
            "低位热值",
        ],
    ),
    (
        Kind::CarbonPerHeat,
        &[
            "单位热值含碳量",
            "carbon content per unit heat",
            "carbon per heat",
        ],
    ),
    (
        Kind::OxidationRate,
        &[
            "碳氧化率",
            "氧化率",
            "oxidation rate",
            "oxidation factor",
            "carbon oxidation rate",
        ],
    ),
    (
        Kind::EmissionFactor,
        &[
            "排放因子",
            "emission factor",
            "电力排放因子",
            "热力排放因子",
            "ef",
        ],
    ),
];

/// The parameter that a name means.
pub(super) fn kind_of_name(name: &str) -> Option<Kind> {
    let name = plain(name);
    NAMES
        .iter()
        .find(|(_, names)| names.contains(&name.as_str()))
        .map(|(kind, _)| *kind)
}

/// Without a name the unit decides.
fn kind_of_unit(unit: &str) -> Option<Kind> {
    let unit = unit.to_lowercase().replace([' ', '₂'], "");
    let (top, bottom) = unit.split_once('/').unwrap_or((unit.as_str(), ""));
    match (top, bottom) {
        ("%" | "百分比", "") => Some(Kind::OxidationRate),
        ("tc" | "吨碳", "gj" | "吉焦") => Some(Kind::CarbonPerHeat),
        ("tc" | "吨碳", below) if !below.is_empty() => Some(Kind::CarbonContent),
        ("gj" | "吉焦", below) if !below.is_empty() => Some(Kind::NetCalorificValue),
        (mass, below)
            if (mass.contains("co2") || mass.contains("二氧化碳")) && !below.is_empty() =>
        {
            Some(Kind::EmissionFactor)
        }
        _ => None,
    }
}

/// One understood item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The parameter; measured unless marked otherwise.
    pub parameter: Parameter,
    /// The item as written.
    pub text: String,
}

/// Reads a way of obtaining: `实测`, `measured`, `缺省值`, `default`, `计算`.
///
/// # Errors
/// [`Fault::Obtained`].
pub fn parse_obtained(text: &str) -> Result<Obtained, Fault> {
    if let Some(obtained) = Obtained::from_name(text) {
        return Ok(obtained);
    }
    let text = plain(text);
    let text = text.trim_end_matches(['值', '数', '据']);
    match text {
        "实测" | "measured" | "检测" | "measurement" | "监测" | "直接测量" | "计量" => {
            Ok(Obtained::Measured)
        }
        "缺省" | "默认" | "default" | "推荐" => Ok(Obtained::Default),
        "计算" | "calculated" | "computed" | "估算" | "推算" => Ok(Obtained::Calculated),
        _ => Err(Fault::Obtained),
    }
}

/// Reads a whole cell; every faulty item is reported.
///
/// # Errors
/// All faults of the cell: [`Fault::Parameter`], [`Fault::ParameterUnknown`], [`Fault::ParameterRepeated`], those of numbers.
pub fn parse(cell: &str) -> Result<Vec<Item>, Vec<Fault>> {
    let mut items: Vec<Item> = Vec::new();
    let mut faults = Vec::new();
    for text in cell
        .split(['；', ';', '\n'])
        .map(trim)
        .filter(|item| !item.is_empty())
    {
        match parse_item(text) {
            Ok(item)
                if items
                    .iter()
                    .any(|other| other.parameter.kind == item.parameter.kind) =>
            {
                faults.push(Fault::ParameterRepeated {
                    item: text.to_owned(),
                    parameter: item.parameter.kind.code().to_owned(),
                });
            }
            Ok(item) => items.push(item),
            Err(fault) => faults.push(fault),
        }
    }
    if faults.is_empty() {
        Ok(items)
    } else {
        Err(faults)
    }
}

fn parse_item(original: &str) -> Result<Item, Fault> {
    let malformed = || Fault::Parameter {
        item: original.to_owned(),
    };
    let folded = fold_width(original);
    let mut text = trim(&folded);
    let mut obtained = Obtained::Measured;
    if let Some(open) = text.rfind('(').filter(|_| text.ends_with(')'))
        && let Ok(marked) = parse_obtained(&text[open + 1..text.len() - 1])
    {
        obtained = marked;
        text = trim(&text[..open]);
    }
    let at = number_start(text).ok_or_else(malformed)?;
    let (name, rest) = text.split_at(at);
    let name = trim(name.trim_end_matches([' ', ':', '=', ',']));
    let end = rest
        .char_indices()
        .find(|(i, c)| {
            !(c.is_ascii_digit() || matches!(c, '.' | ',') || (*i == 0 && matches!(c, '-' | '+')))
        })
        .map_or(rest.len(), |(end, _)| end);
    let (number, unit) = rest.split_at(end);
    // `5e-3` would otherwise be read as 5 of the unit `e-3`.
    let mut after = unit.chars();
    if matches!(after.next(), Some('e' | 'E'))
        && after
            .next()
            .is_some_and(|c| c.is_ascii_digit() || matches!(c, '-' | '+'))
    {
        return Err(Fault::NumberScientific);
    }
    let value = number::normalise(number).map_err(|fault| {
        if fault == Fault::Number {
            malformed()
        } else {
            fault
        }
    })?;
    if value.starts_with('-') {
        return Err(Fault::NumberNegative);
    }
    let unit = trim(unit).to_owned();
    let kind = match (name.is_empty(), kind_of_name(name), kind_of_unit(&unit)) {
        (false, Some(kind), _) | (true, _, Some(kind)) => kind,
        // A name that we do not know with a unit that fits one kind only.
        (false, None, Some(kind))
            if name.contains("因子") || name.contains("含量") || name.contains("率") =>
        {
            kind
        }
        _ => {
            return Err(Fault::ParameterUnknown {
                item: original.to_owned(),
                unit,
            });
        }
    };
    if unit.is_empty() {
        return Err(malformed());
    }
    let refused = |error: accounting::Error| Fault::Accounting {
        code: error.code(),
        fields: error.fields(),
    };
    let value = Decimal::parse(&value).map_err(refused)?;
    if kind == Kind::OxidationRate && value < Decimal::from(10) {
        return Err(Fault::OxidationImplausible {
            item: original.to_owned(),
        });
    }
    let parameter = Parameter::new(kind, value, &unit, obtained).map_err(refused)?;
    Ok(Item {
        parameter,
        text: original.to_owned(),
    })
}

/// Beginning of the value: a digit (with its sign) at the beginning, after white space, or right behind a Han character.
fn number_start(text: &str) -> Option<usize> {
    let mut before: Option<char> = None;
    let mut sign: Option<usize> = None;
    for (at, c) in text.char_indices() {
        let boundary =
            before.is_none_or(|b| b.is_whitespace() || matches!(b, ':' | '=') || !b.is_ascii());
        if (c.is_ascii_digit() || c == '.') && (boundary || sign.is_some()) {
            return Some(sign.unwrap_or(at));
        }
        sign = (matches!(c, '-' | '+') && boundary).then_some(at);
        before = Some(c);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(text: &str) -> (Kind, String, String, Obtained) {
        let parameter = parse(text).unwrap().remove(0).parameter;
        (
            parameter.kind,
            parameter.value.to_string(),
            parameter.unit(),
            parameter.obtained,
        )
    }

    #[test]
    fn items_of_the_examples() {
        let cell = "低位发热量 20.908 GJ/t；单位热值含碳量 0.03085 tC/GJ（缺省）；碳氧化率 99%";
        let kinds: Vec<_> = parse(cell)
            .unwrap()
            .into_iter()
            .map(|item| (item.parameter.kind, item.parameter.obtained))
            .collect();
        assert_eq!(
            kinds,
            [
                (Kind::NetCalorificValue, Obtained::Measured),
                (Kind::CarbonPerHeat, Obtained::Default),
                (Kind::OxidationRate, Obtained::Measured),
            ]
        );
        assert_eq!(
            item("排放因子 0.11 tCO2/GJ（缺省）"),
            (
                Kind::EmissionFactor,
                "0.11".into(),
                "tCO2/GJ".into(),
                Obtained::Default
            )
        );
    }

    #[test]
    fn without_a_name_the_unit_decides() {
        for (text, kind) in [
            ("0.5210 tC/t", Kind::CarbonContent),
            ("20.908 GJ/t", Kind::NetCalorificValue),
            ("389.31 GJ/万Nm3", Kind::NetCalorificValue),
            ("0.0202tC/GJ", Kind::CarbonPerHeat),
            ("９９％", Kind::OxidationRate),
            ("0.5703 tCO2/MWh", Kind::EmissionFactor),
            ("低位发热量：20.908GJ/t", Kind::NetCalorificValue),
            ("氧化率99%", Kind::OxidationRate),
        ] {
            assert_eq!(item(text).0, kind, "{text}");
        }
    }

    #[test]
    fn a_fraction_written_as_per_cent_is_refused() {
        assert_eq!(parse("碳氧化率 0.99%").unwrap_err()[0].code(), "HT-IMP-135");
    }

    #[test]
    fn faulty_items_are_all_named() {
        let faults = parse("低位发热量 GJ/t；颜色 5 GJ/t；碳氧化率 99%；98 %；5 m；灰分 1,23 %")
            .unwrap_err();
        let codes: Vec<_> = faults.iter().map(Fault::code).collect();
        assert_eq!(
            codes,
            [
                "HT-IMP-124",
                "HT-IMP-125",
                "HT-IMP-126",
                "HT-IMP-125",
                "HT-IMP-106"
            ]
        );
    }
}

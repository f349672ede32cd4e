//! Parameters of a row: `元素碳含量 0.5210 tC/t；碳氧化率 99%`.

use crate::decimal::{Decimal, excerpt};
use crate::error::Error;
use crate::exact::Exact;
use crate::name;
use crate::unit::{Basis, Kind, Unit};
use std::fmt;

/// How a value was obtained 获取方式.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Obtained {
    /// 实测值.
    #[default]
    Measured,
    /// 缺省值.
    Default,
    /// 计算值.
    Calculated,
}

impl Obtained {
    /// Stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Measured => "measured",
            Self::Default => "default",
            Self::Calculated => "calculated",
        }
    }

    /// Reads a code or the usual words of either language.
    #[must_use]
    pub fn from_name(text: &str) -> Option<Self> {
        Some(match name::fold(text).as_str() {
            "measured" | "实测" | "实测值" | "检测" | "检测值" => Self::Measured,
            "default" | "缺省" | "缺省值" | "默认" | "默认值" => Self::Default,
            "calculated" | "计算" | "计算值" => Self::Calculated,
            _ => return None,
        })
    }
}

/// Which parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ParameterKind {
    /// 元素碳含量, mass of carbon per amount of fuel.
    CarbonContent,
    /// 低位发热量, net energy per amount of fuel.
    NetCalorificValue,
    /// 单位热值含碳量, mass of carbon per net energy.
    CarbonPerHeat,
    /// 碳氧化率, per cent.
    OxidationRate,
    /// 排放因子: selects the equal factor of the catalogue.
    EmissionFactor,
}

/// Every kind of parameter.
pub const PARAMETER_KINDS: [ParameterKind; 5] = [
    ParameterKind::CarbonContent,
    ParameterKind::NetCalorificValue,
    ParameterKind::CarbonPerHeat,
    ParameterKind::OxidationRate,
    ParameterKind::EmissionFactor,
];

impl ParameterKind {
    /// Stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::CarbonContent => "carbon_content",
            Self::NetCalorificValue => "net_calorific_value",
            Self::CarbonPerHeat => "carbon_per_heat",
            Self::OxidationRate => "oxidation_rate",
            Self::EmissionFactor => "emission_factor",
        }
    }

    /// The kind with this code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        PARAMETER_KINDS.into_iter().find(|kind| kind.code() == code)
    }

    /// Symbol in formulas.
    #[must_use]
    pub fn symbol(self) -> &'static str {
        match self {
            Self::CarbonContent => "C",
            Self::NetCalorificValue => "NCV",
            Self::CarbonPerHeat => "CC",
            Self::OxidationRate => "OF",
            Self::EmissionFactor => "EF",
        }
    }

    fn from_name(folded: &str) -> Option<Self> {
        Some(match folded {
            "元素碳含量"
            | "收到基元素碳含量"
            | "含碳量"
            | "elemental carbon content"
            | "elemental carbon"
            | "carbon content"
            | "c"
            | "c_ar" => Self::CarbonContent,
            "低位发热量"
            | "收到基低位发热量"
            | "低位热值"
            | "net calorific value"
            | "lower heating value"
            | "ncv"
            | "lhv" => Self::NetCalorificValue,
            "单位热值含碳量"
            | "carbon content per unit heat"
            | "carbon content per unit of heat"
            | "carbon per unit heat"
            | "carbon per heat"
            | "cc" => Self::CarbonPerHeat,
            "碳氧化率"
            | "氧化率"
            | "carbon oxidation rate"
            | "oxidation rate"
            | "oxidation factor"
            | "of" => Self::OxidationRate,
            "排放因子" | "电力排放因子" | "热力排放因子" | "emission factor" | "ef" => {
                Self::EmissionFactor
            }
            _ => return None,
        })
    }
}

/// A parameter with its unit and the way it was obtained.
///
/// The unit is `numerator / per`: for a carbon content tC per unit of fuel, for an emission factor mass of CO2 or CO2e
/// per unit of activity; an oxidation rate has neither and is in per cent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Which.
    pub kind: ParameterKind,
    /// The number, in `numerator / per`, or per cent.
    pub value: Decimal,
    /// Unit above the stroke.
    pub numerator: Option<Unit>,
    /// Unit below the stroke.
    pub per: Option<Unit>,
    /// How it was obtained.
    pub obtained: Obtained,
}

impl Parameter {
    /// A parameter from its parts, as they travel in machine formats: kind, value, unit text such as `tC/t`, obtained.
    ///
    /// # Errors
    /// [`Error::ParameterUnit`], [`Error::ParameterRange`].
    pub fn new(
        kind: ParameterKind,
        value: Decimal,
        unit: &str,
        obtained: Obtained,
    ) -> Result<Self, Error> {
        let wrong = || Error::ParameterUnit {
            parameter: kind.code().to_owned(),
            unit: excerpt(unit),
        };
        let (found, numerator, per) = read_unit(&name::narrow(unit)).ok_or_else(wrong)?;
        if found != kind {
            return Err(wrong());
        }
        let parameter = Self {
            kind,
            value,
            numerator,
            per,
            obtained,
        };
        parameter.check_range()?;
        Ok(parameter)
    }

    /// Reads items split at `；` or `;`, each `[name] value unit [（缺省）]`. Without a name the unit decides. Measured unless
    /// marked otherwise.
    ///
    /// # Errors
    /// [`Error::ParameterMalformed`], [`Error::ParameterUnit`], [`Error::ParameterTwice`], [`Error::ParameterRange`],
    /// [`Error::DecimalTooLong`].
    pub fn parse_list(text: &str) -> Result<Vec<Self>, Error> {
        let mut list: Vec<Self> = Vec::new();
        for item in text
            .split(['；', ';'])
            .filter(|item| !item.trim().is_empty())
        {
            let parameter = Self::parse(item)?;
            if list.iter().any(|known| known.kind == parameter.kind) {
                return Err(Error::ParameterTwice {
                    parameter: parameter.kind.code().to_owned(),
                });
            }
            list.push(parameter);
        }
        Ok(list)
    }

    fn parse(item: &str) -> Result<Self, Error> {
        let malformed = || Error::ParameterMalformed {
            text: excerpt(item.trim()),
        };
        let narrow = name::narrow(item);
        let (body, obtained) = match narrow
            .strip_suffix(')')
            .and_then(|open| open.rsplit_once('('))
        {
            Some((body, word)) if Obtained::from_name(word).is_some() => (
                body.trim_end(),
                Obtained::from_name(word).unwrap_or_default(),
            ),
            _ => (narrow.as_str(), Obtained::default()),
        };
        // The number starts at the first digit that does not belong to a word such as CO2.
        let mut before = ' ';
        let start = body
            .char_indices()
            .find(|(_, c)| {
                let found = c.is_ascii_digit() && !before.is_ascii_alphanumeric();
                before = *c;
                found
            })
            .map(|(position, _)| position)
            .ok_or_else(malformed)?;
        let start = if body[..start].ends_with('-') {
            start - 1
        } else {
            start
        };
        let (label, rest) = body.split_at(start);
        let end = rest
            .char_indices()
            .find(|(position, c)| {
                !(c.is_ascii_digit() || matches!(c, '.' | ',') || (*c == '-' && *position == 0))
            })
            .map_or(rest.len(), |(position, _)| position);
        let (number, unit) = rest.split_at(end);
        let value = Decimal::parse(&number.replace(',', "")).map_err(|error| match error {
            Error::DecimalMalformed { .. } => malformed(),
            other => other,
        })?;
        let unit = unit.trim();
        let label = name::fold(label.trim().trim_end_matches([':', '=', '为']));
        let kind = match ParameterKind::from_name(label.trim()) {
            Some(kind) => kind,
            None if label.is_empty() => read_unit(unit).ok_or_else(malformed)?.0,
            None => return Err(malformed()),
        };
        Self::new(kind, value, unit, obtained)
    }

    fn check_range(&self) -> Result<(), Error> {
        let too_much = match self.kind {
            ParameterKind::OxidationRate => self.value > Decimal::from(100),
            // A tonne of fuel cannot hold more than a tonne of carbon.
            ParameterKind::CarbonContent
                if self.per.is_some_and(|per| per.kind() == Kind::Mass) =>
            {
                self.ratio()? > Exact::ONE
            }
            _ => false,
        };
        let too_little = self.value.is_negative()
            || (self.value.is_zero() && self.kind != ParameterKind::EmissionFactor);
        if too_much || too_little {
            return Err(Error::ParameterRange {
                parameter: self.kind.code().to_owned(),
                value: format!("{} {}", self.value, self.unit()),
            });
        }
        Ok(())
    }

    /// The value in base units of its own kind (kg/kg and so on); only for comparisons.
    fn ratio(&self) -> Result<Exact, Error> {
        let (Some(numerator), Some(per)) = (self.numerator, self.per) else {
            return Ok(self.value.into());
        };
        Exact::from(self.value)
            .mul(&numerator.ratio_to(Unit::KILOGRAM)?)?
            .div(&per.ratio_to(Unit::KILOGRAM)?)
    }

    /// The unit for people and machines: `tC/t`, `GJ/t`, `tC/GJ`, `%`, `tCO2/MWh`.
    #[must_use]
    pub fn unit(&self) -> String {
        let substance = match self.kind {
            ParameterKind::CarbonContent | ParameterKind::CarbonPerHeat => "C",
            ParameterKind::EmissionFactor => "CO2",
            ParameterKind::NetCalorificValue | ParameterKind::OxidationRate => "",
        };
        match (self.numerator, self.per) {
            (Some(numerator), Some(per)) => {
                format!(
                    "{}{substance}/{}",
                    plain(numerator).symbol(),
                    plain(per).symbol()
                )
            }
            _ => "%".to_owned(),
        }
    }
}

impl fmt::Display for Parameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.value, self.unit())
    }
}

/// Calorific values and carbon per heat are net by definition; their usual unit does not repeat it.
fn plain(unit: Unit) -> Unit {
    unit.with_basis(Basis::None).unwrap_or(unit)
}

/// Reads `tC/t`, `GJ/10^4Nm3`, `tC/GJ`, `%`, `tCO2/MWh`, `kgCO2e/kWh` and says which parameter has that unit.
fn read_unit(text: &str) -> Option<(ParameterKind, Option<Unit>, Option<Unit>)> {
    if text == "%" {
        return Some((ParameterKind::OxidationRate, None, None));
    }
    let (above, below) = text.split_once('/')?;
    let (above, below) = (above.trim(), below.trim());
    let per = Unit::parse(below).ok()?;
    let folded = name::fold(above);
    for ending in [
        "co2e",
        "co2eq",
        "co2当量",
        "co2",
        "二氧化碳当量",
        "二氧化碳",
    ] {
        if folded.ends_with(ending) {
            let mass: String = above
                .chars()
                .take(folded.chars().count() - ending.chars().count())
                .collect();
            let mass = Unit::parse(mass.trim())
                .ok()
                .filter(|unit| unit.kind() == Kind::Mass)?;
            return Some((ParameterKind::EmissionFactor, Some(mass), Some(per)));
        }
    }
    if let Some(mass) = above
        .strip_suffix(['C', 'c'])
        .and_then(|mass| Unit::parse(mass.trim()).ok())
        && mass.kind() == Kind::Mass
    {
        return match per.kind() {
            // Heat of a fuel in the national methods is net; the unit says so from here on.
            Kind::Energy(Basis::None | Basis::Net) => Some((
                ParameterKind::CarbonPerHeat,
                Some(mass),
                per.with_basis(Basis::Net),
            )),
            Kind::Mass | Kind::Volume(_) => {
                Some((ParameterKind::CarbonContent, Some(mass), Some(per)))
            }
            _ => None,
        };
    }
    let energy = Unit::parse(above).ok()?;
    match (energy.kind(), per.kind()) {
        (Kind::Energy(Basis::None | Basis::Net), Kind::Mass | Kind::Volume(_)) => Some((
            ParameterKind::NetCalorificValue,
            energy.with_basis(Basis::Net),
            Some(per),
        )),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_lists_of_the_examples() {
        let list = Parameter::parse_list(
            "低位发热量 20.908 GJ/t；单位热值含碳量 0.03085 tC/GJ（缺省）；碳氧化率 99%",
        )
        .unwrap();
        let shown: Vec<_> = list
            .iter()
            .map(|p| {
                (
                    p.kind.code(),
                    p.value.to_string(),
                    p.unit(),
                    p.obtained.code(),
                )
            })
            .collect();
        assert_eq!(
            shown,
            [
                (
                    "net_calorific_value",
                    "20.908".into(),
                    "GJ/t".into(),
                    "measured"
                ),
                (
                    "carbon_per_heat",
                    "0.03085".into(),
                    "tC/GJ".into(),
                    "default"
                ),
                ("oxidation_rate", "99".into(), "%".into(), "measured"),
            ]
        );
        let list = Parameter::parse_list("排放因子 ０．５７０３ tCO2/MWh").unwrap();
        assert_eq!(
            (list[0].kind, list[0].unit()),
            (ParameterKind::EmissionFactor, "tCO2/MWh".into())
        );
        for text in [
            "0.521 tC/t",
            "389.31 GJ/万Nm3",
            "389.31 GJ/10^4Nm3",
            "0.0153 tC/GJ",
            "98 %",
            "emission factor: 0.11 tCO2/GJ (default)",
            "0.5703 kgCO2e/kWh",
            "NCV=20.908 MJ/kg",
        ] {
            assert_eq!(
                Parameter::parse_list(text).map(|list| list.len()),
                Ok(1),
                "{text}"
            );
        }
        assert_eq!(Parameter::parse_list(" ；; "), Ok(vec![]));
    }

    #[test]
    fn refuses_what_is_no_parameter() {
        for (text, code) in [
            ("元素碳含量", "HT-ACC-045"),
            ("魔法 3 tC/t", "HT-ACC-045"),
            ("12", "HT-ACC-045"),
            ("元素碳含量 0.5 GJ/t", "HT-ACC-041"),
            ("碳氧化率 0.99 tC/t", "HT-ACC-041"),
            ("碳氧化率 101%", "HT-ACC-043"),
            ("碳氧化率 0%", "HT-ACC-043"),
            ("元素碳含量 52.10 tC/t", "HT-ACC-043"),
            ("元素碳含量 -0.5 tC/t", "HT-ACC-043"),
            ("98%；99%", "HT-ACC-042"),
            ("1.2.3%", "HT-ACC-045"),
        ] {
            assert_eq!(
                Parameter::parse_list(text).unwrap_err().code(),
                code,
                "{text}"
            );
        }
    }
}

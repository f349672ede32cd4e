//! Units of activity data: an own exact table, UCUM codes, no guessing.
//!
//! Part of the unit, because a factor is wrong by several per cent if they differ:
//! * the calorific basis of a fuel's energy (`kW.h{gross}`, `kW.h{net}`; plain `kW.h` is electricity or heat),
//! * the reference conditions of a gas's volume (`m3` unstated, `m3{normal}` 0 °C, `[cft_i]{standard}` 60 °F; 101.325 kPa).

mod table;

use crate::decimal::{Decimal, excerpt};
use crate::error::Error;
use crate::exact::Exact;
use crate::name;
use rustc_hash::FxHashMap;
use std::fmt;
use std::sync::LazyLock;
use table::{AMBIGUOUS, GROUPS, Row};

/// The calorific value that an amount of energy refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Basis {
    /// No fuel: electricity, heat.
    None,
    /// Gross (higher) calorific value 高位发热量.
    Gross,
    /// Net (lower) calorific value 低位发热量.
    Net,
}

/// The reference conditions of a volume.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Conditions {
    /// As measured, or as the source leaves it.
    Unstated,
    /// 0 °C, 101.325 kPa (标准状况).
    Normal,
    /// 60 °F, 14.696 psi.
    Standard,
}

/// What a unit measures. Units convert into each other only within one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Mass, base kg.
    Mass,
    /// Volume, base m3.
    Volume(Conditions),
    /// Energy, base J.
    Energy(Basis),
    /// Distance, of vehicles too, base m.
    Distance,
    /// Mass carried over a distance, base kg·m.
    MassDistance,
    /// Passengers carried over a distance, base person·m.
    PassengerDistance,
    /// Hotel rooms by nights.
    RoomNight,
    /// Working time of full-time equivalents, base FTE·h.
    WorkTime,
    /// Things.
    Count,
    /// Floor space and land, base m2.
    Area,
}

impl Kind {
    /// Stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Mass => "mass",
            Self::Volume(Conditions::Unstated) => "volume",
            Self::Volume(Conditions::Normal) => "volume_normal",
            Self::Volume(Conditions::Standard) => "volume_standard",
            Self::Energy(Basis::None) => "energy",
            Self::Energy(Basis::Gross) => "energy_gross",
            Self::Energy(Basis::Net) => "energy_net",
            Self::Distance => "distance",
            Self::MassDistance => "mass_distance",
            Self::PassengerDistance => "passenger_distance",
            Self::RoomNight => "room_night",
            Self::WorkTime => "work_time",
            Self::Count => "count",
            Self::Area => "area",
        }
    }
}

/// A unit of the table.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Unit(u8);

struct Index {
    rows: Vec<&'static Row>,
    /// Codes, symbols, names and aliases as written.
    written: FxHashMap<&'static str, Unit>,
    /// The same in lower case, where that is unambiguous.
    folded: FxHashMap<String, Option<Unit>>,
}

static INDEX: LazyLock<Index> = LazyLock::new(|| {
    let rows: Vec<&'static Row> = GROUPS.iter().flat_map(|group| group.iter()).collect();
    let mut written = FxHashMap::default();
    let mut folded: FxHashMap<String, Option<Unit>> = FxHashMap::default();
    for (position, row) in rows.iter().enumerate() {
        let unit = Unit(position as u8);
        for name in [row.code, row.symbol, row.name_zh]
            .into_iter()
            .chain(row.aliases.iter().copied())
        {
            written.insert(name, unit);
            folded
                .entry(name::fold(name))
                .and_modify(|known| {
                    if *known != Some(unit) {
                        *known = None;
                    }
                })
                .or_insert(Some(unit));
        }
    }
    Index {
        rows,
        written,
        folded,
    }
});

/// Endings that name the calorific basis.
const BASES: [(&str, Basis); 24] = [
    ("{gross}", Basis::Gross),
    ("{net}", Basis::Net),
    ("gross cv", Basis::Gross),
    ("net cv", Basis::Net),
    ("gross", Basis::Gross),
    ("net", Basis::Net),
    ("gcv", Basis::Gross),
    ("ncv", Basis::Net),
    ("hhv", Basis::Gross),
    ("lhv", Basis::Net),
    ("hcv", Basis::Gross),
    ("lcv", Basis::Net),
    // As ADEME writes them: pouvoir calorifique supérieur, inférieur.
    ("pcs", Basis::Gross),
    ("pci", Basis::Net),
    ("高位发热量", Basis::Gross),
    ("低位发热量", Basis::Net),
    ("高位热值", Basis::Gross),
    ("低位热值", Basis::Net),
    ("高热值", Basis::Gross),
    ("低热值", Basis::Net),
    ("高位", Basis::Gross),
    ("低位", Basis::Net),
    ("总热值", Basis::Gross),
    ("净热值", Basis::Net),
];

impl Unit {
    /// Kilogram.
    pub const KILOGRAM: Self = Self(0);

    /// Every unit.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..INDEX.rows.len()).map(|position| Self(position as u8))
    }

    fn row(self) -> &'static Row {
        INDEX.rows[usize::from(self.0)]
    }

    /// Reads a code, a symbol, a name or a usual spelling in English or Chinese.
    ///
    /// # Errors
    /// [`Error::UnknownUnit`]; [`Error::AmbiguousUnit`] for words such as `ton` or `gallon`.
    pub fn parse(text: &str) -> Result<Self, Error> {
        if let Some(unit) = INDEX.written.get(text.trim()) {
            return Ok(*unit);
        }
        let unknown = || Error::UnknownUnit {
            text: excerpt(text),
        };
        if text.len() > 100 {
            return Err(unknown());
        }
        let folded = name::fold(text);
        if let Some((_, candidates)) = AMBIGUOUS.iter().find(|(word, _)| *word == folded) {
            return Err(Error::AmbiguousUnit {
                text: excerpt(text),
                candidates: (*candidates).to_owned(),
            });
        }
        // Case tells milli from mega: only text wholly in one case is matched without it.
        let narrow = name::narrow(text);
        if let Some(unit) = INDEX.written.get(narrow.as_str()) {
            return Ok(*unit);
        }
        let one_case =
            !narrow.chars().any(char::is_lowercase) || !narrow.chars().any(char::is_uppercase);
        let long_word = narrow.chars().filter(|c| c.is_ascii_alphabetic()).count() > 5;
        if (one_case || long_word)
            && let Some(Some(unit)) = INDEX.folded.get(&folded)
        {
            return Ok(*unit);
        }
        for (ending, basis) in BASES {
            let Some(position) = strip_ending(&folded, ending) else {
                continue;
            };
            // Folding lower-case letters keeps the number of characters of every unit in the table.
            let stem = position.trim_end_matches([' ', '(', ',', '-', '_', '[']);
            let written: String = narrow.chars().take(stem.chars().count()).collect();
            if let Ok(unit) = Self::parse(if written.to_lowercase() == stem {
                &written
            } else {
                stem
            }) {
                return unit.with_basis(basis).ok_or_else(unknown);
            }
        }
        Err(unknown())
    }

    /// The same energy unit on another calorific basis; `None` if the unit is no energy.
    #[must_use]
    pub fn with_basis(self, basis: Basis) -> Option<Self> {
        let Kind::Energy(own) = self.kind() else {
            return None;
        };
        // The table holds each energy unit plain, gross and net, in this order.
        let place = |basis| match basis {
            Basis::None => 0,
            Basis::Gross => 1,
            Basis::Net => 2,
        };
        Some(Self(self.0 - place(own) + place(basis)))
    }

    /// UCUM code.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.row().code
    }

    /// Printed form in any language: `kWh (Gross CV)`, `t·km`.
    #[must_use]
    pub fn symbol(self) -> &'static str {
        self.row().symbol
    }

    /// Chinese name.
    #[must_use]
    pub fn name_zh(self) -> &'static str {
        self.row().name_zh
    }

    /// What it measures.
    #[must_use]
    pub fn kind(self) -> Kind {
        self.row().kind
    }

    /// The exact number by which an amount in this unit is multiplied to be in `target`: numerator and denominator.
    ///
    /// # Errors
    /// [`Error::CalorificBasisMissing`], [`Error::CalorificBasisDiffers`], [`Error::ConditionsDiffer`],
    /// [`Error::UnitMismatch`].
    pub fn ratio_to(self, target: Self) -> Result<Exact, Error> {
        let (from, to) = (self.row(), target.row());
        if from.kind != to.kind {
            return Err(match (from.kind, to.kind) {
                (Kind::Energy(Basis::None), Kind::Energy(_)) => Error::CalorificBasisMissing {
                    unit: self,
                    wanted: target,
                },
                (Kind::Energy(_), Kind::Energy(_)) => Error::CalorificBasisDiffers {
                    unit: self,
                    wanted: target,
                },
                (Kind::Volume(_), Kind::Volume(_)) => Error::ConditionsDiffer {
                    unit: self,
                    wanted: target,
                },
                _ => Error::UnitMismatch {
                    unit: self,
                    wanted: target,
                },
            });
        }
        if self == target {
            return Ok(Exact::ONE);
        }
        Exact::from_ratio(from.numerator, from.denominator)?
            .div(&Exact::from_ratio(to.numerator, to.denominator)?)
    }

    /// Converts an amount into `target`.
    ///
    /// # Errors
    /// As [`Self::ratio_to`], and [`Error::Overflow`].
    pub fn convert(self, amount: &Exact, target: Self) -> Result<Exact, Error> {
        if self == target {
            Ok(amount.clone())
        } else {
            amount.mul(&self.ratio_to(target)?)
        }
    }
}

fn strip_ending<'a>(folded: &'a str, ending: &str) -> Option<&'a str> {
    let closed = folded
        .strip_suffix(')')
        .or_else(|| folded.strip_suffix(']'))
        .unwrap_or(folded);
    closed.strip_suffix(ending).filter(|stem| !stem.is_empty())
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.symbol())
    }
}

impl fmt::Debug for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// An amount with its unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Quantity {
    /// The amount, in `unit`.
    pub amount: Decimal,
    /// The unit.
    pub unit: Unit,
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.amount, self.unit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(text: &str) -> Unit {
        Unit::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    #[test]
    fn every_name_of_the_table_is_read_and_means_one_unit() {
        assert_eq!(Unit::KILOGRAM.code(), "kg");
        let mut names = std::collections::BTreeMap::new();
        for unit in Unit::all() {
            let row = unit.row();
            for name in [row.code, row.symbol, row.name_zh]
                .into_iter()
                .chain(row.aliases.iter().copied())
            {
                assert_eq!(Unit::parse(name).unwrap(), unit, "{name}");
                if let Some(other) = names.insert(name, unit) {
                    assert_eq!(other, unit, "{name} stands at two units");
                }
            }
        }
    }

    #[test]
    fn people_write_units_in_many_ways() {
        for (text, code) in [
            ("kWh (Gross CV)", "kW.h{gross}"),
            ("kWh (Net CV)", "kW.h{net}"),
            ("kwh gross", "kW.h{gross}"),
            ("MMBtu{gross}", "10*6.[Btu_IT]{gross}"),
            ("mmBtu (HHV)", "10*6.[Btu_IT]{gross}"),
            ("TJ{net}", "TJ{net}"),
            ("GJ（低位发热量）", "GJ{net}"),
            ("therm{us}", "{therm_us}"),
            ("ＧＪ", "GJ"),
            ("gj", "GJ"),
            ("吨", "t"),
            ("兆瓦时", "MW.h"),
            ("万千瓦时", "10*4.kW.h"),
            ("万标立方米", "10*4.m3{normal}"),
            ("10^4Nm3", "10*4.m3{normal}"),
            ("千克", "kg"),
            ("升", "L"),
            ("吨公里", "t.km"),
            ("人公里", "{passenger}.km"),
            ("short_ton", "[ston_av]"),
            ("Short Tons", "[ston_av]"),
            ("scf", "[cft_i]{standard}"),
            ("room.night", "{room}.{night}"),
            ("Tonnes", "t"),
            ("LITRES", "L"),
            ("[mi_us]", "[mi_i]"),
            ("vehicle.[mi_i]", "[mi_i]"),
        ] {
            assert_eq!(unit(text).code(), code, "{text}");
        }
    }

    #[test]
    fn doubtful_units_are_refused() {
        for text in ["ton", "Tons", "gallon", "therm", "Mcf", "MCM", "mt", "Mt"] {
            assert!(
                matches!(Unit::parse(text), Err(Error::AmbiguousUnit { .. })),
                "{text}"
            );
        }
        // milliwatt hours, millijoules, megagrams in disguise: never folded onto another prefix
        for text in [
            "",
            "mWh",
            "mJ",
            "Mg",
            "tJ",
            "parsec",
            "kWh (sideways)",
            "kg gross",
            "m3 (gross)",
            "（",
            "\u{ff5e}",
        ] {
            assert!(
                matches!(Unit::parse(text), Err(Error::UnknownUnit { .. })),
                "{text}: {:?}",
                Unit::parse(text)
            );
        }
    }

    #[test]
    fn conversions_are_exact() {
        for (amount, from, to, expected) in [
            ("1", "lb", "kg", "0.45359237"),
            ("1", "short ton", "kg", "907.18474"),
            ("1", "long ton", "kg", "1016.0469088"),
            ("1", "oz", "g", "28.349523125"),
            ("1", "US gal", "L", "3.785411784"),
            ("1", "imp gal", "L", "4.54609"),
            ("1", "bbl", "L", "158.987294928"),
            ("42", "US gal", "bbl", "1"),
            ("1", "ft3", "m3", "0.028316846592"),
            ("1", "mi", "km", "1.609344"),
            ("1", "nmi", "km", "1.852"),
            ("1", "kWh", "MJ", "3.6"),
            ("1", "mmBtu", "J", "1055055852.62"),
            ("1", "therm{us}", "J", "105480400"),
            ("1", "therm{ec}", "J", "105505585.262"),
            ("1", "万千瓦时", "MWh", "10"),
            ("1", "short ton-mile", "kg.km", "1459.97231821056"),
            ("1", "MJ{net}", "kWh{net}", "5/18"),
        ] {
            let amount = Exact::parse(amount).unwrap();
            assert_eq!(
                unit(from).convert(&amount, unit(to)).unwrap().to_string(),
                expected,
                "{from} → {to}"
            );
        }
    }

    #[test]
    fn nothing_converts_across_kinds() {
        let convert = |from: &str, to: &str| unit(from).ratio_to(unit(to)).unwrap_err().code();
        assert_eq!(convert("kWh", "kWh (Net CV)"), "HT-ACC-012");
        assert_eq!(convert("kWh (Gross CV)", "kWh (Net CV)"), "HT-ACC-013");
        assert_eq!(convert("kWh (Gross CV)", "kWh"), "HT-ACC-013");
        assert_eq!(convert("m3", "Nm3"), "HT-ACC-014");
        assert_eq!(convert("scf", "m3"), "HT-ACC-014");
        assert_eq!(convert("L", "kg"), "HT-ACC-011");
        assert_eq!(convert("km", "passenger.km"), "HT-ACC-011");
    }
}

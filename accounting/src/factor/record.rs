//! One line of `factors.csv`, in both directions.

use super::{
    Factor, FuelType, GasRate, Manifest, Quality, Restriction, Selection, Treatment, Values,
};
use crate::date::Date;
use crate::decimal::{Decimal, excerpt};
use crate::derivation::Standing;
use crate::error::Error;
use crate::gas::{Gas, GwpSet, Substance};
use crate::region::Region;
use crate::scope::Category;
use crate::unit::{Kind, Unit};

/// Column names in order.
pub const COLUMNS: [&str; 32] = [
    "id",
    "activity",
    "name_en",
    "name_zh",
    "aliases",
    "form",
    "categories",
    "unit",
    "region",
    "treatment",
    "selection",
    "data_year",
    "published",
    "valid_from",
    "valid_to",
    "restriction",
    "instrument",
    "gases",
    "co2e",
    "co2e_unit",
    "co2e_parts",
    "gwp_set",
    "biogenic_co2",
    "biogenic_id",
    "fuel_type",
    "ncv",
    "carbon_per_heat",
    "carbon_content",
    "oxidation",
    "source",
    "quality",
    "note",
];

macro_rules! codes {
    ($type:ident { $($variant:ident $code:literal),* $(,)? }) => {
        impl $type {
            /// Stable code.
            #[must_use]
            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }

            /// The value with this code.
            #[must_use]
            pub fn from_code(code: &str) -> Option<Self> {
                match code { $($code => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

codes!(Treatment { Any "any", Location "location", Market "market", Residual "residual", Ets "ets", Lifecycle "lifecycle" });
codes!(Selection { Open "open", Named "named" });
codes!(Restriction { None "none", Window "window" });
codes!(FuelType { Coal "coal", Oil "oil", Gas "gas", Biomass "biomass", Other "other" });
codes!(Quality {
    Official "official",
    Secondary "secondary",
    MemoryHigh "memory_high",
    MemoryMedium "memory_medium",
    MemoryLow "memory_low",
    Computed "computed",
    Definition "definition",
    Draft "draft",
});

impl Quality {
    /// How far a result can rely on the figure.
    #[must_use]
    pub fn standing(self) -> Standing {
        match self {
            Self::Official | Self::Definition => Standing::Official,
            Self::Secondary | Self::Computed => Standing::Secondary,
            Self::MemoryHigh | Self::MemoryMedium | Self::MemoryLow => Standing::Recalled,
            Self::Draft => Standing::Draft,
        }
    }

    /// Whether the figure is recalled and was not read anywhere, or was read in a draft: no official result rests on it.
    #[must_use]
    pub fn is_unofficial(self) -> bool {
        matches!(
            self,
            Self::MemoryHigh | Self::MemoryMedium | Self::MemoryLow | Self::Draft
        )
    }
}

/// The cells of one row, read by column name.
struct Cells<'a> {
    set: &'a str,
    row: u32,
    cells: &'a [&'a str],
}

impl<'a> Cells<'a> {
    fn text(&self, column: &str) -> &'a str {
        COLUMNS
            .iter()
            .position(|name| *name == column)
            .and_then(|position| self.cells.get(position))
            .map_or("", |cell| cell.trim())
    }

    fn malformed(&self, column: &str) -> Error {
        Error::FactorMalformed {
            set: self.set.to_owned(),
            row: self.row,
            field: column.to_owned(),
            text: excerpt(self.text(column)),
        }
    }

    /// Reads a cell that may be empty.
    fn optional<T>(
        &self,
        column: &str,
        read: impl FnOnce(&'a str) -> Option<T>,
    ) -> Result<Option<T>, Error> {
        match self.text(column) {
            "" => Ok(None),
            text => read(text).map(Some).ok_or_else(|| self.malformed(column)),
        }
    }

    fn required<T>(
        &self,
        column: &str,
        read: impl FnOnce(&'a str) -> Option<T>,
    ) -> Result<T, Error> {
        self.optional(column, read)?
            .ok_or_else(|| self.malformed(column))
    }

    /// A published number: not negative.
    fn number(&self, column: &str) -> Result<Option<Decimal>, Error> {
        self.optional(column, |text| {
            Decimal::parse(text)
                .ok()
                .filter(|value| !value.is_negative())
        })
    }

    fn day(&self, column: &str) -> Result<Option<Date>, Error> {
        self.optional(column, |text| Date::parse(text).ok())
    }
}

fn words(text: &str, separator: char) -> impl Iterator<Item = &str> {
    text.split(separator)
        .map(str::trim)
        .filter(|word| !word.is_empty())
}

fn mass(text: &str) -> Option<Unit> {
    Unit::parse(text)
        .ok()
        .filter(|unit| unit.kind() == Kind::Mass)
}

fn amount(text: &str) -> Option<Decimal> {
    Decimal::parse(text)
        .ok()
        .filter(|value| !value.is_negative())
}

/// `co2 2325 kg; ch4_fossil 274 g`
fn gas_rates(text: &str) -> Option<Vec<GasRate>> {
    let rates: Vec<GasRate> = words(text, ';')
        .map(|item| {
            let mut parts = item.split_whitespace();
            let (gas, value, unit) = (parts.next()?, parts.next()?, parts.next()?);
            parts.next().is_none().then_some(())?;
            Some(GasRate {
                substance: Substance::from_code(gas)?,
                amount: amount(value)?,
                unit: mass(unit)?,
            })
        })
        .collect::<Option<_>>()?;
    (!rates.is_empty()).then_some(rates)
}

/// `co2 0.18259; ch4 0.00028`
fn weighted_parts(text: &str) -> Option<Vec<(Gas, Decimal)>> {
    words(text, ';')
        .map(|item| {
            let (gas, value) = item.split_once(' ')?;
            Some((Gas::from_code(gas)?, amount(value.trim())?))
        })
        .collect()
}

impl Factor {
    /// Reads the cells of one row, in the order of [`COLUMNS`]. `row` counts from 1 and stands in errors only.
    ///
    /// # Errors
    /// [`Error::FactorMalformed`], [`Error::FactorWithoutSource`].
    pub fn from_record(manifest: &Manifest, row: u32, cells: &[&str]) -> Result<Self, Error> {
        let cells = Cells {
            set: &manifest.id,
            row,
            cells,
        };
        if cells.cells.len() != COLUMNS.len() {
            return Err(Error::FactorMalformed {
                set: manifest.id.clone(),
                row,
                field: String::new(),
                text: format!("{} cells, {} columns", cells.cells.len(), COLUMNS.len()),
            });
        }
        let word = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let id = cells.required("id", word)?;
        if cells.text("source").is_empty() {
            return Err(Error::FactorWithoutSource {
                factor: format!("{}/{id}", manifest.id),
            });
        }
        let code = |text: &str| {
            text.bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
                .then(|| text.to_owned())
        };
        let valid_from = cells.day("valid_from")?;
        let valid_to = cells.day("valid_to")?;
        if let (Some(from), Some(to)) = (valid_from, valid_to)
            && to < from
        {
            return Err(cells.malformed("valid_to"));
        }
        let restriction = cells.required("restriction", Restriction::from_code)?;
        if restriction == Restriction::Window && (valid_from.is_none() || valid_to.is_none()) {
            return Err(cells.malformed("restriction"));
        }
        let selection = cells.required("selection", Selection::from_code)?;
        let treatment = cells.required("treatment", Treatment::from_code)?;
        if matches!(treatment, Treatment::Ets | Treatment::Lifecycle)
            && selection == Selection::Open
        {
            return Err(cells.malformed("selection"));
        }
        Ok(Self {
            activity: cells.required("activity", code)?,
            name_en: cells.required("name_en", word)?,
            name_zh: cells.required("name_zh", word)?,
            aliases: words(cells.text("aliases"), '|')
                .map(str::to_owned)
                .collect(),
            values: Self::read_values(manifest, &cells)?,
            categories: cells
                .optional("categories", |text| {
                    words(text, '|').map(Category::from_code).collect()
                })?
                .unwrap_or_default(),
            unit: cells.required("unit", |text| Unit::parse(text).ok())?,
            region: cells.required("region", |text| Region::parse(text).ok())?,
            treatment,
            selection,
            data_year: cells.optional("data_year", |text| {
                text.parse().ok().filter(|y| (1900..3000).contains(y))
            })?,
            published: cells.day("published")?,
            valid_from,
            valid_to,
            restriction,
            instrument: cells.text("instrument").to_owned(),
            biogenic_co2: cells.number("biogenic_co2")?,
            biogenic_id: cells.text("biogenic_id").to_owned(),
            fuel_type: cells.optional("fuel_type", FuelType::from_code)?,
            source: cells.text("source").to_owned(),
            quality: cells.required("quality", Quality::from_code)?,
            note: cells.text("note").to_owned(),
            id,
        })
    }

    fn read_values(manifest: &Manifest, cells: &Cells<'_>) -> Result<Values, Error> {
        let form = cells.text("form");
        // A number in a column that the form does not read would be silently ignored.
        for (owner, columns) in [
            ("gases", &["gases"][..]),
            ("co2e", &["co2e", "co2e_unit", "co2e_parts", "gwp_set"]),
            (
                "fuel",
                &["ncv", "carbon_per_heat", "carbon_content", "oxidation"],
            ),
        ] {
            for column in columns {
                if owner != form && !cells.text(column).is_empty() {
                    return Err(cells.malformed(column));
                }
            }
        }
        match form {
            "gases" => Ok(Values::Gases(cells.required("gases", gas_rates)?)),
            "co2e" => Ok(Values::Co2e {
                total: cells.required("co2e", amount)?,
                unit: cells.optional("co2e_unit", mass)?.unwrap_or(Unit::KILOGRAM),
                parts: cells
                    .optional("co2e_parts", weighted_parts)?
                    .unwrap_or_default(),
                gwp_set: cells
                    .optional("gwp_set", |text| GwpSet::parse(text).ok())?
                    .or(manifest.gwp_set)
                    .ok_or_else(|| cells.malformed("gwp_set"))?,
            }),
            "fuel" => {
                let (ncv, carbon_per_heat) =
                    (cells.number("ncv")?, cells.number("carbon_per_heat")?);
                let (carbon_content, oxidation) =
                    (cells.number("carbon_content")?, cells.number("oxidation")?);
                if oxidation.is_some_and(|rate| rate > Decimal::from(100)) {
                    return Err(cells.malformed("oxidation"));
                }
                if ncv
                    .or(carbon_per_heat)
                    .or(carbon_content)
                    .or(oxidation)
                    .is_none()
                {
                    return Err(cells.malformed("form"));
                }
                Ok(Values::Fuel {
                    ncv,
                    carbon_per_heat,
                    carbon_content,
                    oxidation,
                })
            }
            _ => Err(cells.malformed("form")),
        }
    }

    /// The cells of the row, in the order of [`COLUMNS`]: canonical, so that equal factors give equal bytes.
    #[must_use]
    pub fn to_record(&self) -> Vec<String> {
        let number =
            |value: Option<Decimal>| value.map(|value| value.to_string()).unwrap_or_default();
        let day = |value: Option<Date>| value.map(|value| value.to_string()).unwrap_or_default();
        let mut gases = String::new();
        let (mut co2e, mut co2e_unit, mut co2e_parts, mut gwp) = Default::default();
        let mut fuel = [None; 4];
        let form = match &self.values {
            Values::Gases(rates) => {
                let items: Vec<_> = rates
                    .iter()
                    .map(|rate| {
                        format!(
                            "{} {} {}",
                            rate.substance.code(),
                            rate.amount,
                            rate.unit.code()
                        )
                    })
                    .collect();
                gases = items.join("; ");
                "gases"
            }
            Values::Co2e {
                total,
                unit,
                parts,
                gwp_set,
            } => {
                let items: Vec<_> = parts
                    .iter()
                    .map(|(gas, value)| format!("{} {value}", gas.code()))
                    .collect();
                (co2e, co2e_unit) = (total.to_string(), unit.code().to_owned());
                (co2e_parts, gwp) = (items.join("; "), gwp_set.code().to_owned());
                "co2e"
            }
            Values::Fuel {
                ncv,
                carbon_per_heat,
                carbon_content,
                oxidation,
            } => {
                fuel = [*ncv, *carbon_per_heat, *carbon_content, *oxidation];
                "fuel"
            }
        };
        let categories: Vec<_> = self
            .categories
            .iter()
            .map(|category| category.code())
            .collect();
        vec![
            self.id.clone(),
            self.activity.clone(),
            self.name_en.clone(),
            self.name_zh.clone(),
            self.aliases.join("|"),
            form.to_owned(),
            categories.join("|"),
            self.unit.code().to_owned(),
            self.region.code().to_owned(),
            self.treatment.code().to_owned(),
            self.selection.code().to_owned(),
            self.data_year
                .map(|year| year.to_string())
                .unwrap_or_default(),
            day(self.published),
            day(self.valid_from),
            day(self.valid_to),
            self.restriction.code().to_owned(),
            self.instrument.clone(),
            gases,
            co2e,
            co2e_unit,
            co2e_parts,
            gwp,
            number(self.biogenic_co2),
            self.biogenic_id.clone(),
            self.fuel_type
                .map(|fuel_type| fuel_type.code().to_owned())
                .unwrap_or_default(),
            number(fuel[0]),
            number(fuel[1]),
            number(fuel[2]),
            number(fuel[3]),
            self.source.clone(),
            self.quality.code().to_owned(),
            self.note.clone(),
        ]
    }
}

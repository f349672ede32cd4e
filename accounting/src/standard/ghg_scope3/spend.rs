//! Money spent, brought to the currency, year and prices of an input-output rate.

use super::item::number;
use super::kilogram;
use crate::decimal::{Decimal, excerpt};
use crate::derivation::{Citation, Number, Rule};
use crate::error::Error;
use crate::report::{Faults, Report};
use crate::standard::emission_rate::Source;
use crate::unit::Unit;
use serde::Deserialize;

const MONEY: Rule = Rule {
    code: "scope3.money",
    formula: "V = A ÷ (1 + tax) × exchange rate × index of the factor's year ÷ index of the year × price conversion",
    clause: "Technical Guidance (2013), spend-based method: market values, inflation data",
};

/// Money spent, and how it is brought to the money of the rate.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Spend {
    amount: Decimal,
    currency: String,
    year: u16,
    #[serde(default)]
    prices: Prices,
    /// Value added tax contained in the amount, in per cent.
    tax_percent: Option<Decimal>,
    rate: SpendRate,
    exchange: Option<Exchange>,
    deflator: Option<Deflator>,
    price_conversion: Option<PriceConversion>,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Default)]
#[serde(rename_all = "snake_case")]
enum Prices {
    #[default]
    Purchaser,
    Basic,
}

/// kg CO2e per unit of money.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SpendRate {
    value: Decimal,
    /// Mass unit of `value`; kg if nothing is said.
    mass_unit: Option<String>,
    currency: String,
    year: u16,
    #[serde(default)]
    prices: Prices,
    source: Source,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Exchange {
    /// Money of the rate for one of the amount.
    rate: Decimal,
    source: Source,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Deflator {
    /// Price index of the year of the amount.
    index: Decimal,
    /// Price index of the year of the rate.
    index_of_rate: Decimal,
    source: Source,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PriceConversion {
    /// Value in the prices of the rate for one in the prices of the amount.
    ratio: Decimal,
    source: Source,
}

/// What brings money to the rate, with its sources.
pub(super) struct Money {
    mass: Unit,
    rate: Citation,
    exchange: Option<Citation>,
    deflator: Option<Citation>,
    conversion: Option<Citation>,
}

/// Currency, year and prices of the amount and of the rate must agree, or be brought together.
pub(super) fn check(spend: &Spend, place: &str, faults: &mut Faults) -> Option<Money> {
    let before = faults.0.len();
    number(Some(spend.amount), format!("{place}.amount"), false, faults);
    number(
        Some(spend.rate.value),
        format!("{place}.rate.value"),
        false,
        faults,
    );
    number(
        spend.tax_percent,
        format!("{place}.tax_percent"),
        false,
        faults,
    );
    for (field, text) in [
        ("currency", &spend.currency),
        ("rate.currency", &spend.rate.currency),
    ] {
        if text.len() != 3 || !text.bytes().all(|byte| byte.is_ascii_uppercase()) {
            faults.add(
                format!("{place}.{field}"),
                Error::NameUnknown {
                    text: excerpt(text),
                },
            );
        }
    }
    let needs = [
        (
            "exchange",
            spend.currency != spend.rate.currency,
            spend.exchange.is_some(),
        ),
        (
            "deflator",
            spend.year != spend.rate.year,
            spend.deflator.is_some(),
        ),
        (
            "price_conversion",
            spend.prices != spend.rate.prices,
            spend.price_conversion.is_some(),
        ),
    ];
    for (field, wanted, there) in needs {
        let what = format!("{place}.{field}");
        match (wanted, there) {
            (true, false) => faults.add(what.clone(), Error::PartNeeded { what }),
            (false, true) => faults.add(what.clone(), Error::PartNotUsed { what }),
            _ => {}
        }
    }
    if let Some(deflator) = &spend.deflator {
        number(
            Some(deflator.index),
            format!("{place}.deflator.index"),
            true,
            faults,
        );
        number(
            Some(deflator.index_of_rate),
            format!("{place}.deflator.index_of_rate"),
            true,
            faults,
        );
    }
    number(
        spend.exchange.as_ref().map(|e| e.rate),
        format!("{place}.exchange.rate"),
        true,
        faults,
    );
    number(
        spend.price_conversion.as_ref().map(|c| c.ratio),
        format!("{place}.price_conversion.ratio"),
        true,
        faults,
    );
    let mass = faults.keep(
        format!("{place}.rate.mass_unit"),
        Unit::parse(spend.rate.mass_unit.as_deref().unwrap_or("kg")),
    )?;
    faults.keep(format!("{place}.rate.mass_unit"), mass.ratio_to(kilogram()))?;
    let money = Money {
        mass,
        rate: spend
            .rate
            .source
            .check(&format!("{place}.rate.source"), faults),
        exchange: spend
            .exchange
            .as_ref()
            .map(|e| e.source.check(&format!("{place}.exchange.source"), faults)),
        deflator: spend
            .deflator
            .as_ref()
            .map(|d| d.source.check(&format!("{place}.deflator.source"), faults)),
        conversion: spend.price_conversion.as_ref().map(|c| {
            c.source
                .check(&format!("{place}.price_conversion.source"), faults)
        }),
    };
    (faults.0.len() == before).then_some(money)
}

/// The value in the money of the rate, and the rate in kg per unit of it.
pub(super) fn value(
    spend: &Spend,
    money: &Money,
    subject: &str,
    (place, evidence): (&str, &str),
    report: &mut Report,
) -> Result<(Number, Number), Error> {
    let derivation = &mut report.derivation;
    let currency = spend.currency.clone();
    let mut value = derivation.input(
        "spend",
        subject,
        spend.amount,
        currency.clone(),
        format!("{place}.amount"),
        evidence,
    );
    if let Some(percent) = spend.tax_percent {
        let hundred = derivation.constant("hundred_per_cent", 100_u32, "%");
        let tax = derivation.input(
            "tax",
            subject,
            percent,
            "%",
            format!("{place}.tax_percent"),
            "",
        );
        let gross = derivation.sum(MONEY, "price_with_tax", subject, "%", &[hundred, tax])?;
        let product = derivation.product(MONEY, "spend", subject, "", &[value, hundred])?;
        value =
            derivation.quotient(MONEY, "spend", subject, currency.clone(), &[product, gross])?;
    }
    let other = spend.rate.currency.clone();
    if let (Some(exchange), Some(citation)) = (&spend.exchange, &money.exchange) {
        let rate = derivation.parameter(
            "exchange_rate",
            subject,
            exchange.rate,
            format!("{other}/{currency}"),
            citation.clone(),
        );
        value = derivation.product(MONEY, "spend", subject, other.clone(), &[value, rate])?;
    }
    if let (Some(deflator), Some(citation)) = (&spend.deflator, &money.deflator) {
        let own = derivation.parameter(
            "price_index",
            format!("{subject}, {}", spend.year),
            deflator.index,
            "",
            citation.clone(),
        );
        let of_rate = derivation.parameter(
            "price_index",
            format!("{subject}, {}", spend.rate.year),
            deflator.index_of_rate,
            "",
            citation.clone(),
        );
        let product = derivation.product(MONEY, "spend", subject, "", &[value, of_rate])?;
        value = derivation.quotient(MONEY, "spend", subject, other.clone(), &[product, own])?;
    }
    if let (Some(conversion), Some(citation)) = (&spend.price_conversion, &money.conversion) {
        let ratio = derivation.parameter(
            "price_conversion",
            subject,
            conversion.ratio,
            "",
            citation.clone(),
        );
        value = derivation.product(MONEY, "spend", subject, other.clone(), &[value, ratio])?;
    }
    let unit = format!("{}CO2e/{other}", money.mass.symbol());
    let mut rate = derivation.parameter(
        "spend_rate",
        subject,
        spend.rate.value,
        unit,
        money.rate.clone(),
    );
    if money.mass != kilogram() {
        let ratio = derivation.constant("mass_unit", money.mass.ratio_to(kilogram())?, "kg");
        rate = derivation.product(
            MONEY,
            "spend_rate",
            subject,
            format!("kgCO2e/{other}"),
            &[rate, ratio],
        )?;
    }
    Ok((value, rate))
}

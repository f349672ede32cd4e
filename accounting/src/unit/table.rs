//! The units. Every factor is exact by definition: international yard and pound (1959), litre (CGPM 1964), calorie and
//! Btu (International Table, ISO 80000-5), US therm (15 °F definition, 105 480 400 J).

use super::{Basis, Conditions, Kind};

/// One unit: value in the base unit of its kind = amount × numerator / denominator.
/// Base units: kg, m3, J, m, kg·m, person·m, room·night, FTE·h, item.
pub(super) struct Row {
    /// UCUM code; braces are UCUM annotations.
    pub code: &'static str,
    /// Printed form.
    pub symbol: &'static str,
    /// Chinese name.
    pub name_zh: &'static str,
    pub kind: Kind,
    pub numerator: u128,
    pub denominator: u128,
    /// Other spellings, already folded except for the case of letters.
    pub aliases: &'static [&'static str],
}

const J_PER_WH: u128 = 3_600;
/// 1055.05585262 J
const BTU: u128 = 105_505_585_262;
const BTU_DENOMINATOR: u128 = 100_000_000;
/// 0.028316846592 m3
const CUBIC_FOOT: u128 = 28_316_846_592;
const CUBIC_FOOT_DENOMINATOR: u128 = 1_000_000_000_000;

macro_rules! unit {
    ($code:expr, $symbol:expr, $zh:expr, $kind:expr, $n:expr, $d:expr, $aliases:expr) => {
        Row {
            code: $code,
            symbol: $symbol,
            name_zh: $zh,
            kind: $kind,
            numerator: $n,
            denominator: $d,
            aliases: $aliases,
        }
    };
}

/// The same energy unit three times: plain, gross and net calorific value.
macro_rules! energy {
    ($code:literal, $symbol:literal, $zh:literal, $n:expr, $d:expr, $aliases:expr) => {
        [
            unit!(
                $code,
                $symbol,
                $zh,
                Kind::Energy(Basis::None),
                $n,
                $d,
                $aliases
            ),
            unit!(
                concat!($code, "{gross}"),
                concat!($symbol, " (Gross CV)"),
                concat!($zh, "（高位）"),
                Kind::Energy(Basis::Gross),
                $n,
                $d,
                &[]
            ),
            unit!(
                concat!($code, "{net}"),
                concat!($symbol, " (Net CV)"),
                concat!($zh, "（低位）"),
                Kind::Energy(Basis::Net),
                $n,
                $d,
                &[]
            ),
        ]
    };
}

const MASS: Kind = Kind::Mass;
const ACTUAL: Kind = Kind::Volume(Conditions::Unstated);
const NORMAL: Kind = Kind::Volume(Conditions::Normal);
const STANDARD: Kind = Kind::Volume(Conditions::Standard);

/// The rows by group; [`super::Unit`] numbers them in this order.
#[rustfmt::skip]
pub(super) static GROUPS: [&[Row]; 24] = [
    &[
        unit!("kg", "kg", "千克", MASS, 1, 1, &["公斤", "kilogram", "kilograms", "kgs", "Kg"]),
        unit!("g", "g", "克", MASS, 1, 1_000, &["gram", "grams"]),
        unit!("mg", "mg", "毫克", MASS, 1, 1_000_000, &["milligram", "milligrams"]),
        unit!("t", "t", "吨", MASS, 1_000, 1, &["tonne", "tonnes", "metric ton", "metric tons", "metric tonne", "metric tonnes", "公吨"]),
        unit!("kt", "kt", "千吨", MASS, 1_000_000, 1, &["kilotonne", "kilotonnes"]),
        unit!("10*4.t", "10⁴ t", "万吨", MASS, 10_000_000, 1, &["10^4t", "10^4 t", "104t"]),
        unit!("[lb_av]", "lb", "磅", MASS, 45_359_237, 100_000_000, &["lbs", "pound", "pounds", "[lb_i]"]),
        unit!("[ston_av]", "short ton", "短吨", MASS, 90_718_474, 100_000, &["short_ton", "short tons", "short_tons", "us ton", "us tons", "us short ton", "美吨", "[ston_i]"]),
        unit!("[lton_av]", "long ton", "长吨", MASS, 10_160_469_088, 10_000_000, &["long_ton", "long tons", "imperial ton", "英吨", "[lton_i]"]),
        unit!("[oz_av]", "oz", "盎司", MASS, 45_359_237, 1_600_000_000, &["ounce", "ounces"]),
    ],
    &[
        unit!("m3", "m³", "立方米", ACTUAL, 1, 1, &["m³", "m^3", "cubic metre", "cubic metres", "cubic meter", "cubic meters", "方"]),
        unit!("L", "L", "升", ACTUAL, 1, 1_000, &["l", "litre", "litres", "liter", "liters", "公升"]),
        unit!("mL", "mL", "毫升", ACTUAL, 1, 1_000_000, &["ml", "millilitre", "milliliter"]),
        unit!("ML", "ML", "兆升", ACTUAL, 1_000, 1, &["megalitre", "megalitres", "million litres", "百万升"]),
        unit!("10*3.m3", "10³ m³", "千立方米", ACTUAL, 1_000, 1, &["10^3m3", "10^3 m3", "thousand m3"]),
        unit!("10*4.m3", "10⁴ m³", "万立方米", ACTUAL, 10_000, 1, &["10^4m3", "10^4 m3", "104m3"]),
        unit!("[gal_us]", "US gal", "美制加仑", ACTUAL, 3_785_411_784, 1_000_000_000_000, &["us gallon", "us gallons", "gallon (us)", "gallons (us)", "gal (us)", "us_gal", "gal_us", "us_gallon", "美加仑"]),
        unit!("[gal_br]", "imp gal", "英制加仑", ACTUAL, 454_609, 100_000_000, &["imperial gallon", "imperial gallons", "uk gallon", "uk gallons", "gal (uk)", "英加仑"]),
        unit!("[bbl_us]", "bbl", "桶", ACTUAL, 158_987_294_928, 1_000_000_000_000, &["barrel", "barrels", "petroleum barrel"]),
        unit!("[cft_i]", "ft³", "立方英尺", ACTUAL, CUBIC_FOOT, CUBIC_FOOT_DENOMINATOR, &["ft3", "ft^3", "cubic foot", "cubic feet", "[ft_i]3"]),
    ],
    &[
        unit!("m3{normal}", "Nm³", "标准立方米", NORMAL, 1, 1, &["Nm3", "Nm^3", "nm3", "标立方米", "标方", "标况立方米", "normal cubic metre", "normal cubic meter", "normal m3"]),
        unit!("10*3.m3{normal}", "10³ Nm³", "千标立方米", NORMAL, 1_000, 1, &["10^3Nm3", "10^3 Nm3", "kNm3", "千标准立方米", "千标方", "千Nm3", "10³Nm³"]),
        unit!("10*4.m3{normal}", "10⁴ Nm³", "万标立方米", NORMAL, 10_000, 1, &["10^4Nm3", "10^4 Nm3", "104Nm3", "万标准立方米", "万标方", "万Nm3", "万Nm³", "10⁴Nm³", "10^4Nm³"]),
    ],
    &[
        unit!("[cft_i]{standard}", "scf", "标准立方英尺", STANDARD, CUBIC_FOOT, CUBIC_FOOT_DENOMINATOR, &["SCF", "standard cubic foot", "standard cubic feet", "[ft_i]3{standard}"]),
        unit!("10*3.[cft_i]{standard}", "Mscf", "千标准立方英尺", STANDARD, CUBIC_FOOT * 1_000, CUBIC_FOOT_DENOMINATOR, &["thousand scf", "10*3.[ft_i]3{standard}"]),
        unit!("10*6.[cft_i]{standard}", "MMscf", "百万标准立方英尺", STANDARD, CUBIC_FOOT * 1_000_000, CUBIC_FOOT_DENOMINATOR, &["million scf", "10*6.[ft_i]3{standard}"]),
    ],
    &energy!("kW.h", "kWh", "千瓦时", 1_000 * J_PER_WH, 1, &["kWh", "kwh", "KWH", "Kwh", "KWh", "kW·h", "kilowatt hour", "kilowatt hours", "kilowatt-hour", "度"]),
    &energy!("W.h", "Wh", "瓦时", J_PER_WH, 1, &["Wh"]),
    &energy!("MW.h", "MWh", "兆瓦时", 1_000_000 * J_PER_WH, 1, &["MWh", "Mwh", "MW·h", "megawatt hour", "megawatt hours", "megawatt-hour", "千度"]),
    &energy!("GW.h", "GWh", "吉瓦时", 1_000_000_000 * J_PER_WH, 1, &["GWh", "gigawatt hour", "百万千瓦时"]),
    &energy!("10*4.kW.h", "10⁴ kWh", "万千瓦时", 10_000_000 * J_PER_WH, 1, &["10*4.kWh", "10^4kWh", "10^4 kWh", "万度", "万kWh", "万kW·h"]),
    &energy!("10*8.kW.h", "10⁸ kWh", "亿千瓦时", 100_000_000_000 * J_PER_WH, 1, &["10*8.kWh", "10^8kWh", "10^8 kWh", "亿度", "亿kWh"]),
    &energy!("J", "J", "焦", 1, 1, &["焦耳", "joule", "joules"]),
    &energy!("kJ", "kJ", "千焦", 1_000, 1, &["千焦耳", "kilojoule", "kilojoules"]),
    &energy!("MJ", "MJ", "兆焦", 1_000_000, 1, &["兆焦耳", "megajoule", "megajoules"]),
    &energy!("GJ", "GJ", "吉焦", 1_000_000_000, 1, &["吉焦耳", "百万千焦", "gigajoule", "gigajoules"]),
    &energy!("TJ", "TJ", "太焦", 1_000_000_000_000, 1, &["太焦耳", "terajoule", "terajoules"]),
    &energy!("10*6.[Btu_IT]", "mmBtu", "百万英热单位", BTU * 1_000_000, BTU_DENOMINATOR, &["MMBtu", "mmbtu", "MMBTU", "million btu", "million Btu"]),
    &energy!("[Btu_IT]", "Btu", "英热单位", BTU, BTU_DENOMINATOR, &["btu", "BTU"]),
    &energy!("{therm_us}", "therm (US)", "色姆（美制）", 105_480_400, 1, &["therm{us}", "us therm", "therms (us)", "therm us"]),
    &energy!("{therm_ec}", "therm (EC)", "色姆（欧制）", BTU * 100_000, BTU_DENOMINATOR, &["therm{ec}", "ec therm", "therms (ec)", "therm (uk)", "therm ec"]),
    &energy!("Mcal", "Mcal", "兆卡", 4_186_800, 1, &["10*6.cal_IT", "百万卡", "兆卡（国际蒸汽表）"]),
    &[
        unit!("km", "km", "千米", Kind::Distance, 1_000, 1, &["公里", "kilometre", "kilometres", "kilometer", "kilometers", "{vehicle}.km", "vehicle.km", "vehicle-km", "vehicle km", "vkm", "车公里", "车千米", "车·公里"]),
        unit!("m", "m", "米", Kind::Distance, 1, 1, &["metre", "metres", "meter", "meters"]),
        unit!("[mi_i]", "mi", "英里", Kind::Distance, 1_609_344, 1_000, &["mile", "miles", "[mi_us]", "{vehicle}.[mi_i]", "vehicle.[mi_i]", "vehicle.mi", "vehicle-mile", "vehicle-miles", "vehicle mile", "车英里"]),
        unit!("[nmi_i]", "nmi", "海里", Kind::Distance, 1_852, 1, &["nautical mile", "nautical miles"]),
        unit!("t.km", "t·km", "吨公里", Kind::MassDistance, 1_000_000, 1, &["t·km", "tkm", "tonne.km", "tonne-km", "tonne km", "tonne-kilometre", "吨千米", "吨·公里", "吨·千米"]),
        unit!("kg.km", "kg·km", "千克公里", Kind::MassDistance, 1_000, 1, &["kg·km"]),
        unit!("10*4.t.km", "10⁴ t·km", "万吨公里", Kind::MassDistance, 10_000_000_000, 1, &["10^4t.km", "10^4 t.km", "万吨千米"]),
        // 907.18474 kg × 1609.344 m
        unit!("[ston_av].[mi_i]", "short ton·mi", "短吨英里", Kind::MassDistance, 90_718_474 * 1_609_344, 100_000_000, &["short ton-mile", "short ton-miles", "short_ton.mi", "ston.mi"]),
        unit!("{passenger}.km", "passenger·km", "人公里", Kind::PassengerDistance, 1_000, 1, &["passenger.km", "passenger-km", "passenger km", "pkm", "人千米", "人·公里", "客公里"]),
        unit!("{passenger}.[mi_i]", "passenger·mi", "人英里", Kind::PassengerDistance, 1_609_344, 1_000, &["passenger.[mi_i]", "passenger.mi", "passenger-mile", "passenger-miles", "passenger mile"]),
        unit!("{room}.{night}", "room·night", "间夜", Kind::RoomNight, 1, 1, &["room.night", "room-night", "room night", "room nights", "房晚", "间·夜", "间晚"]),
        unit!("{FTE}.h", "FTE·h", "全时当量工时", Kind::WorkTime, 1, 1, &["FTE.h", "FTE-hour", "FTE working hour", "FTE working hours"]),
        unit!("{item}", "item", "件", Kind::Count, 1, 1, &["item", "items", "1", "个", "piece", "pieces", "unit", "units", "count", "台"]),
    ],
    &[
        unit!("m2", "m²", "平方米", Kind::Area, 1, 1, &["m²", "m^2", "square metre", "square metres", "square meter", "square meters", "平米"]),
        unit!("[sft_i]", "ft²", "平方英尺", Kind::Area, 9_290_304, 100_000_000, &["ft2", "ft^2", "sq ft", "square foot", "square feet"]),
        unit!("har", "ha", "公顷", Kind::Area, 10_000, 1, &["ha", "hectare", "hectares"]),
    ],
    &energy!("{toe}", "toe", "吨油当量", 41_868_000_000, 1, &["toe", "TOE", "tep", "tonne of oil equivalent", "tonnes of oil equivalent"]),
    // 7 Gcal (IT): GB/T 2589, 29307.6 MJ.
    &energy!("{tce}", "tce", "吨标准煤", 29_307_600_000, 1, &["tce", "TCE", "吨标煤", "tonne of coal equivalent", "tonnes of coal equivalent"]),
];

/// Spellings that mean different units to different people, with what they may mean.
pub(super) const AMBIGUOUS: [(&str, &str); 16] = [
    ("ton", "t, [ston_av], [lton_av]"),
    ("tons", "t, [ston_av], [lton_av]"),
    ("mt", "t, 10*6.t"),
    ("gal", "[gal_us], [gal_br]"),
    ("gallon", "[gal_us], [gal_br]"),
    ("gallons", "[gal_us], [gal_br]"),
    ("加仑", "[gal_us], [gal_br]"),
    ("therm", "{therm_us}, {therm_ec}"),
    ("therms", "{therm_us}, {therm_ec}"),
    ("mcf", "10*3.[cft_i]{standard}, 10*3.[cft_i]"),
    ("ccf", "10*2.[cft_i]{standard}, 10*2.[cft_i]"),
    ("mcm", "10*3.m3, 10*6.m3"),
    ("mbtu", "10*3.[Btu_IT], 10*6.[Btu_IT]"),
    ("里", "km, [mi_i]"),
    ("万方", "10*4.m3, 10*4.m3{normal}"),
    ("万m3", "10*4.m3, 10*4.m3{normal}"),
];

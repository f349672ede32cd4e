//! What a column means: the names that offices, official templates and other programs give to it.

use super::cell::trim;
use super::number::fold_width;
use super::parameter;

/// Meaning of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Column {
    /// The entity's own number of the row.
    Reference,
    /// Facility, by name.
    Facility,
    /// Province, region or country.
    Region,
    /// 1, 2 or 3.
    Scope,
    /// Kind of source.
    Category,
    /// What was done or used.
    Activity,
    /// First day, or the month of it.
    Start,
    /// Last day, or the month of it.
    End,
    /// Month, quarter, year or range.
    Period,
    /// Amount.
    Quantity,
    /// Unit of the amount.
    Unit,
    /// Fuel parameters or an emission factor.
    Parameters,
    /// Where the factor stands, in the entity's words.
    FactorSource,
    /// Measured, default, calculated.
    Obtained,
    /// Where the number was read.
    Source,
    /// Documents that back the row.
    Evidence,
    /// Measuring instrument.
    Instrument,
    /// Data quality control plan and its version.
    QualityPlan,
    /// Laboratory.
    Laboratory,
    /// Sample.
    Sample,
    /// Who recorded.
    Recorder,
    /// Who reviewed.
    Reviewer,
    /// Free text.
    Note,
    /// Method of calculation, if chosen.
    Method,
    /// Kind of contractual instrument for electricity.
    MarketInstrument,
    /// Its number.
    MarketReference,
}

/// Names of one column. The first English and the first Chinese name are those of our own templates.
pub struct Names {
    /// The meaning.
    pub column: Column,
    /// Permanent snake_case code.
    pub code: &'static str,
    /// English names, lower case.
    pub en: &'static [&'static str],
    /// Chinese names.
    pub zh: &'static [&'static str],
}

const fn names(
    column: Column,
    code: &'static str,
    en: &'static [&'static str],
    zh: &'static [&'static str],
) -> Names {
    Names {
        column,
        code,
        en,
        zh,
    }
}

/// Every column that we understand. Official words: GB/T 32150, the MEE power guideline's data quality control plan,
/// monthly reporting template of the national carbon market.
pub const COLUMNS: &[Names] = &[
    names(
        Column::Reference,
        "reference",
        &[
            "reference",
            "case",
            "id",
            "ref",
            "no",
            "no.",
            "number",
            "row id",
            "record id",
            "voucher no",
        ],
        &[
            "编号",
            "案例",
            "序号",
            "行号",
            "记录编号",
            "数据编号",
            "流水号",
        ],
    ),
    names(
        Column::Facility,
        "facility",
        &[
            "facility",
            "site",
            "plant",
            "location",
            "installation",
            "works",
        ],
        &[
            "设施",
            "设施名称",
            "厂区",
            "工厂",
            "企业设施",
            "机组",
            "生产单元",
            "核算单元",
            "场所",
            "分厂",
        ],
    ),
    names(
        Column::Region,
        "region",
        &["region", "province", "country", "grid", "grid region"],
        &[
            "省份",
            "地区",
            "省",
            "省市",
            "省/市",
            "省区市",
            "区域",
            "所在地区",
            "所在省份",
            "国家",
            "电网",
            "区域电网",
        ],
    ),
    names(
        Column::Scope,
        "scope",
        &["scope", "ghg scope"],
        &["范围", "核算范围", "排放范围"],
    ),
    names(
        Column::Category,
        "category",
        &["category", "source category", "emission category", "type"],
        &[
            "类别",
            "排放类别",
            "排放源类别",
            "排放源类型",
            "活动类别",
            "分类",
            "排放类型",
            "类型",
        ],
    ),
    names(
        Column::Activity,
        "activity",
        &[
            "activity",
            "activity data",
            "activity name",
            "item",
            "fuel",
            "fuel type",
            "energy type",
            "emission source",
        ],
        &[
            "活动",
            "活动数据",
            "活动名称",
            "排放源",
            "排放源名称",
            "燃料",
            "燃料品种",
            "燃料类型",
            "能源品种",
            "能源名称",
            "化石燃料种类",
            "化石燃料品种",
            "名称",
            "项目",
            "活动数据名称",
        ],
    ),
    names(
        Column::Start,
        "start",
        &[
            "start",
            "start date",
            "from",
            "period start",
            "begin",
            "date from",
            "beginning",
        ],
        &[
            "开始",
            "开始日期",
            "起始日期",
            "起始",
            "开始时间",
            "起始时间",
            "期间开始",
            "起",
        ],
    ),
    names(
        Column::End,
        "end",
        &["end", "end date", "to", "until", "period end", "date to"],
        &[
            "结束",
            "结束日期",
            "截止日期",
            "终止日期",
            "截止",
            "结束时间",
            "期间结束",
            "止",
        ],
    ),
    names(
        Column::Period,
        "period",
        &[
            "month",
            "period",
            "reporting period",
            "date",
            "year month",
            "year-month",
        ],
        &[
            "月份",
            "期间",
            "月度",
            "年月",
            "统计期",
            "报告期",
            "日期",
            "核算期",
            "统计月份",
            "时间",
            "年度",
            "年份",
        ],
    ),
    names(
        Column::Quantity,
        "quantity",
        &[
            "quantity",
            "amount",
            "consumption",
            "activity amount",
            "value",
            "usage",
            "volume",
        ],
        &[
            "数量",
            "消耗量",
            "活动水平",
            "活动数据值",
            "用量",
            "消费量",
            "使用量",
            "净消耗量",
            "购入量",
            "耗用量",
            "数值",
            "活动水平数据",
            "购入使用量",
            "燃料消耗量",
        ],
    ),
    names(
        Column::Unit,
        "unit",
        &["unit", "units", "uom", "unit of measure"],
        &["单位", "计量单位", "数量单位"],
    ),
    names(
        Column::Parameters,
        "parameters",
        &[
            "parameters",
            "parameter",
            "factor parameters",
            "calculation parameters",
        ],
        &["参数", "计算参数", "排放参数", "核算参数"],
    ),
    names(
        Column::FactorSource,
        "factor_source",
        &[
            "factor source",
            "emission factor",
            "factor",
            "emission factor source",
            "factor id",
            "ef source",
        ],
        &[
            "排放因子来源",
            "排放因子",
            "因子来源",
            "因子",
            "因子编号",
            "排放因子编号",
        ],
    ),
    names(
        Column::Obtained,
        "obtained",
        &[
            "obtained",
            "way of obtaining",
            "data type",
            "measured or default",
            "data quality",
        ],
        &[
            "数据获取方式",
            "获取方式",
            "数据类型",
            "取值方式",
            "实测或缺省",
            "数据获取方法",
        ],
    ),
    names(
        Column::Source,
        "source",
        &["source", "data source", "record source"],
        &["数据来源", "来源", "数据源", "台账", "数据出处"],
    ),
    names(
        Column::Evidence,
        "evidence",
        &[
            "evidence",
            "voucher",
            "document",
            "evidence document",
            "supporting document",
            "invoice",
        ],
        &[
            "凭证",
            "证据",
            "证明材料",
            "支撑材料",
            "凭证号",
            "发票号",
            "佐证材料",
            "证据文件",
        ],
    ),
    names(
        Column::Instrument,
        "instrument",
        &["instrument", "meter", "measuring instrument", "meter id"],
        &[
            "计量器具",
            "计量设备",
            "仪表",
            "计量仪表",
            "电表号",
            "表号",
            "计量器具编号",
        ],
    ),
    names(
        Column::QualityPlan,
        "quality_plan",
        &[
            "quality control plan",
            "data quality control plan",
            "quality plan version",
            "monitoring plan",
        ],
        &[
            "数据质量控制计划",
            "质量控制计划版本",
            "数据质量控制方案",
            "监测计划",
            "数据质量控制计划版本",
        ],
    ),
    names(
        Column::Laboratory,
        "laboratory",
        &["laboratory", "lab"],
        &["检测机构", "实验室", "化验机构", "检测单位", "化验室"],
    ),
    names(
        Column::Sample,
        "sample",
        &["sample", "sample id", "sample no"],
        &["样品", "样品编号", "样品号", "煤样编号"],
    ),
    names(
        Column::Recorder,
        "recorder",
        &["recorder", "recorded by", "prepared by", "entered by"],
        &["记录人", "填报人", "填表人", "录入人", "记录人员", "填写人"],
    ),
    names(
        Column::Reviewer,
        "reviewer",
        &["reviewer", "reviewed by", "checked by", "approved by"],
        &["审核人", "复核人", "校核人", "审核人员"],
    ),
    names(
        Column::Note,
        "note",
        &["note", "notes", "remark", "remarks", "comment", "comments"],
        &["备注", "说明", "注", "附注", "备注说明"],
    ),
    names(
        Column::Method,
        "method",
        &["method", "calculation method"],
        &["核算方法", "计算方法", "方法"],
    ),
    names(
        Column::MarketInstrument,
        "market_instrument",
        &[
            "contractual instrument",
            "market instrument",
            "energy attribute certificate",
        ],
        &[
            "电力凭证类型",
            "绿电类型",
            "绿证类型",
            "市场化工具",
            "合同工具",
        ],
    ),
    names(
        Column::MarketReference,
        "market_reference",
        &[
            "instrument reference",
            "certificate no",
            "certificate number",
            "contract no",
            "rec id",
        ],
        &[
            "电力凭证编号",
            "绿证编号",
            "合同编号",
            "绿电合同号",
            "绿证号",
        ],
    ),
];

impl Column {
    /// The names of this column.
    #[must_use]
    pub fn names(self) -> &'static Names {
        // The table has one entry for each variant; `every_column_has_its_names` guards it.
        COLUMNS
            .iter()
            .find(|names| names.column == self)
            .unwrap_or(&COLUMNS[0])
    }

    /// Permanent snake_case code.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.names().code
    }

    /// Whether two columns of this meaning are refused instead of one being chosen.
    #[must_use]
    pub const fn is_strict(self) -> bool {
        matches!(
            self,
            Self::Quantity | Self::Unit | Self::Start | Self::End | Self::Period | Self::Parameters
        )
    }

    /// A few names for an error message: the first ones of both languages.
    #[must_use]
    pub fn examples(self) -> String {
        let names = self.names();
        names
            .en
            .iter()
            .take(3)
            .chain(names.zh.iter().take(3))
            .copied()
            .collect::<Vec<_>>()
            .join(" / ")
    }
}

/// What an expected result is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Expected {
    /// What is measured.
    pub measure: Measure,
    /// Kilogram or tonne.
    pub in_tonnes: bool,
    /// Which rounding the expectation follows.
    pub rounding: ExpectedRounding,
}

/// The figure that an expected column gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Measure {
    /// CO2e; for purchased energy location-based.
    Co2e,
    /// CO2e, market-based.
    Co2eMarket,
    /// CO2 of biogenic origin outside the scopes.
    BiogenicCo2,
}

/// Rounding that an expected column follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ExpectedRounding {
    /// Nothing rounded until the result.
    Unrounded,
    /// The steps of the MEE guideline.
    Guideline,
}

/// How a header was understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meaning {
    /// Input.
    Input {
        /// Which.
        column: Column,
        /// Text in parentheses behind the name, such as a unit.
        suffix: Option<String>,
    },
    /// A parameter of the row in a column of its own, as official templates have it.
    Parameter {
        /// Which.
        kind: accounting::ParameterKind,
        /// Unit in parentheses behind the name.
        unit: Option<String>,
    },
    /// For checking only; `None` when it is not clear what is expected.
    Expected(Option<Expected>),
    /// Not understood.
    Unknown,
    /// No text.
    Blank,
}

/// Plain form of a header: half-width, lower case, one space between words, no marks for required columns.
#[must_use]
pub fn plain(header: &str) -> String {
    let folded = fold_width(trim(header)).to_lowercase();
    let folded = folded
        .trim_start_matches(['*', '＊'])
        .trim_end_matches(['*', ':', '＊', '：']);
    let mut plain = String::with_capacity(folded.len());
    for word in folded
        .split([' ', '\t', '\n', '\r', '_'])
        .filter(|word| !word.is_empty())
    {
        // Han headers broken over two lines are one word.
        let han = |c: char| ('\u{2E80}'..='\u{9FFF}').contains(&c);
        let joins_han =
            plain.chars().next_back().is_some_and(han) && word.chars().next().is_some_and(han);
        if !plain.is_empty() && !joins_han {
            plain.push(' ');
        }
        plain.push_str(word);
    }
    plain
}

/// Understands one header.
#[must_use]
pub fn understand(header: &str) -> Meaning {
    let text = plain(header);
    if text.is_empty() {
        return Meaning::Blank;
    }
    if text.starts_with("expected") || text.starts_with("预期") || text.starts_with("期望") {
        return Meaning::Expected(expected(&text));
    }
    if let Some(column) = find(&text) {
        return Meaning::Input {
            column,
            suffix: None,
        };
    }
    // `数量（吨）`, `quantity (t)`, `消耗量/t`, `用量(kwh)`; the suffix keeps its case for the unit.
    let original = fold_width(trim(header));
    if let Some((name, rest)) = original.split_once(['(', '[', '【']) {
        let suffix = trim(rest.trim_end_matches([')', ']', '】', '*', ':']));
        if let Some(column) = find(&plain(name)) {
            let suffix = (!suffix.is_empty()).then(|| suffix.to_owned());
            return Meaning::Input { column, suffix };
        }
    }
    let (name, unit) = match original.split_once(['(', '[', '【']) {
        Some((name, rest)) => (
            name,
            trim(rest.trim_end_matches([')', ']', '】', '*', ':'])),
        ),
        None => (original.as_str(), ""),
    };
    if let Some(kind) = parameter::kind_of_name(name)
        && kind != accounting::ParameterKind::EmissionFactor
    {
        return Meaning::Parameter {
            kind,
            unit: (!unit.is_empty()).then(|| unit.to_owned()),
        };
    }
    // `活动 Activity`, `Unit/单位`: a bilingual header whose two halves mean the same.
    let mut halves = None;
    for separator in ['/', '|', '\n', ' '] {
        if let Some((first, second)) = original.split_once(separator) {
            match (find(&plain(first)), find(&plain(second))) {
                (Some(one), Some(two)) if one == two => halves = Some(one),
                _ => {}
            }
        }
    }
    halves.map_or(Meaning::Unknown, |column| Meaning::Input {
        column,
        suffix: None,
    })
}

/// How usual a header is for its column: the lower, the more. Of two columns that mean the same the more usual one is taken,
/// but never where a guess could change a number ([`Column::is_strict`]).
#[must_use]
pub fn rank(header: &str, column: Column) -> usize {
    let folded = fold_width(trim(header));
    let name = folded
        .split_once(['(', '[', '【'])
        .map_or(folded.as_str(), |(name, _)| name);
    let name = plain(name);
    let names = column.names();
    let place = |list: &[&str]| list.iter().position(|known| *known == name);
    place(names.en)
        .or_else(|| place(names.zh))
        .map_or(usize::MAX, |place| place)
}

fn find(plain: &str) -> Option<Column> {
    COLUMNS
        .iter()
        .find(|names| names.code == plain || names.en.contains(&plain) || names.zh.contains(&plain))
        .map(|names| names.column)
}

fn expected(text: &str) -> Option<Expected> {
    let any = |words: &[&str]| words.iter().any(|word| text.contains(word));
    let measure = if any(&["biogenic", "生物"]) {
        Measure::BiogenicCo2
    } else if any(&["market", "市场"]) {
        Measure::Co2eMarket
    } else {
        Measure::Co2e
    };
    let in_tonnes = if any(&["kgco2", "kg co2", "千克", "公斤"]) {
        false
    } else if any(&["tco2", "t co2", "吨", "tonne"]) {
        true
    } else {
        return None;
    };
    let rounding = if any(&["修约", "guideline"]) && !any(&["不修约", "unrounded"]) {
        ExpectedRounding::Guideline
    } else {
        ExpectedRounding::Unrounded
    };
    Some(Expected {
        measure,
        in_tonnes,
        rounding,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(header: &str) -> Option<Column> {
        match understand(header) {
            Meaning::Input { column, .. } => Some(column),
            _ => None,
        }
    }

    #[test]
    fn every_column_has_its_names() {
        for names in COLUMNS {
            assert_eq!(names.column.code(), names.code);
            for name in names.en.iter().chain(names.zh) {
                assert_eq!(column(name), Some(names.column), "{name}");
                assert_eq!(plain(name), *name, "{name} is not in plain form");
            }
        }
    }

    #[test]
    fn no_name_means_two_columns() {
        let mut seen = std::collections::HashMap::new();
        for names in COLUMNS {
            for name in names.en.iter().chain(names.zh) {
                assert_eq!(seen.insert(*name, names.code), None, "{name}");
            }
        }
    }

    #[test]
    fn headers_as_offices_write_them() {
        assert_eq!(column(" *Factor_Source："), Some(Column::FactorSource));
        assert_eq!(column("开始\n日期"), Some(Column::Start));
        assert_eq!(column("单位 / Unit"), Some(Column::Unit));
        assert_eq!(column("Ｕｎｉｔ"), Some(Column::Unit));
        assert_eq!(
            understand("消耗量（tCE）"),
            Meaning::Input {
                column: Column::Quantity,
                suffix: Some("tCE".into())
            }
        );
        assert_eq!(understand("颜色"), Meaning::Unknown);
        assert_eq!(understand("  "), Meaning::Blank);
    }

    #[test]
    fn expected_columns_are_told_apart() {
        let co2e = |in_tonnes, rounding| {
            Meaning::Expected(Some(Expected {
                measure: Measure::Co2e,
                in_tonnes,
                rounding,
            }))
        };
        assert_eq!(
            understand("expected kgCO2e"),
            co2e(false, ExpectedRounding::Unrounded)
        );
        assert_eq!(
            understand("预期 tCO2（不修约）"),
            co2e(true, ExpectedRounding::Unrounded)
        );
        assert_eq!(
            understand("预期 tCO2（指南修约）"),
            co2e(true, ExpectedRounding::Guideline)
        );
        assert_eq!(
            understand("expected biogenic kgCO2 (outside scopes)"),
            Meaning::Expected(Some(Expected {
                measure: Measure::BiogenicCo2,
                in_tonnes: false,
                rounding: ExpectedRounding::Unrounded
            }))
        );
        assert_eq!(understand("expected colour"), Meaning::Expected(None));
    }
}

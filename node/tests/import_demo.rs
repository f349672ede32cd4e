//! The files of `hengtan demo`: one invented year of a mid-size plant. Written here, committed, and compared with what
//! stands in the repository, so that nobody edits the results by hand.
//!
//! `cargo test -p hengtan --test import_demo regenerate_demo -- --ignored` writes them again.

// Helpers of tests may fail loudly, as tests do.
#![allow(clippy::unwrap_used)]

use std::path::PathBuf;

use hengtan::import::delimited::quote;
use hengtan::import::encoding::Encoding;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, FormatAlign, Workbook, XlsxError};

fn folder() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../deploy/demo"))
}

/// Shape of a year: percent of the mean month, heating in winter, cooling in summer, holidays in February.
const HEAT: [u32; 12] = [142, 131, 118, 96, 80, 71, 68, 69, 78, 95, 117, 135];
const POWER: [u32; 12] = [97, 82, 99, 96, 98, 104, 113, 115, 106, 97, 96, 97];
const WORK: [u32; 12] = [96, 71, 104, 102, 101, 103, 102, 103, 101, 93, 104, 120];

/// `mean` in thousandths, times the month's share, plus a few units so that no two months end alike; in thousandths.
fn month_value(mean_thousandths: u64, share: &[u32; 12], month: usize, seed: u64) -> u64 {
    let ripple = (seed * 7 + month as u64 * 13) * 37 % 997;
    mean_thousandths * u64::from(share[month]) / 100 + ripple
}

/// A number with `digits` of its three decimals, thousands separated on request.
fn text(thousandths: u64, digits: usize, grouped: bool) -> String {
    let whole = (thousandths / 1000).to_string();
    let fraction = format!("{:03}", thousandths % 1000);
    let mut out = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if grouped && at > 0 && (whole.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if digits > 0 {
        format!("{out}.{}", &fraction[..digits])
    } else {
        out
    }
}

fn full_width(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '0'..='9' | '.' | ',' => char::from_u32(u32::from(c) + 0xFEE0).unwrap_or(c),
            other => other,
        })
        .collect()
}

/// GB18030, CRLF, title row, thousands separators, full-width digits, trailing spaces, an empty line, a row of remarks.
fn energy_csv() -> Vec<u8> {
    let mut lines: Vec<Vec<String>> = Vec::new();
    let mut push =
        |cells: &[&str]| lines.push(cells.iter().map(|cell| (*cell).to_owned()).collect());
    push(&["示例制造有限公司 2025 年能源与燃料活动数据台账（示例数据，纯属虚构）"]);
    push(&[]);
    push(&[
        "编号",
        "设施",
        "类别",
        "活动",
        "月份",
        "数量",
        "单位",
        "省份",
        "参数",
        "数据获取方式",
        "数据来源",
        "计量器具",
        "记录人",
        "备注",
    ]);
    for month in 0..12 {
        let period = format!("2025年{}月", month + 1);
        let number = |kind: usize| format!("NY-2025{:02}-{kind}", month + 1);
        let coal = text(month_value(1_480_000, &HEAT, month, 1), 2, true);
        let calorific = 23_000 + (month as u64 * 61 + 17) % 290;
        let parameters = format!(
            "低位发热量 {} GJ/t（实测）；单位热值含碳量 0.02618 tC/GJ（缺省）；碳氧化率 99%（缺省）",
            text(calorific, 3, false)
        );
        push(&[
            &number(1),
            "示例工厂",
            "固定燃烧",
            "烟煤",
            &period,
            &coal,
            "吨",
            "广东",
            &parameters,
            "实测",
            "入炉煤计量台账",
            "皮带秤 BW-01",
            "王芳",
            "",
        ]);
        let gas = text(month_value(18_600, &POWER, month, 2), 3, false);
        push(&[
            &number(2),
            "示例工厂",
            "固定燃烧",
            "天然气",
            &period,
            &gas,
            "万Nm3",
            "广东",
            "",
            "实测",
            "燃气公司结算单",
            "流量计 FM-02",
            "王芳",
            "",
        ]);
        let diesel = text(month_value(2_400, &WORK, month, 3), 2, false);
        push(&[
            &number(3),
            "示例工厂",
            "固定燃烧",
            "柴油",
            &period,
            &diesel,
            "吨",
            "广东",
            "",
            "实测",
            "油库出库单",
            "地磅 WB-01",
            "李强",
            "备用发电机",
        ]);
        let petrol = text(month_value(3_150, &WORK, month, 4), 2, false);
        push(&[
            &number(4),
            "示例工厂",
            "移动燃烧",
            "汽油",
            &period,
            &petrol,
            "吨",
            "广东",
            "",
            "实测",
            "加油卡对账单",
            "",
            "李强",
            "公务车辆",
        ]);
        let truck = text(month_value(14_200, &WORK, month, 5), 2, false);
        push(&[
            &number(5),
            "示例工厂",
            "移动燃烧",
            "柴油",
            &period,
            &truck,
            "吨",
            "广东",
            "",
            "实测",
            "加油卡对账单",
            "",
            "李强",
            "厂内叉车与货车",
        ]);
        let power = text(month_value(2_860_000, &POWER, month, 6), 3, true);
        // One month as an old printer of the utility writes it.
        let power = if month == 5 {
            full_width(&power)
        } else {
            power
        };
        push(&[
            &number(6),
            "示例工厂",
            "购入电力",
            "购入电力",
            &period,
            &power,
            "兆瓦时 ",
            "广东",
            "",
            "实测",
            "电网企业电费结算单",
            "关口表 EM-110",
            "赵敏",
            "",
        ]);
        let heat = text(month_value(3_900_000, &HEAT, month, 7), 1, true);
        push(&[
            &number(7),
            "示例工厂",
            "购入热力",
            "购入热力",
            &period,
            &heat,
            "GJ",
            "广东",
            "",
            "实测",
            "热力公司结算单",
            "热量表 HM-03",
            "赵敏",
            "",
        ]);
        if month == 5 {
            push(&[]);
        }
    }
    push(&[
        "",
        "",
        "",
        "以上为 2025 年 1—12 月全部能源与燃料数据（示例数据）",
        "",
        "",
        "",
        "",
        "",
        "",
        "",
        "",
        "",
        "",
    ]);
    let mut csv = String::new();
    for line in lines {
        let fields: Vec<String> = line.iter().map(|field| quote(field, b',')).collect();
        csv.push_str(&fields.join(","));
        csv.push_str("\r\n");
    }
    Encoding::Gb18030.encode(&csv)
}

struct Line {
    activity: &'static str,
    scope: u32,
    category: &'static str,
    unit: &'static str,
    factor: &'static str,
    evidence: &'static str,
    mean_thousandths: u64,
    digits: usize,
    every: usize,
}

const LINES: [Line; 7] = [
    Line {
        activity: "HFC-134a",
        scope: 1,
        category: "fugitive",
        unit: "kg",
        factor: "",
        evidence: "refrigerant logbook, top-up of chillers",
        mean_thousandths: 6_400,
        digits: 1,
        every: 3,
    },
    Line {
        activity: "R-410A",
        scope: 1,
        category: "fugitive",
        unit: "kg",
        factor: "",
        evidence: "refrigerant logbook, split units",
        mean_thousandths: 2_300,
        digits: 1,
        every: 3,
    },
    Line {
        activity: "freight, all HGVs, average laden",
        scope: 3,
        category: "4 upstream transport",
        unit: "t.km",
        factor: "DESNZ-2025 27_304_3140_14_1",
        evidence: "carrier's monthly statement",
        mean_thousandths: 412_000_000,
        digits: 0,
        every: 1,
    },
    Line {
        activity: "flight, Short-haul, to/from UK, Economy class, With RF",
        scope: 3,
        category: "6 business travel",
        unit: "passenger.km",
        factor: "DESNZ-2025 21_316_3164_11_1",
        evidence: "travel agency statement",
        mean_thousandths: 38_500_000,
        digits: 0,
        every: 1,
    },
    Line {
        activity: "flight, Long-haul, to/from UK, Economy class, With RF",
        scope: 3,
        category: "6 business travel",
        unit: "passenger.km",
        factor: "DESNZ-2025 21_316_3170_11_1",
        evidence: "travel agency statement",
        mean_thousandths: 21_000_000,
        digits: 0,
        every: 3,
    },
    Line {
        activity: "national rail",
        scope: 3,
        category: "6 business travel",
        unit: "passenger.km",
        factor: "DESNZ-2025 25_315_3147_11_1",
        evidence: "travel agency statement",
        mean_thousandths: 46_200_000,
        digits: 0,
        every: 1,
    },
    Line {
        activity: "hotel stay, China",
        scope: 3,
        category: "6 business travel",
        unit: "room.night",
        factor: "DESNZ-2025 29_600_4009_13_1",
        evidence: "hotel invoices",
        mean_thousandths: 64_000,
        digits: 0,
        every: 1,
    },
];

/// Title merged over the table, an empty row, month cells that are dates, number cells, a total with a cached value.
fn travel_xlsx() -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    // A fixed time keeps the file the same whenever it is written.
    let created = ExcelDateTime::from_ymd(2026, 1, 15)?;
    workbook.set_properties(
        &DocProperties::new()
            .set_title("Sample activity data 2025")
            .set_creation_datetime(&created),
    );
    let title = Format::new().set_bold().set_align(FormatAlign::Center);
    let bold = Format::new()
        .set_bold()
        .set_border_bottom(rust_xlsxwriter::FormatBorder::Thin);
    let month_format = Format::new().set_num_format("mmm yyyy");
    let thousands = Format::new().set_num_format("#,##0");
    let tenths = Format::new().set_num_format("#,##0.0");
    let headers = [
        ("Reference", 14),
        ("Facility", 16),
        ("Scope", 7),
        ("Category", 24),
        ("Activity", 52),
        ("Month", 10),
        ("Quantity", 12),
        ("Unit", 14),
        ("Factor source", 32),
        ("Evidence", 40),
        ("Recorded by", 14),
    ];
    let sheet = workbook.add_worksheet().set_name("Activity data")?;
    let last_column = 10;
    sheet.merge_range(
        0,
        0,
        0,
        last_column,
        "Sample Manufacturing Co., activity data 2025 (invented sample data)",
        &title,
    )?;
    for (column, (header, width)) in (0_u16..).zip(headers) {
        sheet.write_with_format(2, column, header, &bold)?;
        sheet.set_column_width(column, width)?;
    }
    sheet.set_freeze_panes(3, 0)?;
    let mut row = 3_u32;
    for month in 0..12_usize {
        for (kind, line) in LINES.iter().enumerate() {
            if !(month + 1).is_multiple_of(line.every) {
                continue;
            }
            let thousandths = month_value(line.mean_thousandths, &WORK, month, kind as u64 + 11);
            let quantity = text(thousandths, line.digits, false);
            let date = ExcelDateTime::from_ymd(2025, u8::try_from(month + 1).unwrap_or(1), 1)?;
            sheet.write(row, 0, format!("TR-2025{:02}-{}", month + 1, kind + 1))?;
            sheet.write(row, 1, "Sample Plant")?;
            sheet.write(row, 2, line.scope)?;
            sheet.write(row, 3, line.category)?;
            sheet.write(row, 4, line.activity)?;
            sheet.write_with_format(row, 5, &date, &month_format)?;
            let number: f64 = quantity.parse().unwrap_or_default();
            sheet.write_with_format(
                row,
                6,
                number,
                if line.digits == 0 {
                    &thousands
                } else {
                    &tenths
                },
            )?;
            sheet.write(row, 7, line.unit)?;
            sheet.write(row, 8, line.factor)?;
            sheet.write(row, 9, line.evidence)?;
            sheet.write(row, 10, "Chen Jing")?;
            row += 1;
        }
    }
    sheet.write(row, 4, "End of 2025 (invented sample data)")?;
    let notes = workbook.add_worksheet().set_name("Notes")?;
    notes.set_column_width(0, 90)?;
    for (row, line) in (0_u32..).zip([
        "Invented sample data for hengtan demo. No real enterprise is meant.",
        "Freight and travel use UK government conversion factors 2025 (DESNZ) as proxy: China publishes none.",
        "Refrigerants: mass lost, weighted by the GWP table of the calculation profile.",
    ]) {
        notes.write(row, 0, line)?;
    }
    workbook.save_to_buffer()
}

#[test]
#[ignore = "writes deploy/demo"]
fn regenerate_demo() {
    std::fs::create_dir_all(folder()).unwrap();
    std::fs::write(folder().join("energy-2025.gb18030.csv"), energy_csv()).unwrap();
    std::fs::write(folder().join("travel-2025.xlsx"), travel_xlsx().unwrap()).unwrap();
}

#[test]
fn the_committed_energy_file_is_the_generated_one() {
    assert!(std::fs::read(folder().join("energy-2025.gb18030.csv")).unwrap() == energy_csv());
}

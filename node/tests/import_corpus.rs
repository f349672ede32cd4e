//! Files as offices produce them, and worse: what is read, what is refused, and with which code.

// Helpers of tests may fail loudly, as tests do.
#![allow(clippy::unwrap_used)]

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use hengtan::import::encoding::Encoding;
use hengtan::import::{Defaults, Facility, FileError, Import, Matter, Options, Report, Row};
use proptest::prelude::*;
use rust_xlsxwriter::{Format, Formula, Workbook};
use tempfile::TempDir;

const HEADER: &str = "编号,活动,类别,开始,结束,数量,单位,备注";

struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }
}

fn open(path: &Path) -> Result<Import, FileError> {
    Import::open(path, Options::default())
}

fn check(path: &Path) -> Result<Report, FileError> {
    open(path)?.check(&mut (), &mut |_| {})
}

fn check_bytes(bytes: &[u8]) -> Result<Report, FileError> {
    check(&Folder::new().write("data.csv", bytes))
}

fn rows(import: &Import) -> Vec<Row> {
    let mut rows = Vec::new();
    import
        .each_batch(&mut (), &mut |_| {}, |batch| {
            assert_eq!(batch.first, rows.len() as u64);
            rows.extend(batch.rows);
            ControlFlow::<()>::Continue(())
        })
        .unwrap();
    rows
}

/// `row code` of each error, with the column letters.
fn errors(report: &Report) -> Vec<String> {
    report
        .errors
        .iter()
        .map(|error| {
            let column = error
                .place
                .column_letters()
                .unwrap_or_else(|| "-".to_owned());
            format!("{} {} {}", error.place.row, column, error.code())
        })
        .collect()
}

fn code(bytes: &[u8]) -> &'static str {
    check_bytes(bytes).unwrap_err().code()
}

#[test]
fn one_table_is_read_alike_in_every_encoding_and_form() {
    let text = "编号,活动,类别,开始,结束,数量,单位,备注\r\n\
                A1,柴油,固定燃烧,2024年1月,2024年2月,\"1,234.50\", 吨 ,㎥ 𠮷\r\n\
                \r\n\
                A2,汽油,移动燃烧,2024/3/1,2024-03-31,１２．５０,ｔ,\r\n";
    let folder = Folder::new();
    let mut all = Vec::new();
    for (name, bytes) in [
        ("utf8.csv", text.as_bytes().to_vec()),
        ("bom.csv", [b"\xEF\xBB\xBF", text.as_bytes()].concat()),
        ("gb18030.csv", Encoding::Gb18030.encode(text)),
        ("lf.csv", text.replace("\r\n", "\n").into_bytes()),
        ("cr.csv", text.replace("\r\n", "\r").into_bytes()),
        (
            "tab.csv",
            text.replace("\"1,234.50\"", "#")
                .replace(',', "\t")
                .replace('#', "1,234.50")
                .into_bytes(),
        ),
        (
            "semicolon.csv",
            text.replace("\"1,234.50\"", "#")
                .replace(',', ";")
                .replace('#', "1,234.50")
                .into_bytes(),
        ),
    ] {
        let import = open(&folder.write(name, &bytes)).unwrap();
        let read = rows(&import);
        assert_eq!(read.len(), 2, "{name}");
        all.push(read);
    }
    assert!(all.windows(2).all(|pair| pair[0] == pair[1]));
    let first = &all[0][0].activity;
    assert_eq!(
        (first.quantity.as_str(), first.unit.as_str()),
        ("1234.5", "t")
    );
    assert_eq!(
        (first.period_start.as_str(), first.period_end.as_str()),
        ("2024-01-01", "2024-02-29")
    );
    assert_eq!(
        (first.scope, first.category.as_str(), first.line),
        (1, "stationary_combustion", 2)
    );
    assert_eq!(first.note, "㎥ 𠮷");
    assert_eq!(
        (
            all[0][1].activity.quantity.as_str(),
            all[0][1].activity.line
        ),
        ("12.5", 4)
    );
}

#[test]
fn files_that_are_no_table_are_refused_by_name() {
    let utf16: Vec<u8> = HEADER.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(code(b""), "HT-IMP-002");
    assert_eq!(code(b"\n\n  \n"), "HT-IMP-002");
    assert_eq!(
        code(&[b"\xFF\xFE".as_slice(), &utf16].concat()),
        "HT-IMP-003"
    );
    assert_eq!(code(&[0; 4096]), "HT-IMP-005");
    for (bytes, detected) in [
        (b"%PDF-1.7 ...".as_slice(), "pdf"),
        (b"<html><table>", "html"),
        (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 old workbook", "xls"),
        (b"PK\x03\x04 some archive", "zip"),
        (
            b"PK\x03\x04....mimetypeapplication/vnd.oasis.opendocument.spreadsheet",
            "ods",
        ),
        (b"{\"rows\": []}", "json"),
    ] {
        assert_eq!(
            check_bytes(bytes),
            Err(FileError::Format {
                detected: detected.to_owned()
            })
        );
    }
    let protected: Vec<u8> = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"
        .iter()
        .copied()
        .chain("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    assert_eq!(code(&protected), "HT-IMP-007");
    assert_eq!(code(b"PK\x03\x04 broken xl/workbook.xml"), "HT-IMP-008");
    assert_eq!(code("甲,乙,丙\n1,2,3\n".as_bytes()), "HT-IMP-011");
    assert_eq!(code("活动,数量,备注\n柴油,2,3\n".as_bytes()), "HT-IMP-012");
    assert_eq!(code(format!("{HEADER},用量\n").as_bytes()), "HT-IMP-013");
    assert_eq!(
        code(format!("{HEADER}\n,,,,,,,合计\n").as_bytes()),
        "HT-IMP-014"
    );
    assert_eq!(
        code(format!("{HEADER}\nA1,\"柴油,固定燃烧\n").as_bytes()),
        "HT-IMP-015"
    );
    assert_eq!(
        check(Path::new("/nonexistent/x.csv")).unwrap_err().code(),
        "HT-IMP-001"
    );
    assert_eq!(check(Path::new("/")).unwrap_err().code(), "HT-IMP-001");
}

#[test]
fn every_bad_row_is_reported_at_once_with_its_place() {
    let text = format!(
        "{HEADER}\n\
         A1,柴油,固定燃烧,2024-01-01,2024-01-31,\"1,23\",t,\n\
         A2,柴油,固定燃烧,2024-01-01,2024-01-31,(5),t,\n\
         A3,柴油,固定燃烧,2024-01-01,2024-01-31,-5,t,\n\
         A4,柴油,固定燃烧,2024-01-01,2024-01-31,1.2E+05,t,\n\
         A5,柴油,固定燃烧,01/02/2024,2024-02-30,5,t,\n\
         A6,柴油,固定燃烧,2024-02-01,2024-01-31,5,t,\n\
         A7,,魔法,2024-01-01,,abc,ton,\n\
         A8,柴油,固定燃烧,2024-01-01,2024-01-31,5,t,坏\u{FFFD}字\n\
         A1,柴油,固定燃烧,2024-01-01,2024-01-31,6,t,\n\
         ,柴油,固定燃烧,2024-01-01,2024-01-31,7,t,\n\
         ,柴油,固定燃烧,2024-01-01,2024-01-31,7,t,\n\
         A9,柴油,固定燃烧,2024-01-01,2024-01-31,100,000,t,\n\
         B1,柴油,固定燃烧,2024-01-01,2024-01-31,,t,\n\
         B2,柴油,固定燃烧,2024-01-01,2024-01-31,8,furlong,\n\
         合计,,,,,999,t,\n\
         B3,柴油,固定燃烧,2024-01-01 08:30,2024-01-31,8,t,a\u{0}b\n\
         B4,柴油,固定燃烧,2024-01-01,2024-01-31,8,t,好\n"
    );
    let report = check_bytes(text.as_bytes()).unwrap();
    assert_eq!(
        errors(&report),
        [
            "2 F HT-IMP-106",
            "3 F HT-IMP-107",
            "4 F HT-IMP-108",
            "5 F HT-IMP-109",
            "6 D HT-IMP-112",
            "6 E HT-IMP-111",
            "7 E HT-IMP-115",
            "8 B HT-IMP-104",
            "8 C HT-IMP-121",
            "8 E HT-IMP-104",
            "8 F HT-IMP-105",
            "8 G HT-ACC-015",
            "9 H HT-IMP-102",
            // Row 2 was refused, so its reference is free; the two rows without reference are alike.
            "12 - HT-IMP-128",
            "13 - HT-IMP-129",
            "14 F HT-IMP-104",
            "15 G HT-ACC-010",
            "17 D HT-IMP-113",
            "17 H HT-IMP-103",
        ]
    );
    assert_eq!((report.rows, report.rows_bad), (3, 13));
    assert!(
        report
            .notices
            .iter()
            .any(|notice| notice.code() == "HT-IMP-201" && notice.place.row == 16)
    );
    let error = &report.errors[0];
    assert_eq!(
        (error.value.as_str(), error.place.header.as_deref()),
        ("1,23", Some("数量"))
    );
}

#[test]
fn undecodable_bytes_are_faults_of_their_row_and_cell() {
    let mut bytes = Encoding::Gb18030.encode(&format!(
        "{HEADER}\nA1,柴油,固定燃烧,2024年1月,2024年1月,1,吨,"
    ));
    bytes.extend_from_slice(b"\xFF\xFF\n");
    bytes.extend_from_slice(
        &Encoding::Gb18030.encode("A2,柴油,固定燃烧,2024年1月,2024年1月,2,吨,好\n"),
    );
    let report = check_bytes(&bytes).unwrap();
    assert_eq!(errors(&report)[0], "2 H HT-IMP-101");
    assert_eq!(report.rows, 1);
    assert!(
        report.errors[0]
            .fields()
            .contains(&("bytes", "FF".to_owned()))
    );
}

#[test]
fn a_comma_is_doubtful_where_semicolons_separate() {
    let text = "活动;类别;月份;数量;单位\n柴油;固定燃烧;2024年1月;1,234;吨\n柴油;固定燃烧;2024年2月;1,234,567;吨\n";
    assert_eq!(
        errors(&check_bytes(text.as_bytes()).unwrap()),
        ["2 D HT-IMP-106"]
    );
    let text = "活动,类别,月份,数量,单位\n柴油,固定燃烧,2024年1月,\"1,234\",吨\n";
    assert_eq!(check_bytes(text.as_bytes()).unwrap().rows, 1);
}

#[test]
fn parameters_may_stand_in_columns_of_their_own() {
    let text = "活动,类别,月份,数量,单位,低位发热量（GJ/t）,单位热值含碳量(tC/GJ),碳氧化率（%）,排放因子\n\
                烟煤,固定燃烧,2024年1月,10,吨,20.908,0.03085 tC/GJ（缺省）,99,\n\
                烟煤,固定燃烧,2024年2月,10,吨,20.908,0.03085,0.99,\n\
                购入电力,购入电力,2024年1月,10,MWh,,,,0.5703 tCO2/MWh\n";
    let folder = Folder::new();
    let import = open(&folder.write("data.csv", text.as_bytes())).unwrap();
    let read = rows(&import);
    let parameters = |row: &Row| -> Vec<String> {
        row.activity
            .parameters
            .iter()
            .map(|p| format!("{} {} {} {}", p.kind, p.value, p.unit, p.obtained))
            .collect()
    };
    assert_eq!(
        parameters(&read[0]),
        [
            "net_calorific_value 20.908 GJ/t 1",
            "carbon_per_heat 0.03085 tC/GJ 2",
            "oxidation_rate 99 % 1"
        ]
    );
    assert_eq!(parameters(&read[1]), ["emission_factor 0.5703 tCO2/MWh 1"]);
    assert_eq!(read[1].activity.factor_hint, "");
    assert_eq!(
        errors(&import.check(&mut (), &mut |_| {}).unwrap()),
        ["3 H HT-IMP-135"]
    );
}

#[test]
fn two_references_alike_are_refused() {
    let text = format!(
        "{HEADER}\nA1,柴油,固定燃烧,2024年1月,2024年1月,1,吨,\nA1,汽油,移动燃烧,2024年1月,2024年1月,2,吨,\n"
    );
    let report = check_bytes(text.as_bytes()).unwrap();
    assert_eq!(errors(&report), ["3 A HT-IMP-127"]);
    assert!(
        report.errors[0]
            .fields()
            .contains(&("first_row", "2".to_owned()))
    );
}

#[test]
fn defaults_fill_what_the_file_leaves_out_and_say_so() {
    let folder = Folder::new();
    let path = folder.write(
        "data.csv",
        "能源品种,月份,消耗量（MWh）,省份\n购入电力,2025年3月,1 234.5,广东省\n".as_bytes(),
    );
    let facilities = vec![Facility {
        name: "plant".into(),
        display_names: vec!["Sample Plant".into(), "示例工厂".into()],
    }];
    let defaults = Defaults {
        facility: Some("示例工厂".into()),
        facilities: Some(facilities.clone()),
        ..Defaults::default()
    };
    let import = Import::open(
        &path,
        Options {
            defaults,
            ..Options::default()
        },
    )
    .unwrap();
    let row = &rows(&import)[0].activity;
    assert_eq!(
        (
            row.facility.as_str(),
            row.region.as_str(),
            row.unit.as_str()
        ),
        ("plant", "CN-GD", "MW.h")
    );
    assert_eq!(
        (row.category.as_str(), row.quantity.as_str()),
        ("purchased_electricity", "1234.5")
    );
    let report = import.check(&mut (), &mut |_| {}).unwrap();
    let codes: Vec<_> = report.notices.iter().map(|notice| notice.code()).collect();
    assert_eq!(codes, ["HT-IMP-208", "HT-IMP-207"]);
    let defaults = Defaults {
        facility: Some("别处".into()),
        facilities: Some(facilities),
        ..Defaults::default()
    };
    let import = Import::open(
        &path,
        Options {
            defaults,
            ..Options::default()
        },
    )
    .unwrap();
    assert_eq!(
        import.check(&mut (), &mut |_| {}).unwrap().errors[0].code(),
        "HT-IMP-133"
    );
}

#[test]
fn a_name_that_no_facility_has_is_a_fault_unless_the_user_has_chosen_one() {
    let folder = Folder::new();
    let text = "设施,活动,类别,月份,数量,单位,备注\n一厂,柴油,固定燃烧,2025年3月,1,吨,锅炉\n";
    let path = folder.write("data.csv", text.as_bytes());
    let read = |facility: Option<&str>, known: &[&str]| {
        let facilities = known
            .iter()
            .map(|name| Facility {
                name: (*name).into(),
                display_names: Vec::new(),
            })
            .collect();
        let defaults = Defaults {
            facility: facility.map(Into::into),
            facilities: Some(facilities),
            ..Defaults::default()
        };
        let import = Import::open(
            &path,
            Options {
                defaults,
                ..Options::default()
            },
        )
        .unwrap();
        let report = import.check(&mut (), &mut |_| {}).unwrap();
        (
            errors(&report),
            rows(&import),
            report
                .notices
                .iter()
                .map(|notice| notice.code())
                .collect::<Vec<_>>(),
        )
    };
    assert_eq!(read(None, &["plant"]).0, ["2 A HT-IMP-133"]);
    let (faults, chosen, notices) = read(Some("plant"), &["plant"]);
    assert_eq!(
        (faults.len(), chosen[0].activity.facility.as_str(), notices),
        (0, "plant", vec!["HT-IMP-208"])
    );
    // An organisation without any facility keeps the name in the note.
    let (faults, kept, notices) = read(None, &[]);
    assert_eq!(
        (faults.len(), kept[0].activity.facility.as_str(), notices),
        (0, "", vec!["HT-IMP-209"])
    );
    assert_eq!(kept[0].activity.note, "一厂; 锅炉");
}

fn workbook(build: impl FnOnce(&mut Workbook)) -> Vec<u8> {
    let mut workbook = Workbook::new();
    build(&mut workbook);
    workbook.save_to_buffer().unwrap()
}

#[test]
fn a_workbook_with_everything_that_offices_do() {
    let bytes = workbook(|workbook| {
        let sheet = workbook.add_worksheet().set_name("台账").unwrap();
        let date = Format::new().set_num_format("yyyy\"年\"m\"月\"");
        let day = Format::new().set_num_format("yyyy-mm-dd");
        sheet
            .merge_range(0, 0, 0, 7, "2025 年台账", &Format::new())
            .unwrap();
        for (column, header) in (0_u16..).zip([
            "编号", "设施", "类别", "活动", "月份", "数量", "单位", "颜色",
        ]) {
            sheet.write(2, column, header).unwrap();
        }
        let month = |month| rust_xlsxwriter::ExcelDateTime::from_ymd(2025, month, 1).unwrap();
        // One facility merged over three rows.
        sheet
            .merge_range(3, 1, 5, 1, "一厂", &Format::new())
            .unwrap();
        for row in 3..9_u32 {
            sheet.write(row, 0, format!("R{row}")).unwrap();
            sheet.write(row, 2, "固定燃烧").unwrap();
            sheet.write(row, 3, "柴油").unwrap();
            sheet
                .write_with_format(row, 4, month(row as u8 - 2), &date)
                .unwrap();
            sheet.write(row, 6, "吨").unwrap();
        }
        sheet.write(3, 5, 45210.37).unwrap();
        sheet.write(4, 5, "１，２３４．５").unwrap();
        sheet
            .write(
                5,
                5,
                Formula::new("0.1+0.2").set_result("0.30000000000000004"),
            )
            .unwrap();
        sheet.write(6, 5, true).unwrap();
        sheet
            .write(7, 5, Formula::new("1/0").set_result("#DIV/0!"))
            .unwrap();
        sheet.write_with_format(8, 5, month(1), &day).unwrap();
        sheet.write(10, 3, "合计").unwrap();
        sheet
            .write(10, 5, Formula::new("SUM(F4:F9)").set_result("46445.17"))
            .unwrap();
        workbook
            .add_worksheet()
            .set_name("说明")
            .unwrap()
            .write(0, 0, "填写说明")
            .unwrap();
    });
    let folder = Folder::new();
    let import = open(&folder.write("data.xlsx", &bytes)).unwrap();
    let read = rows(&import);
    let quantities: Vec<_> = read
        .iter()
        .map(|row| row.activity.quantity.as_str())
        .collect();
    assert_eq!(quantities, ["45210.37", "1234.5", "0.3"]);
    assert!(
        read.iter()
            .all(|row| row.activity.facility == "一厂" && row.activity.sheet == "台账")
    );
    assert_eq!(read[1].activity.period_end, "2025-02-28");
    let report = import.check(&mut (), &mut |_| {}).unwrap();
    assert_eq!(
        errors(&report),
        ["7 F HT-IMP-105", "8 F HT-IMP-118", "9 F HT-IMP-105"]
    );
    let mut codes: Vec<_> = report.notices.iter().map(|notice| notice.code()).collect();
    codes.sort_unstable();
    assert_eq!(
        codes,
        [
            "HT-IMP-201",
            "HT-IMP-202",
            "HT-IMP-204",
            "HT-IMP-205",
            "HT-IMP-206"
        ]
    );
    assert!(report.notices.iter().any(
        |notice| matches!(&notice.matter, Matter::FormulaRounded { taken, .. } if taken == "0.3")
    ));
}

/// A workbook around the XML of one sheet, as other programs than ours write it.
fn bare_workbook(sheet: &str) -> Vec<u8> {
    use std::io::Write;
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options =
        zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    let relations = "http://schemas.openxmlformats.org/package/2006/relationships";
    let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    for (name, text) in [
        (
            "[Content_Types].xml",
            "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"></Types>".to_owned(),
        ),
        (
            "_rels/.rels",
            format!(
                "<Relationships xmlns=\"{relations}\"><Relationship Id=\"r1\" Type=\"{office}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
            ),
        ),
        (
            "xl/workbook.xml",
            format!(
                "<workbook xmlns=\"{main}\" xmlns:r=\"{office}\"><sheets><sheet name=\"S\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>"
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            format!(
                "<Relationships xmlns=\"{relations}\"><Relationship Id=\"r1\" Type=\"{office}/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>"
            ),
        ),
        (
            "xl/worksheets/sheet1.xml",
            format!("<worksheet xmlns=\"{main}\"><sheetData>{sheet}</sheetData></worksheet>"),
        ),
    ] {
        archive.start_file(name, options).unwrap();
        archive.write_all(text.as_bytes()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

#[test]
fn a_formula_without_a_cached_value_is_a_fault_in_an_input_column_only() {
    let text = |column: char, row: u32, text: &str| {
        format!("<c r=\"{column}{row}\" t=\"inlineStr\"><is><t>{text}</t></is></c>")
    };
    let line = |row: u32, quantity: &str, expected: &str| {
        format!(
            "<row r=\"{row}\">{}{}{}{quantity}{}{expected}</row>",
            text('A', row, "柴油"),
            text('B', row, "固定燃烧"),
            text('C', row, &format!("2025年{row}月")),
            text('E', row, "吨"),
        )
    };
    let headers: String = ('A'..='F')
        .zip([
            "活动",
            "类别",
            "月份",
            "数量",
            "单位",
            "预期 tCO2（不修约）",
        ])
        .map(|(column, header)| text(column, 1, header))
        .collect();
    let bytes = bare_workbook(&format!(
        "<row r=\"1\">{headers}</row>{}{}{}",
        line(
            2,
            "<c r=\"D2\"><v>0.28999999999999998</v></c>",
            "<c r=\"F2\"><f>D2*2</f><v/></c>"
        ),
        line(3, "<c r=\"D3\"><f>D2*2</f><v></v></c>", ""),
        line(4, "<c r=\"D4\"><f>D2*2</f></c>", ""),
    ));
    let folder = Folder::new();
    let import = open(&folder.write("data.xlsx", &bytes)).unwrap();
    assert_eq!(rows(&import)[0].activity.quantity, "0.29");
    let report = import.check(&mut (), &mut |_| {}).unwrap();
    assert_eq!(errors(&report), ["3 D HT-IMP-117", "4 D HT-IMP-117"]);
    assert!(
        report
            .notices
            .iter()
            .any(|notice| notice.code() == "HT-IMP-302" && notice.place.row == 2)
    );
}

#[test]
fn a_quantity_merged_over_rows_belongs_to_none() {
    let bytes = workbook(|workbook| {
        let sheet = workbook.add_worksheet();
        for (column, header) in (0_u16..).zip(["活动", "类别", "月份", "数量", "单位"]) {
            sheet.write(0, column, header).unwrap();
        }
        for row in 1..3_u32 {
            sheet.write(row, 0, "柴油").unwrap();
            sheet.write(row, 1, "固定燃烧").unwrap();
            sheet.write(row, 2, format!("2025年{row}月")).unwrap();
            sheet.write(row, 4, "吨").unwrap();
        }
        sheet.merge_range(1, 3, 2, 3, "7", &Format::new()).unwrap();
    });
    let report = check(&Folder::new().write("data.xlsx", &bytes)).unwrap();
    assert_eq!(errors(&report), ["2 D HT-IMP-119", "3 D HT-IMP-119"]);
}

#[test]
fn sheets_are_chosen_by_name_and_never_guessed() {
    let bytes = workbook(|workbook| {
        for name in ["一季度", "二季度"] {
            let sheet = workbook.add_worksheet().set_name(name).unwrap();
            for (column, header) in (0_u16..).zip(["活动", "类别", "月份", "数量", "单位"])
            {
                sheet.write(0, column, header).unwrap();
            }
            for (column, cell) in (0_u16..).zip(["柴油", "固定燃烧", "2025年1月", "3", "吨"])
            {
                sheet.write(1, column, cell).unwrap();
            }
        }
    });
    let folder = Folder::new();
    let path = folder.write("data.xlsx", &bytes);
    assert_eq!(
        open(&path).err().unwrap(),
        FileError::SheetAmbiguous {
            sheets: vec!["一季度".into(), "二季度".into()]
        }
    );
    let with = |sheets: &[&str]| {
        let sheets = sheets.iter().map(|sheet| (*sheet).to_owned()).collect();
        Import::open(
            &path,
            Options {
                sheets,
                ..Options::default()
            },
        )
    };
    assert_eq!(with(&["三季度"]).err().unwrap().code(), "HT-IMP-009");
    assert_eq!(rows(&with(&["二季度"]).unwrap()).len(), 1);
    assert_eq!(rows(&with(&["一季度", "二季度"]).unwrap()).len(), 2);
}

#[test]
fn a_large_file_comes_in_batches_with_the_same_numbers_every_time() {
    let mut text = format!("{HEADER}\n");
    for row in 0..2_345 {
        let bad = if row % 100 == 7 { "x" } else { "" };
        text.push_str(&format!(
            "N{row},柴油,固定燃烧,2024年1月,2024年1月,{row}{bad},吨,\n"
        ));
    }
    let folder = Folder::new();
    let import = open(&folder.write("data.csv", text.as_bytes())).unwrap();
    let sizes = || {
        let mut sizes = Vec::new();
        import
            .each_batch(&mut (), &mut |_| {}, |batch| {
                sizes.push((
                    batch.first,
                    batch.rows.len(),
                    batch.rows[0].activity.reference.clone(),
                ));
                ControlFlow::<()>::Continue(())
            })
            .unwrap();
        sizes
    };
    let first = sizes();
    assert_eq!(
        first
            .iter()
            .map(|(first, count, _)| (*first, *count))
            .collect::<Vec<_>>(),
        [(0, 1000), (1000, 1000), (2000, 321)]
    );
    assert_eq!(first, sizes());
    let mut lines = 0;
    let report = import
        .check(&mut (), &mut |progress| lines = progress.lines)
        .unwrap();
    assert_eq!((report.rows, report.rows_bad, lines), (2_321, 24, 2_346));
}

#[test]
fn bad_rows_are_written_in_the_users_own_format_and_can_be_imported_after_correction() {
    let text = format!(
        "{HEADER}\r\nA1,柴油,固定燃烧,2024年1月,2024年1月,\"1,23\",吨,甲\r\nA2,柴油,固定燃烧,2024年1月,2024年1月,2,吨,\"乙,丙\"\r\n"
    );
    let folder = Folder::new();
    let import = open(&folder.write("台账.csv", &Encoding::Gb18030.encode(&text))).unwrap();
    let target = folder.0.path().join("台账.rejected.csv");
    let count = import
        .write_rejects(
            &target,
            "错误",
            &|error| error.code().to_owned(),
            &mut (),
            &mut |_| {},
        )
        .unwrap();
    assert_eq!(count, 1);
    let bytes = std::fs::read(&target).unwrap();
    let expected = format!(
        "错误,{HEADER}\r\nHT-IMP-106,A1,柴油,固定燃烧,2024年1月,2024年1月,\"1,23\",吨,甲\r\n"
    );
    assert!(bytes == Encoding::Gb18030.encode(&expected));
    let corrected = expected.replace("\"1,23\"", "1.23");
    let import = open(&folder.write("again.csv", &Encoding::Gb18030.encode(&corrected))).unwrap();
    assert_eq!(rows(&import)[0].activity.quantity, "1.23");
    assert_eq!(
        std::fs::read_dir(folder.0.path()).unwrap().count(),
        3,
        "no partial file is left"
    );
}

#[test]
fn a_file_that_changes_while_it_is_read_is_refused() {
    let folder = Folder::new();
    let line = "A1,柴油,固定燃烧,2024年1月,2024年1月,1,吨,\n";
    let path = folder.write("data.csv", format!("{HEADER}\n{line}").as_bytes());
    let import = open(&path).unwrap();
    folder.write(
        "data.csv",
        format!("{HEADER}\n{}", line.replace(",1,", ",9,")).as_bytes(),
    );
    assert_eq!(import.check(&mut (), &mut |_| {}), Err(FileError::Changed));
}

#[test]
fn evidence_is_a_digest_or_goes_to_the_source() {
    let digest = "ab".repeat(32);
    let text = format!(
        "活动,类别,月份,数量,单位,凭证,数据来源\n柴油,固定燃烧,2024年1月,1,吨,发票 {digest}；入库单 17,台账\n柴油,固定燃烧,2024年2月,1,吨,{},\n",
        "ab".repeat(31)
    );
    let folder = Folder::new();
    let import = open(&folder.write("data.csv", text.as_bytes())).unwrap();
    let row = &rows(&import)[0].activity;
    assert_eq!(
        (row.evidence[0].name.as_str(), row.evidence[0].digest.len()),
        ("发票", 32)
    );
    assert_eq!(row.source, "台账; 入库单 17");
    let report = import.check(&mut (), &mut |_| {}).unwrap();
    assert_eq!(errors(&report), ["3 F HT-IMP-132"]);
}

fn example(name: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../deploy/demo")).join(name)
}

#[test]
fn the_demo_files_are_read_without_a_fault() {
    for (name, count) in [("energy-2025.gb18030.csv", 84), ("travel-2025.xlsx", 60)] {
        let import = open(&example(name)).unwrap();
        let report = import.check(&mut (), &mut |_| {}).unwrap();
        assert_eq!(
            (report.errors.as_slice(), report.rows),
            ([].as_slice(), count),
            "{name}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_make_the_import_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        let _ = check_bytes(&bytes);
    }

    #[test]
    fn no_cells_make_the_import_panic(cells in proptest::collection::vec("[0-9０-９.,，；;%（）()年月日/: -]{0,12}|\\PC{0,8}", 8..64)) {
        let mut text = format!("{HEADER},参数,月份,范围,凭证\n");
        for line in cells.chunks(8) {
            text.push_str(&line.join("\",\"").replace('\n', " "));
            text.push('\n');
        }
        let _ = check_bytes(text.as_bytes());
        let _ = check_bytes(&Encoding::Gb18030.encode(&text));
    }

    #[test]
    fn a_damaged_workbook_is_an_error_never_a_panic(at in 0_usize..6000, byte: u8, cut in 0_usize..6000) {
        let mut bytes = std::fs::read(example("travel-2025.xlsx")).unwrap();
        let at = at % bytes.len();
        bytes[at] = byte;
        let _ = check_bytes(&bytes);
        bytes.truncate(cut);
        let _ = check_bytes(&bytes);
    }
}

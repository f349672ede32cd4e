//! The terms that code, texts and documentation follow in both languages, with the standard that fixes each.

/// One concept in both languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term {
    /// Chinese.
    pub zh: &'static str,
    /// English, where needed with a remark after a colon or in brackets.
    pub en: &'static str,
    /// The standard that the term comes from; empty for terms of the trade and our own.
    pub standard: &'static str,
}

/// Words that look right and are not, with the term to write instead. A test holds both catalogues to it.
pub const DISCOURAGED: &[(&str, &str)] = &[
    ("碳排放因子", "排放因子"),
    ("排放系数", "排放因子"),
    ("活动水平", "活动数据"),
    ("收据", "回执"),
    ("信封", "签名请求"),
    ("工厂设施", "设施"),
    ("哈希", "密码杂凑"),
    ("机构代码", "统一社会信用代码"),
    ("emission coefficient", "emission factor"),
    ("activity level", "activity data"),
    ("carbon factor", "emission factor"),
    ("organization", "organisation"),
];

const TABLE: &str = include_str!("../glossary.csv");

/// All terms in the order of the table.
pub fn terms() -> impl Iterator<Item = Term> {
    TABLE.lines().skip(1).filter_map(parse)
}

/// The terms that contain `text` in either language, letter case aside.
pub fn find(text: &str) -> impl Iterator<Item = Term> {
    let wanted = text.to_lowercase();
    terms()
        .filter(move |term| term.zh.contains(&wanted) || term.en.to_lowercase().contains(&wanted))
}

/// `zh,en,standard`; the English field may be quoted. The table has no doubled quotes.
fn parse(line: &'static str) -> Option<Term> {
    let (zh, rest) = line.split_once(',')?;
    let (en, standard) = match rest.strip_prefix('"') {
        Some(quoted) => quoted.split_once("\",")?,
        None => rest.split_once(',')?,
    };
    Some(Term { zh, en, standard })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_table_is_a_term() {
        assert_eq!(terms().count(), TABLE.lines().count() - 1);
        assert!(terms().all(|term| !term.zh.is_empty() && !term.en.is_empty()));
    }

    #[test]
    fn quoted_terms_keep_their_commas() {
        let term = terms()
            .find(|term| term.zh.starts_with("验证（"))
            .expect("stands in the table");
        assert!(term.en.starts_with("verify (a proof, a receipt)"));
    }

    #[test]
    fn terms_are_found_in_either_language() {
        assert!(find("排放因子").any(|term| term.en == "emission factor"));
        assert!(find("EMISSION FACTOR").any(|term| term.zh == "排放因子"));
    }
}

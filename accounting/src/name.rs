//! Names as people type them, brought to one form for comparison.

/// Folds a name: as [`narrow`], and letters become lower-case.
#[must_use]
pub fn fold(text: &str) -> String {
    narrow(text).chars().flat_map(char::to_lowercase).collect()
}

/// Full-width forms become half-width, dashes hyphens, runs of white space one space; ends are trimmed.
#[must_use]
pub fn narrow(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    let mut space = false;
    for c in text.chars() {
        // U+FF01..U+FF5E are the full-width forms of U+0021..U+007E.
        let c = match c {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
            '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
            other => other,
        };
        if c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}') {
            space = !folded.is_empty();
            continue;
        }
        if space {
            folded.push(' ');
            space = false;
        }
        folded.push(c);
    }
    folded
}

/// Words in a trailing bracket that say how a value was obtained, not which activity it is.
const OBTAINED_WORDS: [&str; 8] = [
    "实测",
    "缺省",
    "检测",
    "计算值",
    "measured",
    "default",
    "calculated",
    "tested",
];

/// Drops a trailing bracket such as `(元素碳实测)` from a folded name.
#[must_use]
pub fn without_obtained(folded: &str) -> &str {
    if let Some(open) = folded.rfind('(')
        && folded.ends_with(')')
        && OBTAINED_WORDS
            .iter()
            .any(|word| folded[open..].contains(word))
    {
        return folded[..open].trim_end();
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_makes_typing_habits_equal() {
        assert_eq!(fold("  Natural　GAS,\tgross  CV "), "natural gas, gross cv");
        assert_eq!(fold("烟煤（元素碳实测）"), "烟煤(元素碳实测)");
        assert_eq!(without_obtained("烟煤(元素碳未实测)"), "烟煤");
        assert_eq!(
            without_obtained("diesel (100% mineral)"),
            "diesel (100% mineral)"
        );
    }
}

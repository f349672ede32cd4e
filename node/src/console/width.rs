//! Widths of text in terminal columns: a Han character takes two.

use textwrap::{Options, WordSeparator, WordSplitter, WrapAlgorithm};
use unicode_width::UnicodeWidthStr;

/// Columns that `text` takes.
pub fn columns(text: &str) -> usize {
    text.width()
}

/// `text` with blanks behind it up to `width` columns.
pub fn pad(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(columns(text))))
}

/// `text` in lines of at most `width` columns. Chinese breaks between characters, but not before closing punctuation (UAX #14).
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let options = Options::new(width.max(8))
        .word_separator(WordSeparator::UnicodeBreakProperties)
        .word_splitter(WordSplitter::NoHyphenation)
        .wrap_algorithm(WrapAlgorithm::FirstFit);
    textwrap::wrap(text, options)
        .into_iter()
        .map(|line| line.into_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn han_lines_stay_within_the_width_and_keep_punctuation() {
        let text = "衡碳是用于温室气体数据的许可链账本。每个节点都按已发布的排放因子独立核算，结果逐位一致。";
        for width in 12..60 {
            for line in wrap(text, width) {
                assert!(columns(&line) <= width, "{width}: {line}");
                assert!(!line.starts_with(['，', '。', '、', '）']), "{line}");
            }
        }
    }

    #[test]
    fn padding_counts_han_as_two() {
        assert_eq!(pad("碳a", 5), "碳a  ");
    }
}

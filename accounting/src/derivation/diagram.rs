//! A derivation as a diagram: [Mermaid](https://mermaid.js.org/syntax/flowchart.html) for pages, DOT for Graphviz.
//!
//! Arrows run from operands to results, each number stands once, and the text of a number is what [`super::Line`]s say of it.

use super::outline::{called, published};
use super::part::{Part, Words, amount, operands};
use super::{Node, Number, Origin};
use std::fmt::Write as _;

/// Characters of a source that a box shows.
const SOURCE_MAX: usize = 80;

impl Part<'_> {
    /// As a Mermaid flowchart.
    #[must_use]
    pub fn mermaid(&self, words: &dyn Words) -> String {
        let mut text = "flowchart LR\n".to_owned();
        for (number, node) in self.nodes() {
            let content = lines(node, words)
                .iter()
                .map(|line| for_mermaid(line))
                .collect::<Vec<_>>()
                .join("<br/>");
            let (open, close) = match node.origin {
                Origin::Input { .. } => ("[/\"", "\"/]"),
                Origin::Parameter(_) => ("[(\"", "\")]"),
                Origin::Constant | Origin::Simulated { .. } => ("([\"", "\"])"),
                Origin::Derived { .. } if self.roots.contains(&number) => ("[[\"", "\"]]"),
                Origin::Derived { .. } => ("[\"", "\"]"),
            };
            let _ = writeln!(text, "    {}{open}{content}{close}", name(number));
        }
        for (from, to) in self.arrows() {
            let _ = writeln!(text, "    {} --> {}", name(from), name(to));
        }
        text
    }

    /// As a directed graph in DOT.
    #[must_use]
    pub fn dot(&self, words: &dyn Words) -> String {
        let mut text = "digraph derivation {\n    rankdir=LR;\n    node [shape=box];\n".to_owned();
        for (number, node) in self.nodes() {
            let content = lines(node, words)
                .iter()
                .map(|line| for_dot(line))
                .collect::<Vec<_>>()
                .join("\\n");
            let shape = match node.origin {
                Origin::Input { .. } => "parallelogram",
                Origin::Parameter(_) => "cylinder",
                Origin::Constant | Origin::Simulated { .. } => "oval",
                Origin::Derived { .. } if self.roots.contains(&number) => "doubleoctagon",
                Origin::Derived { .. } => "box",
            };
            let _ = writeln!(
                text,
                "    {} [shape={shape}, label=\"{content}\"];",
                name(number)
            );
        }
        for (from, to) in self.arrows() {
            let _ = writeln!(text, "    {} -> {};", name(from), name(to));
        }
        text.push_str("}\n");
        text
    }

    /// Operand and result, each pair once.
    fn arrows(&self) -> Vec<(Number, Number)> {
        let mut arrows = Vec::new();
        for (number, node) in self.nodes() {
            let operands = operands(node);
            for (position, operand) in operands.iter().enumerate() {
                if !operands[..position].contains(operand) {
                    arrows.push((*operand, number));
                }
            }
        }
        arrows
    }
}

fn name(number: Number) -> String {
    format!("n{}", number.index())
}

/// What a box says: the quantity, its value, and where it comes from.
fn lines(node: &Node, words: &dyn Words) -> Vec<String> {
    let origin = match &node.origin {
        Origin::Input { place, .. } => place.clone(),
        Origin::Parameter(citation) => short(&published(citation, words)),
        Origin::Constant => String::new(),
        Origin::Simulated {
            generator, seed, ..
        } => format!("{generator} {seed}"),
        Origin::Derived { rule, .. } if rule.formula.is_empty() => words.name("rule", rule.code),
        Origin::Derived { rule, .. } => rule.formula.to_owned(),
    };
    let mut lines = vec![called(node, words), amount(node), origin];
    lines.retain(|line| !line.is_empty());
    lines
}

fn short(text: &str) -> String {
    if text.chars().count() <= SOURCE_MAX {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(SOURCE_MAX).collect();
    short.push('…');
    short
}

/// Mermaid reads entities inside quotes; its own `#` starts one.
fn for_mermaid(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '#' => escaped.push_str("#35;"),
            '"' => escaped.push_str("#quot;"),
            '<' => escaped.push_str("#lt;"),
            '>' => escaped.push_str("#gt;"),
            '&' => escaped.push_str("#amp;"),
            '`' => escaped.push_str("#96;"),
            character if character.is_control() => escaped.push(' '),
            character => escaped.push(character),
        }
    }
    escaped
}

fn for_dot(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '"' | '\\' => escaped.extend(['\\', character]),
            character if character.is_control() => escaped.push(' '),
            character => escaped.push(character),
        }
    }
    escaped
}

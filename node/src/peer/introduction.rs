//! What a node that is not in genesis is told about the others before it has the ledger: the nodes with their transport keys, and the
//! authorities of their organisations, as another node's API gave them.
//!
//! It opens connections, nothing else. Whoever sends a false one can keep the node from its network, but cannot give it another one: entries
//! and checkpoints are judged from genesis on.

use super::Roster;
use crate::error::Error;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hengtan_ledger::domain::NetworkId;
use hengtan_ledger::v1;
use prost::Message as _;
use serde::{Deserialize, Serialize};
use std::io::ErrorKind;
use std::path::Path;

const FORM: &str = "hengtan-introduction-1";

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    format: String,
    network_id: String,
    nodes: Vec<String>,
    authorities: Vec<String>,
}

/// The file's text.
#[must_use]
pub fn to_text(network: &NetworkId, roster: &Roster) -> String {
    let file = File {
        format: FORM.to_owned(),
        network_id: hex::encode(network),
        nodes: roster
            .nodes()
            .iter()
            .map(|node| STANDARD.encode(node.encode_to_vec()))
            .collect(),
        authorities: roster
            .authorities()
            .iter()
            .map(|authority| STANDARD.encode(authority))
            .collect(),
    };
    // Texts only: this cannot fail.
    serde_json::to_string_pretty(&file).unwrap_or_default() + "\n"
}

/// Reads the file; nothing if there is none.
///
/// # Errors
/// [`Error::FileUnreadable`]; [`Error::IntroductionInvalid`] if it is damaged or belongs to another network.
pub fn read(path: &Path, network: &NetworkId) -> Result<Option<Roster>, Error> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => {
            return Err(Error::FileUnreadable {
                path: path.display().to_string(),
                detail: error.to_string(),
            });
        }
    };
    let roster = serde_json::from_str(&text)
        .ok()
        .and_then(|file| parse(&file, network));
    let invalid = || Error::IntroductionInvalid {
        path: path.display().to_string(),
    };
    roster.map(Some).ok_or_else(invalid)
}

fn parse(file: &File, network: &NetworkId) -> Option<Roster> {
    if file.format != FORM || file.network_id != hex::encode(network) {
        return None;
    }
    let nodes = file
        .nodes
        .iter()
        .map(|text| v1::Node::decode(STANDARD.decode(text).ok()?.as_slice()).ok())
        .collect::<Option<_>>()?;
    let authorities = file
        .authorities
        .iter()
        .map(|text| STANDARD.decode(text).ok())
        .collect::<Option<_>>()?;
    Some(Roster::new(nodes, authorities))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_introduction_is_read_as_it_was_written_and_only_for_its_network() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let path = folder.path().join("introduction.json");
        assert_eq!(read(&path, &[1; 32]), Ok(None));
        let node = v1::Node {
            number: 7,
            name: "steel-2".to_owned(),
            ..v1::Node::default()
        };
        let roster = Roster::new(vec![node], vec![vec![3, 4]]);
        std::fs::write(&path, to_text(&[1; 32], &roster)).expect("written");
        assert_eq!(read(&path, &[1; 32]), Ok(Some(roster)));
        let invalid = Err(Error::IntroductionInvalid {
            path: path.display().to_string(),
        });
        assert_eq!(read(&path, &[2; 32]), invalid);
        std::fs::write(&path, "{").expect("written");
        assert_eq!(read(&path, &[1; 32]), invalid);
    }
}

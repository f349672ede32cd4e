//! The folder of a node that is to join a running network, beside those of its organisation.

use super::consortium::{config_text, keep, names};
use super::folder::{Folder, read_key, read_text, write_new};
use crate::error::Error;
use crate::peer::host_and_port;
use crypto_sm::certificate::{Certificate, Issuer, Purpose, Request, Validity};
use crypto_sm::rand_core::CryptoRng;
use crypto_sm::sm2::SecretKey;
use hengtan_ledger::field;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// OU of nodes.
const UNIT: &str = "node";

/// File of the address that is to stand on the ledger.
const ADDRESS: &str = "joining.toml";

/// A node that is to join.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Joining {
    /// `[a-z0-9-]{1,32}`; never used before in this network.
    pub name: String,
    /// Whose it is: its CA's certificate says so too.
    pub organisation: String,
    /// `host:port` under which other nodes find it; stands on the ledger.
    pub address: String,
    /// Where it listens for other nodes, if not there.
    pub peer_listen: Option<SocketAddr>,
    /// Where it listens for clients.
    pub api: SocketAddr,
}

/// What was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prepared {
    /// The node's folder.
    pub folder: PathBuf,
    /// Request to the organisation's CA, if its key is not here: then the transport certificate is still missing.
    pub request: Option<PathBuf>,
}

/// Makes keys and settings of the node in its organisation's folder, and its transport certificate if the CA's key lies there too.
///
/// # Errors
/// [`Error::Refusal`] for a name, [`Error::JoiningValue`] for an address that cannot be; [`Error::FolderNotEmpty`],
/// [`Error::FileUnreadable`], [`Error::FileUnwritable`], what the cryptography has against the names. Nothing is written
/// before all of it is known to be right.
pub fn prepare<R: CryptoRng + ?Sized>(
    root: &Path,
    node: &Joining,
    validity: Validity,
    rng: &mut R,
) -> Result<Prepared, Error> {
    field::name("node.name", &node.name)?;
    let folder = Folder::new(root);
    let wrong = |what: &'static str| Error::JoiningValue {
        what: what.to_owned(),
        value: node.address.clone(),
    };
    if host_and_port(&node.address).is_none_or(|(host, _)| host.is_empty()) {
        return Err(wrong("--address"));
    }
    let listen = node.peer_listen.or_else(|| node.address.parse().ok());
    let listen = listen.ok_or_else(|| wrong("--peer-listen"))?;
    let place = folder.node(&node.name);
    super::found::refuse_content(&place)?;
    let statement = SecretKey::generate(rng);
    let transport = SecretKey::generate(rng);
    let names = names(&node.address, node.api);
    let authority = folder.ca().join("ca.key.pem");
    let made = if authority.exists() {
        let text = read_text(&folder.ca().join("ca.cert.pem"))?;
        let issuer = Issuer::new(Certificate::from_pem(&text)?, read_key(&authority)?)?;
        Ok(issuer.issue_node(&node.name, &names, transport.public_key(), validity, rng)?)
    } else {
        Err(Request::create(
            &node.organisation,
            Some(UNIT),
            &node.name,
            &names,
            Purpose::Server,
            &transport,
            rng,
        )?)
    };
    keep(&place.join("statement"), &statement, None)?;
    let request = match made {
        Ok(certificate) => {
            keep(&place.join("transport"), &transport, Some(&certificate))?;
            None
        }
        Err(request) => {
            keep(&place.join("transport"), &transport, None)?;
            let path = place.join("transport.csr.pem");
            write_new(&path, request.to_pem().as_bytes())?;
            Some(path)
        }
    };
    let address = toml::Value::String(node.address.clone());
    write_new(
        &place.join(ADDRESS),
        format!("address = {address}\n").as_bytes(),
    )?;
    let config = config_text(&node.name, node.api, Some(listen));
    write_new(&place.join("config.toml"), config.as_bytes())?;
    Ok(Prepared {
        folder: place,
        request,
    })
}

/// The address that [`prepare`] was given for the node in this folder.
///
/// # Errors
/// [`Error::FileUnreadable`], [`Error::JoiningValue`].
pub fn joining_address(place: &Path) -> Result<String, Error> {
    #[derive(serde::Deserialize)]
    struct File {
        address: String,
    }
    let path = place.join(ADDRESS);
    let text = read_text(&path)?;
    let file: Result<File, _> = toml::from_str(&text);
    file.map(|file| file.address)
        .map_err(|_| Error::JoiningValue {
            what: path.display().to_string(),
            value: text,
        })
}

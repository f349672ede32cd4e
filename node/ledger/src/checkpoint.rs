//! Checkpoints: signed statements about the log and the state at one size, as text in the form of C2SP signed notes.
//!
//! ```text
//! hengtan/<network id in hex>
//! <size>
//! <base64 of the log's root>
//! state <base64 of the state's root>
//! time <milliseconds>
//! members <version> <base64 of the digest of the voting set>
//!
//! — <organisation>/<node> <base64 of key id and signature>
//! ```

mod finality;
mod note;

pub use finality::{Finality, Hearing, judge};
pub use note::{Note, SignatureLine};

use crate::domain::{Domain, NetworkId};
use crate::{Error, field};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crypto_sm::rand_core::CryptoRng;
use crypto_sm::sm2::{PublicKey, SecretKey, Signer};
use crypto_sm::sm3::{self, Digest};

/// What a checkpoint states: a function of the log, the same on every node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// The network.
    pub network_id: NetworkId,
    /// Entries of the log.
    pub size: u64,
    /// Root of the log.
    pub root: Digest,
    /// Root of the state map.
    pub state_root: Digest,
    /// The batch's time, milliseconds.
    pub time_ms: u64,
    /// Version of the voting set before the last batch: it judges this checkpoint.
    pub members_version: u64,
    /// Digest of that voting set.
    pub members_digest: Digest,
}

impl Checkpoint {
    /// The note's text, up to and with its last newline: what is signed.
    #[must_use]
    pub fn text(&self) -> String {
        format!(
            "hengtan/{}\n{}\n{}\nstate {}\ntime {}\nmembers {} {}\n",
            hex::encode(self.network_id),
            self.size,
            STANDARD.encode(self.root),
            STANDARD.encode(self.state_root),
            self.time_ms,
            self.members_version,
            STANDARD.encode(self.members_digest)
        )
    }

    /// Reads [`Checkpoint::text`].
    ///
    /// # Errors
    /// [`Error::Checkpoint`] with the number of the line.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let mut lines = text.split('\n');
        let mut number = 0;
        let mut line = |prefix: &str| {
            number += 1;
            let wrong = Error::Checkpoint { line: number };
            lines
                .next()
                .and_then(|line| line.strip_prefix(prefix))
                .map(str::to_owned)
                .ok_or(wrong)
        };
        let at = |line| Error::Checkpoint { line };
        let origin = line("hengtan/")?;
        let network_id = hex::decode(&origin)
            .ok()
            .and_then(|id| id.try_into().ok())
            .ok_or(at(1))?;
        let size = line("")?.parse().map_err(|_| at(2))?;
        let root = digest(&line("")?).ok_or(at(3))?;
        let state_root = digest(&line("state ")?).ok_or(at(4))?;
        let time_ms = line("time ")?.parse().map_err(|_| at(5))?;
        let members = line("members ")?;
        let (version, members) = members.split_once(' ').ok_or(at(6))?;
        let members_version = version.parse().map_err(|_| at(6))?;
        let members_digest = digest(members).ok_or(at(6))?;
        let checkpoint = Self {
            network_id,
            size,
            root,
            state_root,
            time_ms,
            members_version,
            members_digest,
        };
        // One content, one text: upper-case digits, plus signs and leading zeros end here.
        let own = checkpoint.text();
        if own == text {
            return Ok(checkpoint);
        }
        let differs = own
            .split('\n')
            .zip(text.split('\n'))
            .position(|(left, right)| left != right);
        Err(at(differs.map_or(7, |line| line + 1)))
    }

    /// A node's signature line.
    ///
    /// # Errors
    /// [`Error::Name`].
    pub fn sign<R: CryptoRng + ?Sized>(
        &self,
        organisation: &str,
        node: &str,
        key: &SecretKey,
        rng: &mut R,
    ) -> Result<SignatureLine, Error> {
        let name = key_name(organisation, node)?;
        let key_id = key_id(&name, key.public_key());
        let signature = Domain::Checkpoint.sign(&self.network_id, self.text().as_bytes(), key, rng);
        Ok(SignatureLine {
            name,
            key_id,
            witnessed_at_ms: None,
            signature,
        })
    }

    /// As [`Checkpoint::sign`], by a key that may be in a token or device.
    ///
    /// # Errors
    /// [`Error::Name`]; [`Error::Crypto`]: the token or device does not sign.
    pub fn sign_with(
        &self,
        organisation: &str,
        node: &str,
        key: &dyn Signer,
    ) -> Result<SignatureLine, Error> {
        let name = key_name(organisation, node)?;
        let key_id = key_id(&name, key.public_key());
        let signature =
            Domain::Checkpoint.sign_with(&self.network_id, self.text().as_bytes(), key)?;
        Ok(SignatureLine {
            name,
            key_id,
            witnessed_at_ms: None,
            signature,
        })
    }

    /// A witness's cosignature line; its time is signed too.
    ///
    /// # Errors
    /// [`Error::Name`].
    pub fn witness<R: CryptoRng + ?Sized>(
        &self,
        witness: &str,
        time_ms: u64,
        key: &SecretKey,
        rng: &mut R,
    ) -> Result<SignatureLine, Error> {
        field::name("witness", witness)?;
        let key_id = key_id(witness, key.public_key());
        let message = witness_message(time_ms, &self.text());
        let signature = Domain::Witness.sign(&self.network_id, &message, key, rng);
        Ok(SignatureLine {
            name: witness.to_owned(),
            key_id,
            witnessed_at_ms: Some(time_ms),
            signature,
        })
    }

    /// As [`Checkpoint::witness`], by a key that may be in a token or device.
    ///
    /// # Errors
    /// [`Error::Name`]; [`Error::Crypto`]: the token or device does not sign.
    pub fn witness_with(
        &self,
        witness: &str,
        time_ms: u64,
        key: &dyn Signer,
    ) -> Result<SignatureLine, Error> {
        field::name("witness", witness)?;
        let message = witness_message(time_ms, &self.text());
        let signature = Domain::Witness.sign_with(&self.network_id, &message, key)?;
        Ok(SignatureLine {
            name: witness.to_owned(),
            key_id: key_id(witness, key.public_key()),
            witnessed_at_ms: Some(time_ms),
            signature,
        })
    }
}

/// What a witness signs behind the domain: its time in eight bytes, then the note's text.
fn witness_message(time_ms: u64, text: &str) -> Vec<u8> {
    [&time_ms.to_be_bytes(), text.as_bytes()].concat()
}

/// Key name of a node in signature lines: `<organisation>/<node>`.
///
/// # Errors
/// [`Error::Name`].
pub fn key_name(organisation: &str, node: &str) -> Result<String, Error> {
    field::name("organisation", organisation)?;
    field::name("node", node)?;
    Ok(format!("{organisation}/{node}"))
}

/// Key id of a signature line: first 4 bytes of SM3(name ‖ 0x0A ‖ 0xff ‖ `sm2` ‖ key), the form of C2SP signed-note for a signature type
/// that has no number.
#[must_use]
pub fn key_id(name: &str, key: &PublicKey) -> [u8; 4] {
    let hash = sm3::hash(&[name.as_bytes(), b"\n\xffsm2", &key.to_uncompressed()]);
    [hash[0], hash[1], hash[2], hash[3]]
}

fn digest(text: &str) -> Option<Digest> {
    STANDARD.decode(text).ok()?.try_into().ok()
}

//! Whose folder this is. The identity stands twice: as a record inside the log store and as a file beside it. A folder in
//! which one of the two is missing has lost something, and with it votes that this node may have given.

use bytes::Bytes;

use crate::error::Error;
use crate::log::disk::{Disk, Meta, Operation};
use crate::record::{self, FORMAT};
use crate::{NetworkId, NodeId};

/// Network and node of a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity {
    pub network_id: NetworkId,
    pub node_id: NodeId,
}

impl Identity {
    /// Compares with the identity of the log store, and writes it if the store is new. Returns whether it was new.
    ///
    /// # Errors
    /// [`Error::IdentityMismatch`], [`Error::FormatUnknown`], errors of reading and writing.
    pub fn claim(&self, disk: &dyn Disk) -> Result<bool, Error> {
        let key = Meta::Identity.name();
        if let Some(stored) = disk.meta(Meta::Identity)? {
            self.compare(record::open(key.as_bytes(), stored, key, 0)?)?;
            return Ok(false);
        }
        if disk.meta(Meta::Vote)?.is_some() || disk.first_index()?.is_some() {
            return Err(Error::RecordInvalid { record: key });
        }
        disk.write(&[Operation::Meta {
            meta: Meta::Identity,
            record: self.seal(),
        }])?;
        disk.sync()?;
        Ok(true)
    }

    /// Compares with the identity file of `folder` and writes it if it is missing; `new` says whether the log store is
    /// new too.
    ///
    /// # Errors
    /// [`Error::LogMissing`] if the file stands beside a new log store; [`Error::IdentityMismatch`],
    /// [`Error::FormatUnknown`], errors of reading and writing.
    #[cfg(feature = "rocksdb")]
    pub fn claim_folder(&self, folder: &std::path::Path, new: bool) -> Result<(), Error> {
        use std::io::ErrorKind;

        let path = folder.join("identity");
        match std::fs::read(&path) {
            Ok(stored) => {
                self.compare(record::open(b"identity", stored.into(), "identity", 0)?)?;
                if new {
                    Err(Error::LogMissing {
                        applied_index: 0,
                        last_log_index: None,
                    })
                } else {
                    Ok(())
                }
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {
                crate::snapshot::write_file_durably(&path, &self.seal())
            }
            Err(error) => Err(Error::disk("read identity", error)),
        }
    }

    fn seal(&self) -> Bytes {
        let message = record::Identity {
            format: FORMAT,
            network_id: self.network_id.to_vec(),
            node_id: self.node_id,
        };
        record::seal(b"identity", &message).into()
    }

    fn compare(&self, found: record::Identity) -> Result<(), Error> {
        if found.format != FORMAT {
            return Err(Error::FormatUnknown {
                found: found.format,
                supported: FORMAT,
            });
        }
        if found.network_id != self.network_id {
            return Err(Error::IdentityMismatch {
                what: "network",
                expected: hexadecimal(&self.network_id),
                found: hexadecimal(&found.network_id),
            });
        }
        if found.node_id != self.node_id {
            return Err(Error::IdentityMismatch {
                what: "node",
                expected: self.node_id.to_string(),
                found: found.node_id.to_string(),
            });
        }
        Ok(())
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

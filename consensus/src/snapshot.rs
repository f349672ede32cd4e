//! Stored snapshots: a manifest and a content cut into chunks with an SM3 digest each (protocol §11).
//!
//! In a folder a snapshot is `snapshot/<term>-<index>/{manifest,content}`. It is written under another name, synced, and
//! renamed, and the rename is synced: a folder with a final name is complete. Only the newest is kept.

use std::fmt;
use std::io::{self, Read, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
#[cfg(feature = "rocksdb")]
use std::{
    fs::{self, File, OpenOptions},
    path::{Path, PathBuf},
};

use bytes::Bytes;
use sm3::{Digest, Sm3};

use crate::application::SnapshotView;
use crate::engine::SnapshotMeta;
use crate::error::Error;
#[cfg(feature = "rocksdb")]
use crate::record;
use crate::record::{AppliedState, MANIFEST_FORMAT, Manifest};
use crate::{NetworkId, Storage};

#[cfg(feature = "rocksdb")]
const MANIFEST_KEY: &[u8] = b"manifest";

/// Snapshots in memory. Clones share it.
#[derive(Clone, Default)]
pub struct SnapshotMemory {
    state: Arc<Mutex<MemoryState>>,
}

#[derive(Default)]
struct MemoryState {
    current: Option<(Manifest, Arc<Vec<u8>>)>,
    receiving: Vec<u8>,
}

impl SnapshotMemory {
    fn lock(&self) -> MutexGuard<'_, MemoryState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for SnapshotMemory {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SnapshotMemory")
    }
}

/// The snapshots of this node.
#[derive(Clone, Debug)]
pub struct Snapshots {
    place: Place,
    network_id: NetworkId,
    chunk_bytes: usize,
    /// The current snapshot once its whole content was checked; each chunk is checked again when it is read.
    #[cfg(feature = "rocksdb")]
    known: Arc<Mutex<Option<Stored>>>,
}

#[derive(Clone, Debug)]
enum Place {
    #[cfg(feature = "rocksdb")]
    Folder(PathBuf),
    Memory(SnapshotMemory),
}

/// A complete snapshot.
#[derive(Clone)]
pub struct Stored {
    /// What it is.
    pub manifest: Arc<Manifest>,
    content: Content,
}

#[derive(Clone)]
enum Content {
    #[cfg(feature = "rocksdb")]
    Folder(PathBuf),
    Memory(Arc<Vec<u8>>),
}

impl fmt::Debug for Stored {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Stored")
            .field("size_bytes", &self.manifest.size_bytes)
            .finish_non_exhaustive()
    }
}

impl Snapshots {
    /// Opens the place, clears what an interrupted build left behind.
    ///
    /// # Errors
    /// [`Error::Disk`].
    pub fn open(
        storage: &Storage,
        network_id: NetworkId,
        chunk_bytes: usize,
    ) -> Result<Self, Error> {
        let place = match storage {
            #[cfg(feature = "rocksdb")]
            Storage::Folder(folder) => {
                let folder = folder.join("snapshot");
                fs::create_dir_all(&folder)
                    .map_err(|error| Error::disk("create snapshot folder", error))?;
                remove_if_there(&folder.join(BUILDING))?;
                Place::Folder(folder)
            }
            Storage::Memory { snapshots, .. } => Place::Memory(snapshots.clone()),
        };
        Ok(Self {
            place,
            network_id,
            chunk_bytes,
            #[cfg(feature = "rocksdb")]
            known: Arc::default(),
        })
    }

    /// The newest complete snapshot whose content is intact; a damaged one is moved aside.
    ///
    /// # Errors
    /// [`Error::Disk`].
    pub fn current(&self) -> Result<Option<Stored>, Error> {
        match &self.place {
            #[cfg(feature = "rocksdb")]
            Place::Folder(folder) => self.current_in(folder),
            Place::Memory(memory) => {
                let current = memory.lock().current.clone();
                Ok(current.map(|(manifest, content)| Stored {
                    manifest: Arc::new(manifest),
                    content: Content::Memory(content),
                }))
            }
        }
    }

    /// Writes a snapshot from a view of the state and makes it the current one.
    ///
    /// # Errors
    /// [`Error::Disk`], [`Error::RecordInvalid`] if the view's applied state is not one of ours.
    pub fn build(&self, view: Box<dyn SnapshotView>) -> Result<Stored, Error> {
        let applied_state = view.applied_state();
        AppliedState::decode_blob(Some(&applied_state))?;
        let mut manifest = Manifest {
            format: MANIFEST_FORMAT,
            network_id: self.network_id.to_vec(),
            applied_state,
            size_bytes: 0,
            chunk_bytes: self.chunk_bytes as u64,
            digests: Vec::new(),
        };
        let write = |sink: &mut dyn Write, manifest: &mut Manifest| -> Result<(), Error> {
            let mut chunker = Chunker {
                sink,
                chunk_bytes: self.chunk_bytes,
                filled: 0,
                digest: Sm3::new(),
                manifest,
            };
            view.write(&mut chunker)
                .map_err(|error| crate::error::from_io("write snapshot", &error))?;
            chunker
                .finish()
                .map_err(|error| Error::disk("write snapshot", error))
        };
        match &self.place {
            #[cfg(feature = "rocksdb")]
            Place::Folder(folder) => {
                let building = folder.join(BUILDING);
                remove_if_there(&building)?;
                let disk = |error: io::Error| Error::disk("write snapshot", error);
                fs::create_dir(&building).map_err(disk)?;
                let file = File::create(building.join(CONTENT)).map_err(disk)?;
                let mut sink = io::BufWriter::with_capacity(1 << 18, file);
                write(&mut sink, &mut manifest)?;
                sink.into_inner()
                    .map_err(|error| disk(error.into_error()))?
                    .sync_all()
                    .map_err(disk)?;
                self.publish(folder, &building, &manifest)
            }
            Place::Memory(memory) => {
                let mut content = Vec::new();
                write(&mut content, &mut manifest)?;
                Ok(publish_in_memory(memory, manifest, content))
            }
        }
    }

    /// Begins or resumes receiving the snapshot that `manifest` describes.
    ///
    /// # Errors
    /// [`Error::SnapshotRefused`] for another network, an unknown format or sizes that do not fit together.
    pub fn receive(&self, manifest: Manifest) -> Result<Receiving, Error> {
        if manifest.network_id != self.network_id {
            return Err(Error::SnapshotRefused { what: "network" });
        }
        if manifest.format != MANIFEST_FORMAT {
            return Err(Error::SnapshotRefused { what: "format" });
        }
        let chunks = if manifest.chunk_bytes == 0 {
            None
        } else {
            Some(manifest.size_bytes.div_ceil(manifest.chunk_bytes))
        };
        if chunks != Some(manifest.digests.len() as u64) {
            return Err(Error::SnapshotRefused { what: "size" });
        }
        let meta = AppliedState::decode_blob(Some(&manifest.applied_state))
            .map_err(|_| Error::SnapshotRefused { what: "applied" })?;
        if meta.last_log_id.is_none() {
            return Err(Error::SnapshotRefused { what: "applied" });
        }
        let next = match &self.place {
            #[cfg(feature = "rocksdb")]
            Place::Folder(folder) => resume(&folder.join(RECEIVING), &manifest)?,
            Place::Memory(memory) => {
                memory.lock().receiving.clear();
                0
            }
        };
        Ok(Receiving {
            place: self.place.clone(),
            manifest: Arc::new(manifest),
            meta,
            next,
        })
    }

    /// Whether calls may block for the time of a disk access.
    pub fn blocks(&self) -> bool {
        !matches!(self.place, Place::Memory(_))
    }

    /// Makes a completely received snapshot the current one.
    ///
    /// # Errors
    /// [`Error::Disk`].
    pub fn adopt(&self, stored: &Stored) -> Result<Stored, Error> {
        match (&self.place, &stored.content) {
            #[cfg(feature = "rocksdb")]
            (Place::Folder(folder), Content::Folder(place)) if *place == folder.join(RECEIVING) => {
                self.publish(folder, place, &stored.manifest)
            }
            #[cfg(feature = "rocksdb")]
            (Place::Folder(folder), Content::Folder(place)) if place.parent() == Some(folder) => {
                Ok(stored.clone())
            }
            (Place::Memory(memory), Content::Memory(content)) => {
                memory.lock().current = Some(((*stored.manifest).clone(), Arc::clone(content)));
                Ok(stored.clone())
            }
            #[cfg(feature = "rocksdb")]
            _ => {
                let mut receiving = self.receive((*stored.manifest).clone())?;
                for number in receiving.next()..stored.chunk_count() {
                    receiving.add(number, &stored.chunk(number)?)?;
                }
                self.adopt(&receiving.finish()?)
            }
        }
    }

    /// Writes the manifest into `place`, gives the folder its final name and removes older snapshots.
    #[cfg(feature = "rocksdb")]
    fn publish(&self, folder: &Path, place: &Path, manifest: &Manifest) -> Result<Stored, Error> {
        let meta = AppliedState::decode_blob(Some(&manifest.applied_state))?;
        let newest = meta
            .last_log_id
            .map_or((0, 0), |last| (last.leader_id.term, last.index));
        let name = format!("{}-{}", newest.0, newest.1);
        write_file_durably(&place.join(MANIFEST), &record::seal(MANIFEST_KEY, manifest))?;
        let target = folder.join(&name);
        remove_if_there(&target)?;
        fs::rename(place, &target).map_err(|error| Error::disk("publish snapshot", error))?;
        sync_folder(folder)?;
        let stored = Stored {
            manifest: Arc::new(manifest.clone()),
            content: Content::Folder(target),
        };
        *self.known() = Some(stored.clone());
        for (position, older) in final_names(folder)? {
            if position < newest {
                remove_if_there(&folder.join(older))?;
            }
        }
        Ok(stored)
    }

    #[cfg(feature = "rocksdb")]
    fn known(&self) -> MutexGuard<'_, Option<Stored>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[cfg(feature = "rocksdb")]
    fn current_in(&self, folder: &Path) -> Result<Option<Stored>, Error> {
        if let Some(known) = self.known().clone() {
            return Ok(Some(known));
        }
        let mut names = final_names(folder)?;
        while let Some((_, name)) = names.pop() {
            let place = folder.join(&name);
            match self.read_whole(&place) {
                Ok(stored) => {
                    *self.known() = Some(stored.clone());
                    return Ok(Some(stored));
                }
                Err(error) => {
                    tracing::error!(code = error.code(), snapshot = %name, cause = %error, "snapshot is damaged, moved aside");
                    let aside = folder.join(format!("damaged-{name}"));
                    remove_if_there(&aside)?;
                    fs::rename(&place, &aside)
                        .map_err(|error| Error::disk("move damaged snapshot", error))?;
                    sync_folder(folder)?;
                }
            }
        }
        Ok(None)
    }

    #[cfg(feature = "rocksdb")]
    fn read_whole(&self, place: &Path) -> Result<Stored, Error> {
        let manifest = read_manifest(place)?;
        if manifest.network_id != self.network_id {
            return Err(Error::SnapshotRefused { what: "network" });
        }
        let stored = Stored {
            manifest: Arc::new(manifest),
            content: Content::Folder(place.to_owned()),
        };
        stored.meta()?;
        stored.verify()?;
        Ok(stored)
    }
}

impl Stored {
    /// Position and membership of the state.
    ///
    /// # Errors
    /// [`Error::RecordInvalid`], [`Error::FormatUnknown`].
    pub fn meta(&self) -> Result<SnapshotMeta, Error> {
        AppliedState::decode_blob(Some(&self.manifest.applied_state))
    }

    /// Number of chunks.
    pub fn chunk_count(&self) -> u64 {
        self.manifest.digests.len() as u64
    }

    /// Whether reading may block for the time of a disk access.
    pub fn blocks(&self) -> bool {
        !matches!(self.content, Content::Memory(_))
    }

    /// Reads one chunk and checks it.
    ///
    /// # Errors
    /// [`Error::SnapshotDamaged`], [`Error::Disk`].
    pub fn chunk(&self, number: u64) -> Result<Bytes, Error> {
        let start = number.saturating_mul(self.manifest.chunk_bytes);
        let length = chunk_length(&self.manifest, number);
        let bytes = match &self.content {
            #[cfg(feature = "rocksdb")]
            Content::Folder(place) => read_at(&place.join(CONTENT), start, length)?,
            Content::Memory(content) => {
                let start = usize::try_from(start).unwrap_or(usize::MAX);
                let range = start..start.saturating_add(length);
                Bytes::copy_from_slice(
                    content
                        .get(range)
                        .ok_or(Error::SnapshotDamaged { chunk: number })?,
                )
            }
        };
        check_chunk(&self.manifest, number, &bytes)?;
        Ok(bytes)
    }

    /// Reads the whole content, checking each chunk before any byte of it is handed out.
    pub fn reader(&self) -> Reader {
        Reader {
            stored: self.clone(),
            next: 0,
            current: Bytes::new(),
        }
    }

    #[cfg(feature = "rocksdb")]
    fn verify(&self) -> Result<(), Error> {
        (0..self.chunk_count()).try_for_each(|number| self.chunk(number).map(drop))
    }
}

/// The content of a snapshot as a stream.
pub struct Reader {
    stored: Stored,
    next: u64,
    current: Bytes,
}

impl Read for Reader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.current.is_empty() && self.next < self.stored.chunk_count() {
            self.current = self.stored.chunk(self.next)?;
            self.next += 1;
        }
        let count = self.current.len().min(buffer.len());
        let (target, source) = (buffer.get_mut(..count), self.current.split_to(count));
        if let Some(target) = target {
            target.copy_from_slice(&source);
        }
        Ok(count)
    }
}

/// A snapshot on its way in.
#[derive(Debug)]
pub struct Receiving {
    place: Place,
    manifest: Arc<Manifest>,
    meta: SnapshotMeta,
    next: u64,
}

impl Receiving {
    /// Position and membership of the state.
    pub fn meta(&self) -> &SnapshotMeta {
        &self.meta
    }

    /// Number of the chunk that is wanted next.
    pub fn next(&self) -> u64 {
        self.next
    }

    /// Whether every chunk is there.
    pub fn is_complete(&self) -> bool {
        self.next == self.manifest.digests.len() as u64
    }

    /// Adds a chunk. One that is already there is passed over.
    ///
    /// # Errors
    /// [`Error::SnapshotRefused`] if a chunk is missing before it; [`Error::SnapshotDamaged`]; [`Error::Disk`].
    pub fn add(&mut self, number: u64, bytes: &[u8]) -> Result<(), Error> {
        if number < self.next {
            return Ok(());
        }
        if number > self.next {
            return Err(Error::SnapshotRefused { what: "order" });
        }
        check_chunk(&self.manifest, number, bytes)?;
        match &self.place {
            #[cfg(feature = "rocksdb")]
            Place::Folder(folder) => {
                let path = folder.join(RECEIVING).join(CONTENT);
                let append = || {
                    OpenOptions::new()
                        .append(true)
                        .open(&path)?
                        .write_all(bytes)
                };
                append().map_err(|error| Error::disk("write received snapshot", error))?;
            }
            Place::Memory(memory) => memory.lock().receiving.extend_from_slice(bytes),
        }
        self.next += 1;
        Ok(())
    }

    /// The complete snapshot, once every chunk is there.
    ///
    /// # Errors
    /// [`Error::SnapshotRefused`] if chunks are missing, [`Error::Disk`].
    pub fn finish(&self) -> Result<Stored, Error> {
        if !self.is_complete() {
            return Err(Error::SnapshotRefused { what: "order" });
        }
        let content = match &self.place {
            #[cfg(feature = "rocksdb")]
            Place::Folder(folder) => {
                let place = folder.join(RECEIVING);
                File::open(place.join(CONTENT))
                    .and_then(|file| file.sync_all())
                    .map_err(|error| Error::disk("sync received snapshot", error))?;
                Content::Folder(place)
            }
            Place::Memory(memory) => {
                Content::Memory(Arc::new(std::mem::take(&mut memory.lock().receiving)))
            }
        };
        Ok(Stored {
            manifest: Arc::clone(&self.manifest),
            content,
        })
    }
}

/// Passes bytes on and keeps the digest of each chunk.
struct Chunker<'a> {
    sink: &'a mut dyn Write,
    chunk_bytes: usize,
    filled: usize,
    digest: Sm3,
    manifest: &'a mut Manifest,
}

impl Chunker<'_> {
    fn close_chunk(&mut self) {
        let digest = self.digest.finalize_reset();
        self.manifest.digests.push(digest.to_vec());
        self.filled = 0;
    }

    fn finish(mut self) -> io::Result<()> {
        if self.filled > 0 {
            self.close_chunk();
        }
        self.sink.flush()
    }
}

impl Write for Chunker<'_> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let count = buffer.len().min(self.chunk_bytes - self.filled);
        let part = buffer.get(..count).unwrap_or_default();
        self.sink.write_all(part)?;
        self.digest.update(part);
        self.filled += count;
        self.manifest.size_bytes += count as u64;
        if self.filled == self.chunk_bytes {
            self.close_chunk();
        }
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn chunk_length(manifest: &Manifest, number: u64) -> usize {
    let start = number.saturating_mul(manifest.chunk_bytes);
    let length = manifest
        .size_bytes
        .saturating_sub(start)
        .min(manifest.chunk_bytes);
    usize::try_from(length).unwrap_or(usize::MAX)
}

fn check_chunk(manifest: &Manifest, number: u64, bytes: &[u8]) -> Result<(), Error> {
    let expected = usize::try_from(number)
        .ok()
        .and_then(|at| manifest.digests.get(at));
    let found = Sm3::digest(bytes);
    if bytes.len() != chunk_length(manifest, number)
        || expected.is_none_or(|expected| expected.as_slice() != found.as_slice())
    {
        return Err(Error::SnapshotDamaged { chunk: number });
    }
    Ok(())
}

fn publish_in_memory(memory: &SnapshotMemory, manifest: Manifest, content: Vec<u8>) -> Stored {
    let content = Arc::new(content);
    memory.lock().current = Some((manifest.clone(), Arc::clone(&content)));
    Stored {
        manifest: Arc::new(manifest),
        content: Content::Memory(content),
    }
}

#[cfg(feature = "rocksdb")]
const BUILDING: &str = "building";
#[cfg(feature = "rocksdb")]
const RECEIVING: &str = "receiving";
#[cfg(feature = "rocksdb")]
const CONTENT: &str = "content";
#[cfg(feature = "rocksdb")]
const MANIFEST: &str = "manifest";

/// Term and index of the last entry in a snapshot.
#[cfg(feature = "rocksdb")]
type Position = (u64, u64);

/// Names of complete snapshots, oldest first.
#[cfg(feature = "rocksdb")]
fn final_names(folder: &Path) -> Result<Vec<(Position, String)>, Error> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(|error| Error::disk("list snapshots", error))? {
        let entry = entry.map_err(|error| Error::disk("list snapshots", error))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let position = name
            .split_once('-')
            .and_then(|(term, index)| Some((term.parse().ok()?, index.parse().ok()?)));
        if let Some(position) = position {
            names.push((position, name));
        }
    }
    names.sort_unstable();
    Ok(names)
}

/// Prepares the folder for receiving; returns the number of chunks that are already there from an earlier attempt.
#[cfg(feature = "rocksdb")]
fn resume(place: &Path, manifest: &Manifest) -> Result<u64, Error> {
    let disk = |error: io::Error| Error::disk("receive snapshot", error);
    let path = place.join(CONTENT);
    if read_manifest(place).is_ok_and(|earlier| earlier == *manifest) && path.exists() {
        let stored = Stored {
            manifest: Arc::new(manifest.clone()),
            content: Content::Folder(place.to_owned()),
        };
        let intact = (0..stored.chunk_count())
            .take_while(|number| stored.chunk(*number).is_ok())
            .count() as u64;
        let length = intact
            .saturating_mul(manifest.chunk_bytes)
            .min(manifest.size_bytes);
        OpenOptions::new()
            .write(true)
            .open(&path)
            .and_then(|file| file.set_len(length))
            .map_err(disk)?;
        return Ok(intact);
    }
    remove_if_there(place)?;
    fs::create_dir_all(place).map_err(disk)?;
    File::create(&path).map_err(disk)?;
    write_file_durably(&place.join(MANIFEST), &record::seal(MANIFEST_KEY, manifest))?;
    Ok(0)
}

#[cfg(feature = "rocksdb")]
fn read_manifest(place: &Path) -> Result<Manifest, Error> {
    let bytes =
        fs::read(place.join(MANIFEST)).map_err(|error| Error::disk("read snapshot", error))?;
    let manifest: Manifest = record::open(MANIFEST_KEY, bytes.into(), "manifest", 0)?;
    if manifest.format != MANIFEST_FORMAT {
        return Err(Error::FormatUnknown {
            found: manifest.format,
            supported: MANIFEST_FORMAT,
        });
    }
    Ok(manifest)
}

#[cfg(feature = "rocksdb")]
fn read_at(path: &Path, start: u64, length: usize) -> Result<Bytes, Error> {
    use std::io::{Seek, SeekFrom};

    let read = || -> io::Result<Vec<u8>> {
        let mut file = File::open(path)?;
        file.seek(SeekFrom::Start(start))?;
        let mut bytes = Vec::with_capacity(length);
        file.take(length as u64).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    read()
        .map(Bytes::from)
        .map_err(|error| Error::disk("read snapshot", error))
}

#[cfg(feature = "rocksdb")]
fn remove_if_there(place: &Path) -> Result<(), Error> {
    match fs::remove_dir_all(place) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(Error::disk("remove snapshot", error))
        }
        _ => Ok(()),
    }
}

/// Writes under a temporary name, syncs, renames, and syncs the folder: the file is there completely or not at all.
#[cfg(feature = "rocksdb")]
pub fn write_file_durably(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let disk = |error: io::Error| Error::disk("write file", error);
    let temporary = path.with_extension("tmp");
    let mut file = File::create(&temporary).map_err(disk)?;
    file.write_all(bytes).map_err(disk)?;
    file.sync_all().map_err(disk)?;
    fs::rename(&temporary, path).map_err(disk)?;
    path.parent().map_or(Ok(()), sync_folder)
}

#[cfg(feature = "rocksdb")]
fn sync_folder(folder: &Path) -> Result<(), Error> {
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(|error| Error::disk("sync folder", error))
}

#[cfg(all(test, feature = "rocksdb"))]
mod tests {
    use super::*;
    use crate::engine::log_id;
    use crate::record::AppliedState;

    struct Fixed(u64, Vec<u8>);

    impl SnapshotView for Fixed {
        fn applied_state(&self) -> Vec<u8> {
            AppliedState::encode_blob(
                Some(log_id(1, self.0)),
                &crate::engine::StoredMembership::default(),
            )
        }

        fn write(self: Box<Self>, sink: &mut dyn Write) -> io::Result<()> {
            sink.write_all(&self.1)
        }
    }

    fn open(folder: &Path) -> Snapshots {
        Snapshots::open(&Storage::Folder(folder.to_owned()), [7; 32], 10).expect("opens")
    }

    fn content(stored: &Stored) -> Vec<u8> {
        let mut content = Vec::new();
        stored
            .reader()
            .read_to_end(&mut content)
            .expect("is intact");
        content
    }

    #[test]
    fn content_of_any_length_comes_back() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for (index, length) in [0usize, 1, 9, 10, 11, 20, 95].into_iter().enumerate() {
            let bytes: Vec<u8> = (0..length).map(|byte| byte as u8).collect();
            let snapshots = open(folder.path());
            let stored = snapshots
                .build(Box::new(Fixed(index as u64, bytes.clone())))
                .expect("builds");
            assert_eq!(content(&stored), bytes);
            let again = open(folder.path())
                .current()
                .expect("reads")
                .expect("is there");
            assert_eq!(content(&again), bytes);
            assert_eq!(again.chunk_count(), length.div_ceil(10) as u64);
        }
        let names = final_names(&folder.path().join("snapshot")).expect("lists");
        assert_eq!(
            names,
            [((1, 6), "1-6".to_owned())],
            "only the newest is kept"
        );
    }

    #[test]
    fn receiving_goes_on_where_it_stopped_and_refuses_what_does_not_fit() {
        let (from, to) = (
            tempfile::tempdir().expect("a folder"),
            tempfile::tempdir().expect("a folder"),
        );
        let bytes: Vec<u8> = (0..55).collect();
        let source = open(from.path())
            .build(Box::new(Fixed(8, bytes.clone())))
            .expect("builds");
        let manifest = (*source.manifest).clone();
        let mut receiving = open(to.path()).receive(manifest.clone()).expect("fits");
        assert_eq!(receiving.next(), 0);
        for number in 0..3 {
            receiving
                .add(number, &source.chunk(number).expect("reads"))
                .expect("fits");
        }
        let refused = receiving.add(4, &source.chunk(4).expect("reads"));
        assert_eq!(refused, Err(Error::SnapshotRefused { what: "order" }));
        let mut damaged = source.chunk(3).expect("reads").to_vec();
        damaged[0] ^= 1;
        assert_eq!(
            receiving.add(3, &damaged),
            Err(Error::SnapshotDamaged { chunk: 3 })
        );
        assert!(receiving.finish().is_err());
        drop(receiving);

        // After a restart; the third chunk was only half written when the power went.
        let path = to.path().join("snapshot/receiving/content");
        OpenOptions::new()
            .write(true)
            .open(&path)
            .and_then(|file| file.set_len(25))
            .expect("cuts");
        let snapshots = open(to.path());
        let mut receiving = snapshots.receive(manifest).expect("fits");
        assert_eq!(receiving.next(), 2);
        for number in 2..6 {
            receiving
                .add(number, &source.chunk(number).expect("reads"))
                .expect("fits");
        }
        assert!(
            snapshots.current().expect("reads").is_none(),
            "nothing counts before it is complete"
        );
        let adopted = snapshots
            .adopt(&receiving.finish().expect("is complete"))
            .expect("is published");
        assert_eq!(content(&adopted), bytes);
        assert!(open(to.path()).current().expect("reads").is_some());
    }

    #[test]
    fn a_snapshot_of_another_network_is_refused() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let stored = open(folder.path())
            .build(Box::new(Fixed(1, vec![1])))
            .expect("builds");
        let mut manifest = (*stored.manifest).clone();
        manifest.network_id = vec![8; 32];
        let outcome = open(folder.path()).receive(manifest.clone()).err();
        assert_eq!(outcome, Some(Error::SnapshotRefused { what: "network" }));
        manifest.network_id = vec![7; 32];
        manifest.size_bytes = 100;
        let outcome = open(folder.path()).receive(manifest).err();
        assert_eq!(outcome, Some(Error::SnapshotRefused { what: "size" }));
    }
}

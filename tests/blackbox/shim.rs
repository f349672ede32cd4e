//! The preloaded library of `faults.c`: builds it, and steers it in one node.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::Read as _;
use std::os::unix::fs::{FileExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The library, built once for this run of tests.
fn library() -> &'static Path {
    static BUILT: OnceLock<(tempfile::TempDir, PathBuf)> = OnceLock::new();
    let (_, path) = BUILT.get_or_init(|| {
        let folder = tempfile::tempdir().expect("temporary folder");
        let path = folder.path().join("faults.so");
        let source = hengtan_tests::root().join("tests/blackbox/faults.c");
        let built = Command::new("cc")
            .args(["-shared", "-fPIC", "-O1", "-o"])
            .args([&path, &source])
            .arg("-ldl")
            .status()
            .expect("cc: a C compiler builds the faults");
        assert!(built.success(), "cc: {built}");
        (folder, path)
    });
    path
}

/// `struct control` of faults.c.
#[derive(Clone, Copy, Debug, Default)]
pub struct Control {
    pub full: bool,
    pub sync_delay_us: i64,
    pub forget: bool,
    pub skew_ms: i64,
}

/// The faults of one node, across its lives.
#[derive(Debug)]
pub struct Shim {
    data: PathBuf,
    control: File,
    control_path: PathBuf,
    synced_path: PathBuf,
}

impl Shim {
    /// Faults of the node whose data folder is `data`; its own files go into `folder`.
    pub fn new(folder: &Path, name: &str, data: &Path) -> Self {
        let control_path = folder.join(format!("{name}.control"));
        let control = OpenOptions::new()
            .create_new(true)
            .read(true)
            .write(true)
            .open(&control_path)
            .expect("control file");
        let shim = Self {
            data: data.to_owned(),
            control,
            control_path,
            synced_path: folder.join(format!("{name}.synced")),
        };
        shim.set(Control::default());
        shim
    }

    /// Environment of the node.
    pub fn environment(&self) -> Vec<(&'static str, PathBuf)> {
        vec![
            ("LD_PRELOAD", library().to_owned()),
            ("HENGTAN_FAULTS_ROOT", self.data.clone()),
            ("HENGTAN_FAULTS_CONTROL", self.control_path.clone()),
            ("HENGTAN_FAULTS_SYNCED", self.synced_path.clone()),
        ]
    }

    /// What holds from now on, also in a node that runs.
    pub fn set(&self, control: Control) {
        let words = [
            i64::from(control.full),
            control.sync_delay_us,
            i64::from(control.forget),
            control.skew_ms,
        ];
        for (word, at) in words.iter().zip((0..).step_by(8)) {
            self.control
                .write_all_at(&word.to_ne_bytes(), at)
                .expect("control file");
        }
    }

    /// Cuts the power of a node that was killed: its files lose what was not synced. Returns how many bytes that was.
    pub fn cut(&self) -> u64 {
        let mut text = String::new();
        if let Ok(mut file) = File::open(&self.synced_path) {
            file.read_to_string(&mut text).expect("text");
        }
        let mut synced: BTreeMap<u64, u64> = BTreeMap::new();
        for line in text.lines() {
            let (inode, size) = line.split_once(' ').expect("inode and size");
            synced.insert(inode.parse().expect("inode"), size.parse().expect("size"));
        }
        lose(&self.data, &synced)
    }
}

fn lose(folder: &Path, synced: &BTreeMap<u64, u64>) -> u64 {
    let mut lost = 0;
    for item in fs::read_dir(folder).expect("data folder") {
        let path = item.expect("data folder").path();
        let found = fs::symlink_metadata(&path).expect("a file");
        if found.is_dir() {
            lost += lose(&path, synced);
            continue;
        }
        let kept = synced.get(&found.ino()).copied().unwrap_or(0);
        if kept < found.size() {
            lost += found.size() - kept;
            let file = OpenOptions::new().write(true).open(&path);
            file.expect("a file").set_len(kept).expect("shorter");
        }
    }
    lost
}

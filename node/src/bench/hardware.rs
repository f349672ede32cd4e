//! On what it was measured. A figure without its machine says little.

use serde_json::{Value, json};
use std::fs;
use std::path::Path;

/// Instructions that cryptography, hashing and wide arithmetic can use, as Linux names them.
const FEATURES: &[&str] = &[
    "sse4_2",
    "pclmulqdq",
    "aes",
    "avx",
    "avx2",
    "bmi2",
    "adx",
    "sha_ni",
    "avx512f",
    "avx512bw",
    "avx512ifma",
    "vaes",
    "vpclmulqdq",
    "gfni",
    "sm3",
    "sm4",
    "asimd",
    "pmull",
    "sha2",
    "sha3",
    "sve",
];

/// The machine. What the system does not tell is empty or absent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hardware {
    /// Name of the processor.
    pub cpu_model: String,
    /// Cores that this process may use.
    pub cores: usize,
    /// Of the processor's features those that matter here.
    pub cpu_features: Vec<String>,
    /// Main memory, bytes.
    pub memory_bytes: Option<u64>,
    /// Kernel and its release.
    pub kernel: String,
    /// Runnable threads of the machine at the beginning, mean of one minute, decimal: above 0 others were at work too.
    pub load: String,
    /// Where the store was, if the subject has one.
    pub storage: Option<Storage>,
}

/// Where a folder is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Storage {
    /// Kind of file system.
    pub file_system: String,
    /// Options that it is mounted with.
    pub options: String,
    /// The device, or what stands for it.
    pub device: String,
    /// Whether the device turns; nothing if it does not say.
    pub rotational: Option<bool>,
    /// How the device treats what it is told to keep, as the kernel sees it: `write back` or `write through`.
    pub write_cache: String,
}

impl Storage {
    /// Whether the folder is in main memory, so that no sync reaches any disk.
    #[must_use]
    pub fn in_memory(&self) -> bool {
        matches!(self.file_system.as_str(), "tmpfs" | "ramfs")
    }

    fn to_value(&self) -> Value {
        json!({
            "file_system": self.file_system,
            "mount_options": self.options,
            "device": self.device,
            "rotational": self.rotational,
            "write_cache": self.write_cache,
            "in_memory": self.in_memory(),
        })
    }
}

impl Hardware {
    /// Looks at this machine; `folder` is where the store will be.
    #[must_use]
    pub fn survey(folder: Option<&Path>) -> Self {
        let cpu = read("/proc/cpuinfo");
        let load = read("/proc/loadavg");
        Self {
            cpu_model: cpu_model(&cpu),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            cpu_features: cpu_features(&cpu),
            memory_bytes: memory_bytes(&read("/proc/meminfo")),
            kernel: kernel(),
            load: load
                .split_whitespace()
                .next()
                .unwrap_or_default()
                .to_owned(),
            storage: folder.and_then(storage),
        }
    }

    pub(super) fn to_value(&self) -> Value {
        json!({
            "cpu_model": self.cpu_model,
            "cores": self.cores,
            "cpu_features": self.cpu_features,
            "memory_bytes": self.memory_bytes,
            "kernel": self.kernel,
            "load_1min": self.load,
            "storage": self.storage.as_ref().map(Storage::to_value),
        })
    }
}

/// The program that measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Build {
    /// Version of the product.
    pub version: &'static str,
    /// Compiler.
    pub rustc: &'static str,
    /// Cargo's profile. Only `release` gives figures worth keeping.
    pub profile: &'static str,
    /// Target triple.
    pub target: &'static str,
    /// Whether assertions for debugging are in.
    pub debug_assertions: bool,
}

impl Build {
    /// This program.
    #[must_use]
    pub fn of_this_program() -> Self {
        Self {
            version: env!("CARGO_PKG_VERSION"),
            rustc: env!("HENGTAN_RUSTC"),
            profile: env!("HENGTAN_PROFILE"),
            target: env!("HENGTAN_TARGET"),
            debug_assertions: cfg!(debug_assertions),
        }
    }

    pub(super) fn to_value(self) -> Value {
        json!({
            "version": self.version,
            "rustc": self.rustc,
            "profile": self.profile,
            "target": self.target,
            "debug_assertions": self.debug_assertions,
        })
    }
}

/// A file of the system; empty where there is none.
fn read(path: impl AsRef<Path>) -> String {
    fs::read_to_string(path).unwrap_or_default()
}

/// First value of a key in `/proc/cpuinfo`.
fn value<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    text.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        (name.trim() == key).then(|| value.trim())
    })
}

fn cpu_model(cpu: &str) -> String {
    ["model name", "Model", "Hardware", "CPU part"]
        .iter()
        .find_map(|key| value(cpu, key))
        .unwrap_or(std::env::consts::ARCH)
        .to_owned()
}

fn cpu_features(cpu: &str) -> Vec<String> {
    let flags = ["flags", "Features"]
        .iter()
        .find_map(|key| value(cpu, key))
        .unwrap_or_default();
    let present: Vec<&str> = flags.split_whitespace().collect();
    FEATURES
        .iter()
        .filter(|feature| present.contains(*feature))
        .map(|feature| (*feature).to_owned())
        .collect()
}

fn memory_bytes(memory: &str) -> Option<u64> {
    let kilobytes: u64 = value(memory, "MemTotal")?
        .split_whitespace()
        .next()?
        .parse()
        .ok()?;
    kilobytes.checked_mul(1024)
}

fn kernel() -> String {
    let name = read("/proc/sys/kernel/ostype");
    let release = read("/proc/sys/kernel/osrelease");
    let told = format!("{} {}", name.trim(), release.trim());
    if told.trim().is_empty() {
        std::env::consts::OS.to_owned()
    } else {
        told
    }
}

fn storage(folder: &Path) -> Option<Storage> {
    let folder = fs::canonicalize(folder).ok()?;
    let (device_number, mut storage) = mount_of(&read("/proc/self/mountinfo"), &folder)?;
    let device = Path::new("/sys/dev/block").join(device_number);
    // A partition has no queue of its own; that of its disk is above it.
    let queue = [device.join("queue"), device.join("../queue")]
        .into_iter()
        .find(|queue| queue.is_dir());
    if let Some(queue) = queue {
        storage.rotational = match read(queue.join("rotational")).trim() {
            "0" => Some(false),
            "1" => Some(true),
            _ => None,
        };
        storage.write_cache = read(queue.join("write_cache")).trim().to_owned();
    }
    Some(storage)
}

/// The mount that holds a path, by `/proc/self/mountinfo` (proc(5)): the longest mount point, and of equals the last.
fn mount_of(mounts: &str, path: &Path) -> Option<(String, Storage)> {
    mounts
        .lines()
        .filter_map(|line| {
            let (before, after) = line.split_once(" - ")?;
            let before: Vec<&str> = before.split(' ').collect();
            let mut after = after.split(' ');
            let point = before.get(4)?.replace("\\040", " ");
            let storage = Storage {
                file_system: after.next()?.to_owned(),
                device: after.next()?.to_owned(),
                options: (*before.get(5)?).to_owned(),
                ..Storage::default()
            };
            path.starts_with(&point).then(|| {
                (
                    point.len(),
                    (*before.get(2).unwrap_or(&"")).to_owned(),
                    storage,
                )
            })
        })
        .max_by_key(|(length, _, _)| *length)
        .map(|(_, device, storage)| (device, storage))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOUNTS: &str = "\
22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw,discard
30 22 0:25 / /tmp rw,nosuid - tmpfs tmpfs rw,size=4k
31 22 259:3 / /srv/with\\040space rw,noatime shared:4 - xfs /dev/nvme0n1p3 rw
32 22 0:26 / /tm rw - overlay overlay rw
";

    #[test]
    fn the_longest_mount_point_holds_a_path() {
        let at = |path: &str| mount_of(MOUNTS, Path::new(path)).expect("a mount");
        assert_eq!(at("/var/lib").1.file_system, "ext4");
        assert_eq!(at("/var/lib").0, "254:0");
        assert!(at("/tmp/x").1.in_memory());
        assert_eq!(at("/srv/with space/data").1.device, "/dev/nvme0n1p3");
        // A name that begins alike is another folder.
        assert_eq!(at("/tmpfiles").1.file_system, "ext4");
        assert_eq!(at("/srv/with space").1.options, "rw,noatime");
    }

    #[test]
    fn processors_are_named_whatever_their_make() {
        let x86 = "processor\t: 0\nmodel name\t: Some CPU\nflags\t\t: fpu aes avx2 sm4 nonsense\n\nprocessor\t: 1\n";
        assert_eq!(
            (
                cpu_model(x86).as_str(),
                cpu_features(x86).join(" ").as_str()
            ),
            ("Some CPU", "aes avx2 sm4")
        );
        let arm = "processor\t: 0\nFeatures\t: fp asimd sm3 sm4\nCPU part\t: 0xd40\n";
        assert_eq!(
            (
                cpu_model(arm).as_str(),
                cpu_features(arm).join(" ").as_str()
            ),
            ("0xd40", "sm3 sm4 asimd")
        );
        assert_eq!(memory_bytes("MemTotal:       2048 kB\n"), Some(2_097_152));
        assert_eq!(memory_bytes(""), None);
    }

    #[test]
    fn this_machine_is_described() {
        let hardware = Hardware::survey(Some(Path::new(".")));
        assert!(hardware.cores > 0);
        assert!(!hardware.kernel.is_empty());
        assert!(hardware.to_value()["cores"].is_u64());
        assert!(!Build::of_this_program().rustc.is_empty());
    }
}

//! The harness of the whole-product tests: the binary as a user runs it, and a node as a process that can be killed.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

/// The repository's root folder.
#[must_use]
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("tests/ lies in the repository")
        .to_path_buf()
}

/// The `hengtan` binary beside this test binary: `tests/run.sh` builds it first.
///
/// # Panics
/// When it has not been built.
#[must_use]
pub fn binary() -> PathBuf {
    let test = std::env::current_exe().expect("path of the test binary");
    let folder = test
        .parent()
        .and_then(Path::parent)
        .expect("target/<profile>/deps");
    let binary = folder.join("hengtan");
    assert!(
        binary.exists(),
        "{} is missing: run `cargo build -p hengtan` or tests/run.sh",
        binary.display()
    );
    binary
}

/// What a finished command said.
#[derive(Debug)]
pub struct Said {
    /// Exit status; 128 + signal when killed.
    pub status: i32,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Said {
    fn of(output: &Output) -> Self {
        use std::os::unix::process::ExitStatusExt;
        let status = output
            .status
            .code()
            .unwrap_or_else(|| 128 + output.status.signal().unwrap_or(0));
        Self {
            status,
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// This, if the command ended with `status`.
    ///
    /// # Panics
    /// With all that was said, when it did not.
    #[must_use]
    pub fn expect(self, status: i32) -> Self {
        assert_eq!(
            self.status, status,
            "unexpected exit status\nstdout:\n{}\nstderr:\n{}",
            self.stdout, self.stderr
        );
        self
    }

    /// Standard output as JSON.
    ///
    /// # Panics
    /// When it is none.
    #[must_use]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("no JSON ({error}):\n{}", self.stdout))
    }
}

/// One user at one terminal: a home folder of its own, no locale of the machine, no network but loopback.
#[derive(Debug)]
pub struct User {
    home: tempfile::TempDir,
    context: Option<PathBuf>,
}

impl Default for User {
    fn default() -> Self {
        Self {
            home: tempfile::tempdir().expect("temporary folder"),
            context: None,
        }
    }
}

impl User {
    /// The user's working folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.home.path()
    }

    /// Works with the network in `folder` from now on.
    pub fn enter(&mut self, folder: &Path) {
        self.context = Some(folder.join("context.toml"));
    }

    /// A command line of `hengtan` in this user's folder, not yet run.
    #[must_use]
    pub fn command<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Command {
        let mut command = Command::new(binary());
        command
            .args(arguments)
            .current_dir(self.folder())
            .env("HOME", self.folder())
            .env("XDG_CONFIG_HOME", self.folder().join(".config"))
            .env("NO_COLOR", "1")
            .env("COLUMNS", "100")
            .env_remove("HENGTAN_LANG")
            .env_remove("HENGTAN_CONTEXT")
            .env("LC_ALL", "C.UTF-8")
            .stdin(Stdio::null());
        if let Some(context) = &self.context {
            command.env("HENGTAN_CONTEXT", context);
        }
        command
    }

    /// Runs `hengtan` with these arguments to its end.
    ///
    /// # Panics
    /// When it cannot be started.
    #[must_use]
    pub fn run<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Said {
        Said::of(&self.command(arguments).output().expect("hengtan starts"))
    }
}

/// A running node; killed when dropped.
#[derive(Debug)]
pub struct Node {
    child: Child,
    /// `host:port` that it announced.
    pub address: String,
}

impl Node {
    /// Starts the node of the network in `folder` and waits for its ready line.
    ///
    /// # Panics
    /// When it ends before that.
    #[must_use]
    pub fn start(user: &User, folder: &Path) -> Self {
        Self::start_one(user, folder, None)
    }

    /// Starts one of the nodes in `folder`, and waits for its ready line.
    ///
    /// # Panics
    /// When it ends before that.
    #[must_use]
    pub fn start_one(user: &User, folder: &Path, name: Option<&str>) -> Self {
        Self::start_with(user, folder, name, &[], |_| ())
    }

    /// The same with more environment; `born` hears the process id as soon as there is one.
    ///
    /// # Panics
    /// When it ends before it is ready.
    #[must_use]
    pub fn start_with(
        user: &User,
        folder: &Path,
        name: Option<&str>,
        environment: &[(&str, PathBuf)],
        born: impl FnOnce(u32),
    ) -> Self {
        Self::try_start_with(user, folder, name, environment, born)
            .unwrap_or_else(|log| panic!("the node ended before it was ready:\n{log}"))
    }

    /// The same for a node that may refuse to start.
    ///
    /// # Errors
    /// Its log, when it ends before it is ready.
    ///
    /// # Panics
    /// When there is no such program or folder.
    pub fn try_start_with(
        user: &User,
        folder: &Path,
        name: Option<&str>,
        environment: &[(&str, PathBuf)],
        born: impl FnOnce(u32),
    ) -> Result<Self, String> {
        let mut command =
            user.command(&[OsStr::new("start"), OsStr::new("--dir"), folder.as_os_str()]);
        if let Some(name) = name {
            command.args(["--node", name]);
        }
        let log = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(folder.join("node.log"))
            .expect("log file");
        let child = command
            .envs(environment.iter().map(|(key, value)| (key, value)))
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .expect("hengtan starts");
        born(child.id());
        // From here on dropping it ends and reaps the process.
        let mut node = Self {
            child,
            address: String::new(),
        };
        let mut lines = BufReader::new(node.child.stdout.take().expect("piped"));
        let mut line = String::new();
        while node.address.is_empty() {
            line.clear();
            let read = lines.read_line(&mut line).expect("output of the node");
            if read == 0 {
                return Err(std::fs::read_to_string(folder.join("node.log")).unwrap_or_default());
            }
            if let Some(address) = line.trim().strip_prefix("ready ") {
                node.address = address.to_owned();
            }
        }
        // Whatever else it prints must not fill the pipe.
        std::thread::spawn(move || for _ in lines.lines().map_while(Result::ok) {});
        Ok(node)
    }

    /// Whether it has ended by itself.
    ///
    /// # Panics
    /// When the process cannot be looked at.
    pub fn has_ended(&mut self) -> bool {
        self.child.try_wait().expect("a child").is_some()
    }

    /// Process id, for signals.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// SIGTERM; its exit status once it has ended.
    ///
    /// # Panics
    /// When there is no such process any more, or it does not end by itself.
    #[must_use]
    pub fn stop(mut self) -> Option<i32> {
        let process = self.child.id().to_string();
        let sent = Command::new("kill").args(["-TERM", &process]).status();
        assert!(sent.expect("kill starts").success(), "no process {process}");
        self.child.wait().expect("a child").code()
    }

    /// SIGKILL, now.
    ///
    /// # Panics
    /// When the process cannot be waited for.
    pub fn kill(mut self) {
        self.child.kill().ok();
        self.child.wait().expect("killed process");
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

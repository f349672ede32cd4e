//! Keys under passphrases, as a person or a script uses them: no passphrase on the command line, exit codes, both languages.

use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

fn run(home: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_hengtan"))
        .env_clear()
        .env("HOME", home)
        .current_dir(home)
        .stdin(Stdio::null())
        .args(arguments)
        .output()
        .expect("the binary runs")
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("UTF-8")
}

fn succeed(home: &Path, arguments: &[&str]) -> Output {
    let output = run(home, arguments);
    assert!(
        output.status.success(),
        "{arguments:?}: {}",
        text(&output.stderr)
    );
    output
}

fn write_private(path: &Path, content: &str) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::write(path, content).expect("written");
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).expect("private");
}

/// Ends with the test.
struct Node(Child);

impl Drop for Node {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn keys_are_encrypted_listed_and_used_with_a_passphrase_from_a_file() {
    let home = tempfile::tempdir().expect("temporary folder");
    let home = home.path();
    succeed(
        home,
        &["init", "--dir", "network", "--listen", "127.0.0.1:0"],
    );
    let passphrase = home.join("passphrase");
    write_private(&passphrase, "correct horse battery staple\n");

    // A new key, encrypted from the beginning.
    let new = [
        "key",
        "new",
        "li-na",
        "--role",
        "business",
        "--dir",
        "network",
        "--passphrase-file",
        "passphrase",
    ];
    succeed(home, &new);
    let pem = std::fs::read_to_string(home.join("network/members/li-na.key.pem")).expect("made");
    assert!(pem.starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----"));

    // Plain keys are listed as before.
    let context = home.join("network/context.toml");
    let list = [
        "--context",
        "network/context.toml",
        "-o",
        "json",
        "key",
        "list",
    ];
    let output = succeed(home, &list);
    let before: Value = serde_json::from_slice(&output.stdout).expect("JSON");

    // An encrypted key without anybody to ask: exit code 2, and the remedy in both languages.
    let admin = "network/members/admin.key.pem";
    let encrypt = [
        "key",
        "passphrase",
        admin,
        "--passphrase-file",
        "passphrase",
    ];
    succeed(home, &encrypt);
    for (language, remedy) in [
        ("en", "Enter it at the terminal"),
        ("zh-CN", "请在终端输入"),
    ] {
        let output = run(home, &["--lang", language, "key", "list"]);
        assert_eq!(output.status.code(), Some(2), "{}", text(&output.stderr));
        let talk = text(&output.stderr);
        assert!(
            talk.contains("HT-CRY-080") && talk.contains(remedy),
            "{talk}"
        );
    }
    for arguments in [
        &["key", "show", admin][..],
        &["key", "passphrase", admin],
        &[
            "key",
            "new",
            "x",
            "--no-certificate",
            "--passphrase-file",
            "prompt",
        ],
    ] {
        let output = run(home, arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    }

    // With the passphrase in a file that the context names, everything works again.
    let written = std::fs::read_to_string(&context).expect("readable");
    let certificate = "certificate = \"members/admin.cert.pem\"\n";
    assert!(written.contains(certificate));
    let place = format!("{certificate}keys = {{ pin_file = \"../passphrase\" }}\n");
    std::fs::write(&context, written.replace(certificate, &place)).expect("written");
    let output = succeed(home, &list);
    let after: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(before, after);
    succeed(
        home,
        &["--context", "network/context.toml", "config", "check"],
    );

    // A passphrase file that others can read is refused, and so is a wrong passphrase.
    use std::os::unix::fs::PermissionsExt;
    let mode = |mode| std::fs::Permissions::from_mode(mode);
    std::fs::set_permissions(&passphrase, mode(0o644)).expect("changed");
    assert_eq!(run(home, &list).status.code(), Some(4));
    std::fs::set_permissions(&passphrase, mode(0o600)).expect("changed");
    write_private(&home.join("wrong"), "wrong horse\n");
    let remove = |old| {
        run(
            home,
            &[
                "key",
                "passphrase",
                admin,
                "--remove",
                "--old-passphrase-file",
                old,
            ],
        )
    };
    assert_eq!(remove("wrong").status.code(), Some(4));
    write_private(&home.join("short"), "short\n");
    let short = [
        "key",
        "passphrase",
        admin,
        "--old-passphrase-file",
        "passphrase",
        "--passphrase-file",
        "short",
    ];
    assert_eq!(run(home, &short).status.code(), Some(2));
    assert!(remove("passphrase").status.success());
    succeed(home, &["key", "show", admin]);

    // The node's statement key.
    let node = home.join("network/nodes");
    let node = std::fs::read_dir(node)
        .expect("readable")
        .next()
        .expect("one");
    let node = node.expect("readable").path();
    let statement = node.join("statement.key.pem").display().to_string();
    succeed(
        home,
        &[
            "key",
            "passphrase",
            &statement,
            "--passphrase-file",
            "passphrase",
        ],
    );
    let start = |ready: &Path| {
        Command::new(env!("CARGO_BIN_EXE_hengtan"))
            .env_clear()
            .env("HOME", home)
            .current_dir(home)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .args(["start", "--dir", "network", "--ready-file"])
            .arg(ready)
            .spawn()
            .expect("the binary runs")
    };
    let ready = home.join("ready");
    let refused = start(&ready).wait().expect("ended");
    assert_eq!(refused.code(), Some(2));
    let config = node.join("config.toml");
    let written = std::fs::read_to_string(&config).expect("readable");
    let pin = format!(
        "\n[keys]\npin_file = {:?}\n",
        passphrase.display().to_string()
    );
    std::fs::write(&config, written + &pin).expect("written");
    let mut running = Node(start(&ready));
    let begun = Instant::now();
    while !ready.exists() {
        assert!(
            running.0.try_wait().expect("asked").is_none(),
            "the node has ended"
        );
        assert!(
            begun.elapsed() < Duration::from_secs(120),
            "the node is not ready"
        );
        std::thread::sleep(Duration::from_millis(20));
    }
}

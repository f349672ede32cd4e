//! The `openssl` command line (3.0 or later) as an implementation: one process for each operation, files in a folder.

use crate::{Answer, Implementation};
use std::{
    fs,
    process::{Command, Output},
};
use tempfile::TempDir;

/// Everything of a PKCS #8 document of an SM2 key that comes before the 32 bytes of the secret, without the public key.
const PKCS8_PREFIX: &str = "3041020100301306072a8648ce3d020106082a811ccf5501822d042730250201010420";

/// The same for a SubjectPublicKeyInfo and the 65 bytes of the point.
const INFO_PREFIX: &str = "3059301306072a8648ce3d020106082a811ccf5501822d034200";

/// The command line, working in a folder of its own.
pub struct OpenSsl {
    folder: TempDir,
}

impl OpenSsl {
    /// The command line, if there is one that knows SM2.
    ///
    /// # Panics
    /// If no temporary folder can be made.
    #[must_use]
    pub fn find() -> Option<Self> {
        let folder = TempDir::new().expect("a temporary folder");
        let openssl = Self { folder };
        openssl
            .run(&["genpkey", "-algorithm", "SM2", "-out", "probe.pem"])
            .map(|_| openssl)
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        fs::write(self.folder.path().join(name), bytes).expect("the folder can be written to");
    }

    fn read(&self, name: &str) -> Option<Vec<u8>> {
        fs::read(self.folder.path().join(name)).ok()
    }

    fn write_secret(&self, secret: &[u8]) {
        self.write("secret", &[&decoded(PKCS8_PREFIX)[..], secret].concat());
    }

    fn write_public(&self, point: &[u8]) {
        self.write("public", &[&decoded(INFO_PREFIX)[..], point].concat());
    }

    /// What the command printed, if it succeeds.
    fn output(&self, arguments: &[&str]) -> Option<Output> {
        Command::new("openssl")
            .args(arguments)
            .current_dir(&self.folder)
            .output()
            .ok()
            .filter(|output| output.status.success())
    }

    /// Its standard output.
    fn run(&self, arguments: &[&str]) -> Option<Vec<u8>> {
        self.output(arguments).map(|output| output.stdout)
    }

    /// Runs the command with `-out out` and gives that file.
    fn produce(&self, arguments: &[&str]) -> Option<Vec<u8>> {
        // A result of an earlier operation must not be taken for this one's.
        let _ = fs::remove_file(self.folder.path().join("out"));
        self.run(&[arguments, &["-out", "out"]].concat())?;
        self.read("out")
    }

    fn derive(&self, name: &str, length: &[u8], options: &[String]) -> Option<Vec<u8>> {
        let length = number(length).to_string();
        let mut arguments = vec!["kdf", "-binary", "-keylen", &length];
        for option in options {
            arguments.extend(["-kdfopt", option]);
        }
        arguments.push(name);
        self.run(&arguments)
    }

    fn cipher(&self, mode: &str, direction: &str, arguments: &[&[u8]]) -> Option<Vec<u8>> {
        let (key, data) = (hex::encode(arguments[0]), arguments[arguments.len() - 1]);
        self.write("in", data);
        let mode = format!("-sm4-{mode}");
        let mut words = vec!["enc", direction, &mode, "-in", "in", "-K", &key];
        let iv = hex::encode(arguments[1]);
        if arguments.len() == 3 {
            words.extend(["-iv", &iv]);
        }
        if mode == "-sm4-ecb" {
            words.push("-nopad");
        }
        self.produce(&words)
    }

    /// The secret of a key file in any form that the command reads.
    fn secret_of(&self, arguments: &[&str]) -> Option<Vec<u8>> {
        let key = self.produce(arguments)?;
        self.write("key", &key);
        let read = ["ec", "-inform", "DER", "-in", "key"];
        let text = self.run(&[&read[..], &["-noout", "-text"]].concat())?;
        // SEC 1: SEQUENCE { INTEGER 1, OCTET STRING (32 bytes) …
        let sec1 = self.produce(&[&read[..], &["-outform", "DER"]].concat())?;
        let prefix = decoded("0201010420");
        (String::from_utf8_lossy(&text).contains("SM2") && sec1.get(2..7) == Some(&prefix[..]))
            .then(|| sec1[7..39].to_vec())
    }

    #[expect(
        clippy::too_many_lines,
        reason = "one arm for each operation reads better than many functions"
    )]
    fn carry_out(&self, operation: &str, a: &[&[u8]]) -> Option<Option<Vec<Vec<u8>>>> {
        let digest = "digest:SM3".to_owned();
        let option = |name: &str, bytes: &[u8]| format!("{name}:{}", hex::encode(bytes));
        let nothing = |output: Option<Vec<u8>>| output.map(|_| Vec::new());
        let one = |output: Option<Vec<u8>>| output.map(|bytes| vec![bytes]);
        let key = ["-inkey", "secret", "-keyform", "DER"];
        let public = ["-pubin", "-inkey", "public", "-keyform", "DER"];
        let message = ["-rawin", "-in", "message", "-digest", "sm3"];
        let to_der = ["-inform", "DER", "-in", "secret", "-outform", "DER"];
        Some(match operation {
            "sm3" => {
                self.write("in", a[0]);
                one(self.run(&["dgst", "-sm3", "-binary", "in"]))
            }
            "hmac" => {
                self.write("in", a[1]);
                let key = option("hexkey", a[0]);
                let words = ["mac", "-binary", "-digest", "SM3", "-macopt", &key, "-in"];
                one(self.run(&[&words[..], &["in", "HMAC"]].concat()))
            }
            "kdf" => one(self.derive("X963KDF", a[1], &[digest, option("hexsecret", a[0])])),
            "hkdf" => {
                let options = [
                    digest,
                    option("hexkey", a[0]),
                    option("hexsalt", a[1]),
                    option("hexinfo", a[2]),
                ];
                one(self.derive("HKDF", a[3], &options))
            }
            "pbkdf2" => {
                let options = [
                    digest,
                    option("hexpass", a[0]),
                    option("hexsalt", a[1]),
                    format!("iter:{}", number(a[2])),
                ];
                one(self.derive("PBKDF2", a[3], &options))
            }
            "sm4-ecb-encrypt" => one(self.cipher("ecb", "-e", a)),
            "sm4-ecb-decrypt" => one(self.cipher("ecb", "-d", a)),
            "sm4-cbc-encrypt" => one(self.cipher("cbc", "-e", a)),
            "sm4-cbc-decrypt" => one(self.cipher("cbc", "-d", a)),
            "sm4-ctr" => one(self.cipher("ctr", "-e", a)),
            "sm2-public" => {
                self.write_secret(a[0]);
                let info = self.produce(&[&["pkey"], &to_der[..], &["-pubout"]].concat());
                one(info.and_then(|info| {
                    info.strip_prefix(&decoded(INFO_PREFIX)[..])
                        .map(<[u8]>::to_vec)
                }))
            }
            "sm2-sign" => {
                self.write_secret(a[0]);
                self.write("message", a[2]);
                let id = option("hexdistid", a[1]);
                let words = [&["pkeyutl", "-sign", "-pkeyopt", &id][..], &key, &message];
                one(self.produce(&words.concat()))
            }
            "sm2-verify" => {
                self.write_public(a[0]);
                self.write("message", a[2]);
                self.write("signature", a[3]);
                let id = option("hexdistid", a[1]);
                let words = ["pkeyutl", "-verify", "-sigfile", "signature", "-pkeyopt"];
                nothing(self.run(&[&words[..], &[&id], &public, &message].concat()))
            }
            "sm2-encrypt-der" => {
                self.write_public(a[0]);
                self.write("in", a[1]);
                let words = [&["pkeyutl", "-encrypt", "-in", "in"][..], &public];
                one(self.produce(&words.concat()))
            }
            "sm2-decrypt-der" => {
                self.write_secret(a[0]);
                self.write("in", a[1]);
                one(self.produce(&[&["pkeyutl", "-decrypt", "-in", "in"][..], &key].concat()))
            }
            "spki-write" => {
                self.write_secret(a[0]);
                one(self.produce(&[&["pkey"], &to_der[..], &["-pubout"]].concat()))
            }
            "spki-read" => {
                self.write("public", a[0]);
                let read = ["pkey", "-pubin", "-inform", "DER", "-in", "public"];
                let valid = self.run(&[&read[..], &["-pubcheck", "-noout"]].concat());
                let words = [&read[..], &["-outform", "DER"]].concat();
                let info = valid.and_then(|_| self.produce(&words));
                one(info.and_then(|info| {
                    info.strip_prefix(&decoded(INFO_PREFIX)[..])
                        .map(<[u8]>::to_vec)
                }))
            }
            "pkcs8-write" => {
                self.write_secret(a[0]);
                let words = ["pkcs8", "-topk8", "-nocrypt"];
                one(self.produce(&[&words[..], &to_der].concat()))
            }
            "sec1-write" => {
                self.write_secret(a[0]);
                one(self.produce(&[&["ec"], &to_der[..]].concat()))
            }
            "pkcs8-read" | "sec1-read" => {
                self.write("secret", a[0]);
                one(self.secret_of(&[&["pkey"], &to_der[..]].concat()))
            }
            "pkcs8-encrypted-write" => {
                self.write_secret(a[0]);
                let password = format!("pass:{}", String::from_utf8_lossy(a[1]));
                // Version 3.0 has no PBKDF2 with HMAC-SM3 in files: HMAC-SHA-256 it is.
                let words = ["pkcs8", "-topk8", "-v2", "sm4-cbc"];
                let words = [&words[..], &["-passout", &password], &to_der].concat();
                one(self.produce(&words))
            }
            "chain-verify" if a.len() == 2 => {
                for (name, der) in [("root", a[0]), ("leaf", a[1])] {
                    self.write("in", der);
                    // Certificates to verify are read in PEM only.
                    let convert = ["x509", "-inform", "DER", "-in", "in"];
                    let pem = self.produce(&convert).unwrap_or_default();
                    self.write(name, &pem);
                }
                let words = ["verify", "-x509_strict", "-vfyopt"];
                let id = "distid:1234567812345678";
                nothing(self.run(&[&words[..], &[id, "-CAfile", "root", "leaf"]].concat()))
            }
            "csr-make" => {
                self.write_secret(a[0]);
                let subject = format!("/C=CN/O=steel/CN={}", String::from_utf8_lossy(a[1]));
                let words = ["req", "-new", "-utf8", "-key", "secret", "-keyform", "DER"];
                let words = [&words[..], &["-sm3", "-sigopt", "distid:1234567812345678"]];
                let subject = ["-subj", &subject, "-outform", "DER"];
                one(self.produce(&[&words.concat()[..], &subject].concat()))
            }
            "csr-verify" => {
                self.write("request", a[0]);
                let words = ["req", "-verify", "-inform", "DER", "-in", "request"];
                let words = [&words[..], &["-vfyopt", "distid:1234567812345678"]];
                let words = [&words.concat()[..], &["-noout", "-pubkey"]].concat();
                // Its exit status does not tell of a wrong signature; its words do.
                let info = self
                    .output(&words)
                    .filter(|output| String::from_utf8_lossy(&output.stderr).contains("verify OK"))
                    .map(|output| output.stdout);
                one(info.and_then(|info| {
                    self.write("public", &info);
                    let words = ["pkey", "-pubin", "-in", "public", "-outform", "DER"];
                    let info = self.produce(&words)?;
                    info.strip_prefix(&decoded(INFO_PREFIX)[..])
                        .map(<[u8]>::to_vec)
                }))
            }
            _ => return None,
        })
    }
}

impl Implementation for OpenSsl {
    fn ask(&mut self, operation: &str, arguments: &[&[u8]]) -> Answer {
        match self.carry_out(operation, arguments) {
            None => Answer::Unsupported,
            Some(None) => Answer::Refused,
            Some(Some(values)) => Answer::Given(values),
        }
    }
}

fn decoded(digits: &str) -> Vec<u8> {
    hex::decode(digits).expect("a constant of hexadecimal digits")
}

fn number(bytes: &[u8]) -> u32 {
    bytes.try_into().map_or(0, u32::from_be_bytes)
}

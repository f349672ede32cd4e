//! `hengtan doctor`: checks of this installation, each with what to do.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crypto_sm::keystore::Key;
use crypto_sm::rand_core::UnwrapErr;
use hengtan_api::v1 as api;
use rand::rngs::SysRng;
use serde_json::json;

use crate::config;
use crate::console::{Cell, Column, Console, List};

use super::arguments::{Doctor, Global};
use super::session::{Session, now_ms};
use super::{Exit, Failure, codes, context};

/// Clocks that differ by more make envelopes expire or come from the future.
const CLOCK_SKEW_MS_MAX: u64 = 5_000;

/// Space below which a node may stop soon.
const DISK_BYTES_MIN: u64 = 1 << 30;

/// Files that RocksDB and connections may need at once.
const OPEN_FILES_MIN: u64 = 1024;

/// Certificates that end sooner are worth a word.
const EXPIRY_WARNING_MS: u64 = 30 * DAY_MS;
const DAY_MS: u64 = 24 * 60 * 60 * 1000;

/// How bad a finding is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Good,
    Look,
    Mend,
}

/// One check with its result.
struct Finding {
    check: &'static str,
    verdict: Verdict,
    detail: String,
    failure: Option<Failure>,
}

impl Finding {
    fn good(check: &'static str, detail: impl Into<String>) -> Finding {
        Finding {
            check,
            verdict: Verdict::Good,
            detail: detail.into(),
            failure: None,
        }
    }

    fn look(check: &'static str, detail: impl Into<String>) -> Finding {
        Finding {
            check,
            verdict: Verdict::Look,
            detail: detail.into(),
            failure: None,
        }
    }

    fn mend(check: &'static str, failure: Failure) -> Finding {
        Finding {
            check,
            verdict: Verdict::Mend,
            detail: String::new(),
            failure: Some(failure),
        }
    }
}

pub async fn run(arguments: Doctor, global: &Global, console: &Console) -> Result<Exit, Failure> {
    let catalogue = console.catalogue();
    let mut findings = vec![self_test(), character_set(console), open_files(console)];
    let found = match context::find(global) {
        Ok(found) => Some(found),
        Err(failure) => {
            findings.push(Finding::mend("context", failure));
            None
        }
    };
    let mut folder = arguments.dir.clone();
    if let Some(found) = &found {
        match (&found.file, &found.endpoint) {
            (Some((path, _, _)), _) => {
                findings.push(Finding::good("context", path.display().to_string()))
            }
            (None, Some((endpoint, _))) => {
                findings.push(Finding::look("context", endpoint.clone()))
            }
            (None, None) => findings.push(Finding::look("context", catalogue.doctor_no_context())),
        }
        folder = folder.or_else(|| found.folder().ok());
        identities(found, &mut findings, console);
    }
    let folder = folder.unwrap_or_else(|| PathBuf::from("."));
    findings.push(disk(&folder, console));
    configuration(&folder, &mut findings, console);
    if let Some(found) = found
        && found.endpoint.is_some()
    {
        node(
            Session::with(found, Duration::from_secs(global.timeout.min(5)), console)?,
            &mut findings,
        )
        .await;
    }
    report(&findings, console)
}

fn report(findings: &[Finding], console: &Console) -> Result<Exit, Failure> {
    let catalogue = console.catalogue();
    let style = console.style();
    let mut list = List::new(vec![
        Column::new("verdict", catalogue.col_verdict()),
        Column::new("check", catalogue.col_check()),
        Column::new("detail", catalogue.col_detail()),
        Column::machine("code"),
    ]);
    for finding in findings {
        let (code, shown) = match finding.verdict {
            Verdict::Good => ("good", style.good(&catalogue.doctor_good())),
            Verdict::Look => ("look", style.warning(&catalogue.doctor_look())),
            Verdict::Mend => ("mend", style.bad(&catalogue.doctor_mend())),
        };
        let explained = finding.failure.as_ref().map(|failure| {
            let fields: Vec<(&str, String)> = failure
                .fields
                .iter()
                .map(|(name, value)| (name.as_str(), value.clone()))
                .collect();
            catalogue
                .explain(&failure.code, &fields)
                .map_or_else(|| failure.code.clone(), |explanation| explanation.what)
        });
        list.push(vec![
            Cell::new(code, shown),
            Cell::new(finding.check, catalogue.name("check", finding.check)),
            explained.unwrap_or_else(|| finding.detail.clone()).into(),
            finding
                .failure
                .as_ref()
                .map(|failure| failure.code.clone())
                .map_or(json!(null), |code| json!(code))
                .into(),
        ]);
    }
    console.list(&list)?;
    let mend: Vec<&Failure> = findings
        .iter()
        .filter_map(|finding| finding.failure.as_ref())
        .collect();
    if mend.is_empty() {
        console.say(&catalogue.doctor_all_good());
        return Ok(Exit::Ok);
    }
    for failure in &mend {
        console.complain("");
        console.complain(&failure.render(console));
    }
    console.complain("");
    Err(Failure::new(codes::CHECKS_FAILED).with("count", mend.len()))
}

fn self_test() -> Finding {
    let report = crypto_sm::selftest::run().and_then(|report| {
        crypto_sm::selftest::random::probe(&mut UnwrapErr(SysRng))?;
        Ok(report)
    });
    match report {
        Ok(report) => {
            // The same words as in `hengtan crypto selftest`: algorithm, instructions, implementations compared.
            let paths = crypto_sm::selftest::paths()
                .map(|found| format!("{} {}", found.algorithm.to_uppercase(), found.path));
            let detail = format!("{} · {}", paths.join(" · "), report.backends.join(", "));
            Finding::good("cryptography", detail)
        }
        Err(error) => Finding::mend("cryptography", error.into()),
    }
}

fn character_set(console: &Console) -> Finding {
    let name = ["LC_ALL", "LC_CTYPE", "LANG"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
        .unwrap_or_else(|| "-".to_owned());
    Finding::good(
        "language",
        console
            .catalogue()
            .phrase_remark(console.locale().own_name(), name),
    )
}

/// Soft limit of open files, from /proc where there is one.
fn open_files(console: &Console) -> Finding {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let line = limits
        .lines()
        .find_map(|line| line.strip_prefix("Max open files"));
    let soft = line
        .and_then(|rest| rest.split_whitespace().next())
        .unwrap_or("-")
        .to_owned();
    match soft.parse::<u64>() {
        Ok(limit) if limit < OPEN_FILES_MIN => Finding::look(
            "open_files",
            console
                .catalogue()
                .doctor_open_files(limit.to_string(), OPEN_FILES_MIN.to_string()),
        ),
        _ => Finding::good("open_files", soft),
    }
}

fn identities(found: &context::Found, findings: &mut Vec<Finding>, console: &Console) {
    let Some((_, _, context)) = &found.file else {
        return;
    };
    match config::Folder::genesis(&context.genesis) {
        Ok(founded) if hex::encode(founded.network_id()) == context.network => {
            findings.push(Finding::good("network", context.network.clone()));
        }
        Ok(founded) => {
            let failure = Failure::new(codes::OTHER_NETWORK).with("expected", &context.network);
            findings.push(Finding::mend(
                "network",
                failure.with("found", hex::encode(founded.network_id())),
            ));
        }
        Err(error) => findings.push(Finding::mend("network", error.into())),
    }
    for identity in &context.identities {
        let key = match identity.open(&|file| console.passphrase(file)) {
            Ok(key) => key,
            Err(error) => {
                findings.push(Finding::mend("identity", error.into()));
                continue;
            }
        };
        let certificate = match super::org::read_certificate(&identity.certificate) {
            Ok(certificate) => certificate,
            Err(failure) => {
                findings.push(Finding::mend("identity", failure));
                continue;
            }
        };
        if certificate.public_key() != key.public_key() {
            let failure = Failure::new("HT-CRY-027").with("name", &identity.name);
            findings.push(Finding::mend("identity", failure));
            continue;
        }
        findings.push(Finding::good("key_place", place_of(&key)));
        let until = certificate.validity().not_after_ms;
        let now = now_ms();
        let day = crate::console::local_time(until);
        let role = console.catalogue().name("role", &identity.role);
        let detail =
            console
                .catalogue()
                .phrase_identity(identity.name.as_str(), role, day.as_str());
        if until < now {
            let failure = Failure::new("HT-CRY-025")
                .with("name", &identity.name)
                .with("not_after", &day);
            findings.push(Finding::mend(
                "identity",
                failure.with("at", crate::console::local_time(now)),
            ));
        } else if until < now + EXPIRY_WARNING_MS {
            findings.push(Finding::look("identity", detail));
        } else {
            findings.push(Finding::good("identity", detail));
        }
    }
}

/// Kind of place and place of a key that answers.
fn place_of(key: &Key) -> String {
    format!("{} {}", key.provider().word(), key.entry().place)
}

fn disk(folder: &Path, console: &Console) -> Finding {
    match free_bytes(folder) {
        Some(free) if free < DISK_BYTES_MIN => Finding::look(
            "disk",
            console
                .catalogue()
                .doctor_disk(super::status::mebibytes(free)),
        ),
        Some(free) => Finding::good("disk", super::status::mebibytes(free)),
        None => Finding::look("disk", "-"),
    }
}

/// Free space where the folder is, or will be.
fn free_bytes(folder: &Path) -> Option<u64> {
    let existing = std::path::absolute(folder).ok()?;
    let existing = existing.ancestors().find(|path| path.exists())?;
    let stat = rustix::fs::statvfs(existing).ok()?;
    Some(stat.f_bavail.saturating_mul(stat.f_frsize))
}

fn configuration(folder: &Path, findings: &mut Vec<Finding>, console: &Console) {
    for node in config::nodes_of(folder) {
        let path = config::Folder::new(folder).node(&node).join("config.toml");
        match config::Config::load(&path, std::env::vars(), &config::Flags::new()) {
            Err(problems) => {
                findings.extend(
                    problems
                        .into_iter()
                        .map(|error| Finding::mend("configuration", error.into())),
                );
            }
            Ok((config, _)) => {
                let problems = config.check();
                if problems.is_empty() {
                    findings.push(Finding::good("configuration", path.display().to_string()));
                    // It has just answered.
                    if let Ok(key) = config.open_statement_key() {
                        findings.push(Finding::good("key_place", place_of(&key)));
                    }
                }
                findings.extend(
                    problems
                        .into_iter()
                        .map(|error| Finding::mend("configuration", error.into())),
                );
                if let Some(tls) = &config.tls {
                    findings.push(certificate(tls, console));
                }
                // In use is right if it is the node itself.
                let text = match TcpListener::bind(config.listen) {
                    Ok(_) => console
                        .catalogue()
                        .doctor_port_free(config.listen.to_string()),
                    Err(_) => console
                        .catalogue()
                        .doctor_port_used(config.listen.to_string()),
                };
                findings.push(Finding::good("port", text));
            }
        }
    }
}

/// How long the node's transport certificate is still good for.
fn certificate(tls: &config::Tls, console: &Console) -> Finding {
    let until = match tls.not_after_ms() {
        Ok(until) => until,
        Err(error) => return Finding::mend("certificate", error.into()),
    };
    let now = now_ms();
    let day = crate::console::local_time(until);
    if until < now {
        let failure = Failure::new("HT-CRY-025")
            .with("name", tls.sm.certificate.display())
            .with("not_after", &day);
        let failure = failure.with("at", crate::console::local_time(now));
        return Finding::mend("certificate", failure);
    }
    let days = (until - now) / DAY_MS;
    let detail = console
        .catalogue()
        .phrase_certificate_until(day.as_str(), days.to_string());
    if until < now + EXPIRY_WARNING_MS {
        Finding::look("certificate", detail)
    } else {
        Finding::good("certificate", detail)
    }
}

async fn node(session: Session<'_>, findings: &mut Vec<Finding>) {
    let catalogue = session.console.catalogue();
    let before = now_ms();
    let status = match session
        .client()
        .status_show(api::StatusShowRequest {})
        .await
    {
        Ok(answer) => answer.into_inner(),
        Err(status) => {
            findings.push(Finding::mend("node", session.failed(status)));
            return;
        }
    };
    let after = now_ms();
    let here = before + (after - before) / 2;
    let skew = here.abs_diff(status.clock_ms);
    if skew > CLOCK_SKEW_MS_MAX {
        findings.push(Finding::look(
            "clock",
            catalogue.doctor_clock(skew.to_string()),
        ));
    } else {
        findings.push(Finding::good("clock", format!("{skew} ms")));
    }
    if let Err(failure) = session.check_network().await {
        findings.push(Finding::mend("node", failure));
    } else if status.ready {
        findings.push(Finding::good(
            "node",
            format!("{} {}", status.node, status.version),
        ));
    } else {
        findings.push(Finding::look(
            "node",
            catalogue.doctor_not_ready(status.node.as_str()),
        ));
    }
    if status.scrubbed_at_ms == 0 {
        findings.push(Finding::look(
            "stored_data",
            catalogue.doctor_not_scrubbed(),
        ));
    } else {
        findings.push(Finding::good(
            "stored_data",
            catalogue.doctor_scrubbed(
                crate::console::local_time(status.scrubbed_at_ms),
                status.scrubbed_records.to_string(),
            ),
        ));
    }
    if status.final_size < status.size {
        findings.push(Finding::look(
            "finality",
            format!("{} / {}", status.final_size, status.size),
        ));
    } else {
        findings.push(Finding::good("finality", status.final_size.to_string()));
    }
}

//! SM2, SM3 and SM4 per second and core, beside the libraries that one can install: the crates of RustCrypto, `libsm`, and
//! the system's OpenSSL 3 and libgcrypt where it has them. Every peer must give our answer before it is timed.

mod libgcrypt;
mod openssl;
mod peer;
mod tls;

use self::peer::Peers;
use super::measure::{Clock, Run, Schedule, Spread};
use super::report::{Figure, Ratio};
use super::sample::failed;
use super::{Meter, Options};
use crate::error::Error;
use crypto_sm::sm2::{Claim, SecretKey, Signature, USER_ID, Verifier, verify_all};
use crypto_sm::{sm3, sm4};
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use serde_json::Value;
use std::hint::black_box;

/// Word for this product among the implementations.
const OURS: &str = "hengtan";
/// Signers of a consortium.
const SIGNERS: usize = 64;
/// Signatures of the largest batch.
const SIGNATURES: usize = 1024;
/// Sizes of batches: what a node sees, and what shows the limit.
const BATCHES: &[usize] = &[16, 64, 256, SIGNATURES];
/// Bytes of a signed message: an envelope's body.
const MESSAGE: usize = 256;
/// Bytes of a long message.
const LONG: usize = 1 << 20;
/// Short messages hashed together, and their bytes: two digests, as in a Merkle tree.
const SHORT: (usize, usize) = (1024, 64);
/// Bytes encrypted at once: a TLS record.
const RECORD: usize = 16 * 1024;

/// A figure in the making: its name, its conditions, and the implementations in their order.
struct Contest<'a> {
    name: &'static str,
    unit: &'static str,
    parameters: Vec<(&'static str, Value)>,
    entrants: Vec<Entrant<'a>>,
}

/// One implementation's work: does it once and says how much it was.
struct Entrant<'a> {
    implementation: &'static str,
    work: Box<dyn FnMut() -> Result<u64, Error> + 'a>,
}

/// Figures with comparisons.
#[derive(Default)]
struct Findings {
    figures: Vec<Figure>,
    ratios: Vec<Ratio>,
}

impl Findings {
    /// Measures all implementations of one contest in turn, run by run, so that a change of the machine's speed meets
    /// all of them; then compares ours with the fastest other.
    fn hold(
        &mut self,
        contest: Contest<'_>,
        peers: &Peers,
        schedule: &Schedule,
    ) -> Result<(), Error> {
        let Contest {
            name,
            unit,
            parameters,
            mut entrants,
        } = contest;
        let one = Schedule {
            runs: 1,
            run: schedule.run,
        };
        let mut runs: Vec<Vec<Run>> = vec![Vec::new(); entrants.len()];
        for _ in 0..schedule.runs {
            for (entrant, runs) in entrants.iter_mut().zip(&mut runs) {
                runs.extend(one.repeat(&mut entrant.work)?);
            }
        }
        let median =
            |runs: &[Run]| Spread::of(runs.iter().map(|run| run.per_second(Clock::Core))).median;
        let rates: Vec<(&str, u64)> = entrants
            .iter()
            .zip(&runs)
            .map(|(entrant, runs)| (entrant.implementation, median(runs)))
            .collect();
        let ours = rates.iter().find(|(name, _)| *name == OURS);
        let best = rates
            .iter()
            .filter(|(name, _)| *name != OURS)
            .max_by_key(|(_, rate)| *rate);
        if let (Some((_, ours)), Some((peer, rate))) = (ours, best) {
            let mut compared = parameters.clone();
            compared.push(("peer", (*peer).into()));
            self.ratios.push(Ratio {
                name,
                parameters: compared,
                permille: ours.saturating_mul(1000) / (*rate).max(1),
            });
        }
        for (entrant, runs) in entrants.iter().zip(runs) {
            let mut parameters = parameters.clone();
            parameters.push(("implementation", entrant.implementation.into()));
            let version = peers
                .versions
                .iter()
                .find(|(name, _)| *name == entrant.implementation);
            parameters.extend(version.map(|(_, version)| ("version", version.as_str().into())));
            self.figures.push(Figure {
                name,
                unit,
                clock: Clock::Core,
                parameters,
                runs,
                latency: None,
            });
        }
        Ok(())
    }
}

/// Signed messages of a consortium's members, the same for the same seed.
struct Signed {
    keys: Vec<SecretKey>,
    /// Signer's position, message, signature.
    items: Vec<(usize, Vec<u8>, Signature)>,
}

impl Signed {
    fn new(seed: u64, count: usize) -> Result<Self, Error> {
        let mut rng = StdRng::seed_from_u64(seed);
        let keys: Vec<SecretKey> = (0..SIGNERS)
            .map(|_| SecretKey::generate(&mut rng))
            .collect();
        let items = (0..count)
            .map(|index| {
                let signer = index % SIGNERS;
                let mut message = vec![0; MESSAGE];
                rng.fill_bytes(&mut message);
                let signature = keys[signer]
                    .sign(USER_ID, &[&message], &mut rng)
                    .map_err(|error| failed("sign", &error))?;
                Ok((signer, message, signature))
            })
            .collect::<Result<_, Error>>()?;
        Ok(Self { keys, items })
    }
}

/// Measures every operation.
pub(super) fn run(
    options: &Options,
    meter: &mut Meter<'_>,
) -> Result<(Vec<Figure>, Vec<Ratio>), Error> {
    let schedule = options.schedule();
    let mut findings = Findings::default();
    let peers = Peers::load();
    let signatures = if options.quick {
        BATCHES[1]
    } else {
        SIGNATURES
    };
    let signed = Signed::new(options.seed, signatures)?;

    verification(&signed, &peers, &schedule, meter, &mut findings)?;
    signing(&signed, &peers, &schedule, meter, &mut findings)?;
    hashing(options.seed, &peers, &schedule, meter, &mut findings)?;
    encryption(options.seed, &peers, &schedule, meter, &mut findings)?;
    transport(options.seed, &peers, &schedule, meter, &mut findings)?;
    Ok((findings.figures, findings.ratios))
}

fn verification(
    signed: &Signed,
    peers: &Peers,
    schedule: &Schedule,
    meter: &mut Meter<'_>,
    findings: &mut Findings,
) -> Result<(), Error> {
    let plain: Vec<Verifier> = signed
        .keys
        .iter()
        .map(|key| key.public_key().default_verifier())
        .collect();
    let known: Vec<Verifier> = plain
        .iter()
        .map(|verifier| verifier.clone().with_table())
        .collect();
    let parts: Vec<[&[u8]; 1]> = signed
        .items
        .iter()
        .map(|(_, message, _)| [message.as_slice()])
        .collect();

    meter.begin("sm2_verify_known");
    for batch in BATCHES.iter().filter(|batch| **batch <= signed.items.len()) {
        let claims: Vec<Claim<'_>> = signed
            .items
            .iter()
            .zip(&parts)
            .map(|((signer, _, signature), message)| Claim {
                verifier: &known[*signer],
                message,
                signature,
            })
            .collect();
        let batches: Vec<&[Claim<'_>]> = claims.chunks_exact(*batch).collect();
        let mut turn = 0;
        let work = move || {
            let claims = batches[turn % batches.len()];
            turn += 1;
            if black_box(verify_all(black_box(claims)))
                .iter()
                .all(|good| *good)
            {
                Ok(claims.len() as u64)
            } else {
                Err(failed("sm2_verify_known", &"a genuine signature refused"))
            }
        };
        findings.hold(
            Contest {
                name: "sm2_verify_known",
                unit: "verifications",
                parameters: vec![
                    ("batch", (*batch).into()),
                    ("signers", SIGNERS.min(*batch).into()),
                ],
                entrants: vec![Entrant {
                    implementation: OURS,
                    work: Box::new(work),
                }],
            },
            peers,
            schedule,
        )?;
    }
    findings.hold(
        Contest {
            name: "sm2_verify_known",
            unit: "verifications",
            parameters: vec![("batch", 1.into()), ("signers", SIGNERS.into())],
            entrants: vec![Entrant {
                implementation: OURS,
                work: Box::new(one_by_one(signed, &known, &parts)),
            }],
        },
        peers,
        schedule,
    )?;

    meter.begin("sm2_verify_unknown");
    let mut entrants = vec![Entrant {
        implementation: OURS,
        work: Box::new(one_by_one(signed, &plain, &parts)),
    }];
    entrants.extend(peers.verification(signed)?);
    findings.hold(
        Contest {
            name: "sm2_verify_unknown",
            unit: "verifications",
            parameters: Vec::new(),
            entrants,
        },
        peers,
        schedule,
    )
}

/// Verifies one signature after the other, a different signer each time.
fn one_by_one<'a>(
    signed: &'a Signed,
    verifiers: &'a [Verifier],
    parts: &'a [[&'a [u8]; 1]],
) -> impl FnMut() -> Result<u64, Error> + 'a {
    let mut turn = 0;
    move || {
        let (signer, _, signature) = &signed.items[turn % signed.items.len()];
        let message = &parts[turn % parts.len()];
        turn += 1;
        verifiers[*signer]
            .verify(black_box(message), black_box(signature))
            .map(|()| 1)
            .map_err(|error| failed("sm2_verify", &error))
    }
}

fn signing(
    signed: &Signed,
    peers: &Peers,
    schedule: &Schedule,
    meter: &mut Meter<'_>,
    findings: &mut Findings,
) -> Result<(), Error> {
    meter.begin("sm2_sign");
    let mut rng = StdRng::seed_from_u64(1);
    let mut turn = 0;
    let ours = move || {
        let (signer, message, _) = &signed.items[turn % signed.items.len()];
        turn += 1;
        black_box(signed.keys[*signer].sign(USER_ID, &[black_box(message)], &mut rng))
            .map(|_| 1)
            .map_err(|error| failed("sm2_sign", &error))
    };
    let mut entrants = vec![Entrant {
        implementation: OURS,
        work: Box::new(ours),
    }];
    entrants.extend(peers.signing(signed)?);
    findings.hold(
        Contest {
            name: "sm2_sign",
            unit: "signatures",
            parameters: Vec::new(),
            entrants,
        },
        peers,
        schedule,
    )
}

fn hashing(
    seed: u64,
    peers: &Peers,
    schedule: &Schedule,
    meter: &mut Meter<'_>,
    findings: &mut Findings,
) -> Result<(), Error> {
    let mut rng = StdRng::seed_from_u64(seed);
    let mut long = vec![0; LONG];
    rng.fill_bytes(&mut long);
    let whole: [&[u8]; 1] = [&long];
    let (count, length) = SHORT;
    let short: Vec<&[u8]> = long.chunks_exact(length).take(count).collect();

    meter.begin("sm3_long");
    let mut entrants = vec![Entrant {
        implementation: OURS,
        work: Box::new(|| {
            black_box(sm3::hash(&[black_box(&long)]));
            Ok(LONG as u64)
        }),
    }];
    entrants.extend(peers.hashing(&whole, LONG as u64)?);
    findings.hold(
        Contest {
            name: "sm3_long",
            unit: "bytes",
            parameters: vec![("bytes", LONG.into())],
            entrants,
        },
        peers,
        schedule,
    )?;

    meter.begin("sm3_short");
    let mut entrants = vec![Entrant {
        implementation: OURS,
        work: Box::new(|| {
            black_box(sm3::many::hash_all(black_box(&short)));
            Ok(count as u64)
        }),
    }];
    entrants.extend(peers.hashing(&short, count as u64)?);
    findings.hold(
        Contest {
            name: "sm3_short",
            unit: "hashes",
            parameters: vec![("bytes", length.into())],
            entrants,
        },
        peers,
        schedule,
    )
}

fn encryption(
    seed: u64,
    peers: &Peers,
    schedule: &Schedule,
    meter: &mut Meter<'_>,
    findings: &mut Findings,
) -> Result<(), Error> {
    let mut rng = StdRng::seed_from_u64(seed);
    let mut key = [0; 16];
    rng.fill_bytes(&mut key);
    let mut data = vec![0; RECORD];
    rng.fill_bytes(&mut data);
    let gcm = sm4::gcm::Gcm::new(&key);

    for name in ["sm4_ctr", "sm4_gcm"] {
        meter.begin(name);
        let mut buffer = data.clone();
        let ours: Box<dyn FnMut() -> Result<u64, Error>> = if name == "sm4_ctr" {
            Box::new(move || {
                sm4::ctr::apply(&key, &[0; 16], black_box(&mut buffer));
                Ok(RECORD as u64)
            })
        } else {
            let gcm = &gcm;
            Box::new(move || {
                gcm.seal_in_place(&[0; 12], &[], black_box(&mut buffer))
                    .map(|_| RECORD as u64)
                    .map_err(|error| failed("sm4_gcm", &error))
            })
        };
        let mut entrants = vec![Entrant {
            implementation: OURS,
            work: ours,
        }];
        entrants.extend(peers.encryption(name, key, &data)?);
        findings.hold(
            Contest {
                name,
                unit: "bytes",
                parameters: vec![("bytes", RECORD.into())],
                entrants,
            },
            peers,
            schedule,
        )?;
    }
    Ok(())
}

fn transport(
    seed: u64,
    peers: &Peers,
    schedule: &Schedule,
    meter: &mut Meter<'_>,
    findings: &mut Findings,
) -> Result<(), Error> {
    let ends = tls::Ends::new(seed)?;
    for (name, unit, entrant) in [
        ("tls_handshake", "handshakes", ends.handshakes()),
        ("tls_records", "bytes", ends.records()?),
    ] {
        meter.begin(name);
        findings.hold(
            Contest {
                name,
                unit,
                parameters: Vec::new(),
                entrants: vec![entrant],
            },
            peers,
            schedule,
        )?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_is_measured_beside_peers_that_agree() {
        let (figures, ratios) = run(&Options::instant(), &mut Meter::silent()).expect("measured");
        for (name, least) in [
            ("sm2_verify_known", 3),
            ("sm2_verify_unknown", 3),
            ("sm2_sign", 3),
            ("sm3_long", 3),
            ("sm3_short", 3),
            ("sm4_ctr", 2),
            ("sm4_gcm", 2),
            ("tls_handshake", 1),
            ("tls_records", 1),
        ] {
            let found: Vec<_> = figures
                .iter()
                .filter(|figure| figure.name == name)
                .collect();
            assert!(found.len() >= least, "{name}: {}", found.len());
            assert!(
                found
                    .iter()
                    .all(|figure| figure.runs.iter().all(|run| run.count > 0))
            );
        }
        // What has peers is compared with the fastest of them.
        assert!(ratios.iter().any(|ratio| ratio.name == "sm2_sign"));
        assert!(ratios.iter().all(|ratio| ratio.parameters.last().is_some()));
    }
}

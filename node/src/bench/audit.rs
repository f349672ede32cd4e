//! Entries replayed per second and core, with every signature, outcome and root; and receipts verified.

use super::measure::Clock;
use super::network::{NODE, Network, ORGANISATION, adoptions, close, record, submit};
use super::report::Figure;
use super::sample::{PLANT, PLANT_SETS, Sequence, failed, rows};
use super::{Meter, Options};
use crate::error::Error;
use hengtan_ledger::audit::{Auditor, Report};
use hengtan_ledger::batch::{self, Stamp};
use hengtan_ledger::checkpoint::Note;
use hengtan_ledger::envelope::{Command, Outer, Signed};
use hengtan_ledger::export;
use hengtan_ledger::memory::Memory;
use hengtan_ledger::receipt::{
    self, Evidence, NetworkPin, Rows, assemble, to_json, verify_json_with,
};
use hengtan_ledger::rows::Content as _;
use hengtan_ledger::state::{self, key};
use hengtan_ledger::v1::{self, ReceiptKind};
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use std::collections::BTreeSet;
use std::hint::black_box;

/// 2026-01-05T00:00:00Z: the network's times are fixed, so that its roots are the same each time.
const BIRTH_MS: u64 = 1_767_571_200_000;
/// Envelopes with one row.
const RECORDS: usize = 2048;
/// Envelopes of one batch, as a busy node fills them.
const BATCH: usize = 256;
/// Imports of [`ROWS`] rows each.
const IMPORTS: usize = 4;
/// Rows of an import: as many as one signature may carry.
const ROWS: usize = 1000;

/// Measures replay and verification.
pub(super) fn run(options: &Options, meter: &mut Meter<'_>) -> Result<Vec<Figure>, Error> {
    let (records, imports) = if options.quick {
        (BATCH, 1)
    } else {
        (RECORDS, IMPORTS)
    };
    let mut sequence = Sequence::new(options.seed);
    let network = Network::found(&options.folder(), BIRTH_MS, options.seed)?;
    let pin = NetworkPin(network.founded.network_id());
    let schedule = options.schedule();

    meter.begin("replay");
    let mut small = Recorder::new(&network, options.seed)?;
    let mut recorded = Vec::new();
    let rows_of_records = rows(PLANT, records, &mut sequence)?;
    for (part, first) in rows_of_records.chunks(BATCH).zip((0..).step_by(BATCH)) {
        let commands = part
            .iter()
            .zip(first..)
            .map(|(row, number)| record(number, std::slice::from_ref(row)));
        recorded.extend(small.commit(commands.collect(), &network.recorder)?);
    }
    let row_receipt = small.receipt(ReceiptKind::Row, last(&recorded)?, &[0])?;
    let file = small.finish()?;
    let mut figures = vec![replay(
        "replay",
        "entries",
        &file,
        pin,
        records as u64,
        |report| report.entries,
        &schedule,
    )?];

    meter.begin("replay_rows");
    let mut large = Recorder::new(&network, options.seed)?;
    for number in 0..imports {
        let command = record(number as u64, &rows(PLANT, ROWS, &mut sequence)?);
        let submission = submit(number as u64, &command);
        large.commit(vec![command], &network.recorder)?;
        large.commit(vec![submission], &network.recorder)?;
    }
    let closed = large.commit(vec![close()], &network.recorder)?;
    let inventory_receipt = large.receipt(ReceiptKind::Inventory, last(&closed)?, &[])?;
    let file = large.finish()?;
    let all = (imports * ROWS) as u64;
    figures.push(replay(
        "replay_rows",
        "rows",
        &file,
        pin,
        all,
        |_| all,
        &schedule,
    )?);

    meter.begin("verify_receipt");
    for (kind, text) in [("row", row_receipt), ("inventory", inventory_receipt)] {
        // A stranger checks the network's founders with the receipt; whoever has more receipts of it does so once.
        for known in [None, Some(&network.founded)] {
            let runs = schedule.repeat(|| {
                black_box(verify_json_with(black_box(&text), Some(pin), known)).map(|_| 1)
            })?;
            figures.push(Figure {
                name: "verify_receipt",
                unit: "receipts",
                clock: Clock::Core,
                parameters: vec![
                    ("kind", kind.into()),
                    (
                        "network",
                        if known.is_some() { "known" } else { "new" }.into(),
                    ),
                    ("text_bytes", text.len().into()),
                ],
                runs,
                latency: None,
            });
        }
    }
    Ok(figures)
}

fn last(outcomes: &[v1::Outcome]) -> Result<&v1::Outcome, Error> {
    outcomes.last().ok_or_else(|| failed("outcome", &"none"))
}

/// Replays a file as often as the time allows. `measured` says what of it counts.
fn replay(
    name: &'static str,
    unit: &'static str,
    file: &[u8],
    pin: NetworkPin,
    rows: u64,
    measured: impl Fn(&Report) -> u64,
    schedule: &super::Schedule,
) -> Result<Figure, Error> {
    let found = audit(file, pin)?;
    if found.refused > 0 || found.void_batches > 0 || found.checkpoint.is_none() {
        return Err(failed(name, &format!("{found:?}")));
    }
    let runs = schedule.repeat(|| {
        let again = black_box(audit(black_box(file), pin))?;
        if again == found {
            Ok(measured(&again))
        } else {
            Err(failed(name, &"another result"))
        }
    })?;
    Ok(Figure {
        name,
        unit,
        clock: Clock::Core,
        parameters: vec![
            ("entries", found.entries.into()),
            ("batches", found.batches.into()),
            ("rows", rows.into()),
            ("file_bytes", file.len().into()),
            ("root", hex::encode(found.root).into()),
        ],
        runs,
        latency: None,
    })
}

fn audit(file: &[u8], pin: NetworkPin) -> Result<Report, Error> {
    let mut reader = export::Reader::default();
    let mut auditor = Auditor::new(Some(pin));
    // In pieces, as a file is read.
    for piece in file.chunks(1 << 16) {
        reader.push(piece);
        while let Some(record) = reader.next_record()? {
            auditor.take(record)?;
        }
    }
    reader.finish()?;
    Ok(auditor.finish()?)
}

/// Makes an export: a ledger in memory, and the file that grows with it.
struct Recorder<'a> {
    network: &'a Network,
    memory: Memory,
    file: Vec<u8>,
    rng: StdRng,
    seed: u64,
    time_ms: u64,
    counter: u64,
}

impl<'a> Recorder<'a> {
    /// A ledger with the factor sets that its rows need.
    fn new(network: &'a Network, seed: u64) -> Result<Self, Error> {
        let mut file = export::MAGIC.to_vec();
        file.extend(export::entry(&network.founded.entry(), None));
        let mut recorder = Self {
            network,
            memory: Memory::found(&network.founded)?,
            file,
            rng: StdRng::seed_from_u64(seed),
            seed,
            time_ms: BIRTH_MS + 60_000,
            counter: 0,
        };
        for adoption in adoptions(PLANT_SETS)? {
            recorder.commit(vec![adoption], &network.governor)?;
        }
        Ok(recorder)
    }

    /// One batch; every command must be accepted.
    fn commit(
        &mut self,
        commands: Vec<Command>,
        key: &crypto_sm::sm2::SecretKey,
    ) -> Result<Vec<v1::Outcome>, Error> {
        self.counter += 1;
        self.time_ms += 1000;
        self.seed = self.seed.wrapping_add(1 << 16);
        let envelopes = self
            .network
            .sign_all(commands, key, self.time_ms, self.seed);
        let network = self.network.founded.network_id();
        let chain: v1::ChainState = state::require(&self.memory, key::CHAIN)?;
        let stamp = Stamp {
            term: 1,
            previous: chain
                .header
                .try_into()
                .map_err(|_| failed("chain", &"header"))?,
            counter: self.counter,
            time_ms: self.time_ms,
        };
        let own: BTreeSet<_> = envelopes
            .iter()
            .map(|envelope| Ok(Outer::parse(&network, &envelope.bytes)?.digest()))
            .collect::<Result<_, Error>>()?;
        let rows: Vec<Vec<Vec<u8>>> = envelopes
            .iter()
            .map(|envelope: &Signed| envelope.rows.clone())
            .collect();
        let bytes = batch::sign(
            &network,
            stamp,
            envelopes,
            &self.network.node,
            &mut self.rng,
        );
        let applied = self.memory.apply(1, &bytes, &own)?;
        if let Some(reason) = &applied.void {
            return Err(reason.clone().into());
        }
        let mut beside = rows.into_iter();
        for (position, entry) in applied.entries.iter().enumerate() {
            // The first entry is the batch's header.
            let rows = if position == 0 { None } else { beside.next() };
            self.file.extend(export::entry(entry, rows));
        }
        applied
            .placements
            .into_iter()
            .map(|placement| match placement.outcome {
                Some(outcome) if outcome.code.is_empty() => Ok(outcome),
                other => Err(failed("refused", &format!("{other:?}"))),
            })
            .collect()
    }

    fn note(&mut self) -> Result<Note, Error> {
        let checkpoint = self.memory.checkpoint().clone();
        let line = checkpoint.sign(ORGANISATION, NODE, &self.network.node, &mut self.rng)?;
        Ok(Note::new(checkpoint, vec![line]))
    }

    /// The file, ended by its checkpoint.
    fn finish(mut self) -> Result<Vec<u8>, Error> {
        let note = self.note()?;
        self.file.extend(export::checkpoint(&note.to_text()));
        Ok(self.file)
    }

    /// Text of a receipt; with these rows and their results.
    fn receipt(
        &mut self,
        kind: ReceiptKind,
        outcome: &v1::Outcome,
        positions: &[u32],
    ) -> Result<String, Error> {
        let note = self.note()?;
        let memory = &self.memory;
        let evidence = Evidence {
            founded: &self.network.founded,
            changes: &[],
            note: &note,
            nodes: memory,
            view: memory,
        };
        let entry = memory
            .entry(outcome.index)
            .ok_or_else(|| failed("entry", &outcome.index))?;
        let below = |root: &[u8]| match root.try_into() {
            Ok(root) => memory.rows(&root).map(Option::unwrap_or_default),
            Err(_) => Ok(Vec::new()),
        };
        let all_rows = below(&rows_root(entry, &self.network.founded.network_id())?)?;
        let all_results = below(&outcome.results_root)?;
        let rows = Rows {
            all: &all_rows,
            positions,
        };
        let results = Rows {
            all: &all_results,
            positions,
        };
        let inventory = key::inventory(ORGANISATION, "2025");
        let current: Option<(&dyn hengtan_ledger::map::PageReader, &str)> =
            (kind == ReceiptKind::Inventory).then_some((memory, inventory.as_str()));
        let made: receipt::Receipt = assemble(
            &evidence,
            kind,
            outcome.index,
            entry,
            Some(rows),
            Some(results),
            current,
        )?;
        Ok(to_json(&made)?)
    }
}

/// Root of the rows beside an envelope's entry.
fn rows_root(entry: &[u8], network: &hengtan_ledger::domain::NetworkId) -> Result<Vec<u8>, Error> {
    let entry: v1::Entry = hengtan_ledger::canonical::decode("entry", entry)?;
    let Some(v1::entry::Entry::Envelope(entry)) = entry.entry else {
        return Err(failed("entry", &"no envelope"));
    };
    Ok(Outer::parse(network, &entry.envelope)?
        .body()?
        .body()
        .rows_root
        .clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_measured_is_whole_and_the_same_each_time() {
        let of = || run(&Options::instant(), &mut Meter::silent()).expect("measured");
        let figures = of();
        let names: Vec<&str> = figures.iter().map(|figure| figure.name).collect();
        assert_eq!(
            names,
            [
                "replay",
                "replay_rows",
                "verify_receipt",
                "verify_receipt",
                "verify_receipt",
                "verify_receipt"
            ]
        );
        // Genesis, three adoptions, one batch of records; a header for each batch.
        assert_eq!(figures[0].runs[0].count, 1 + 2 * 3 + 1 + BATCH as u64);
        assert_eq!(figures[1].runs[0].count, ROWS as u64);
        let parameters = |figures: Vec<Figure>| {
            figures
                .into_iter()
                .map(|figure| figure.parameters)
                .collect::<Vec<_>>()
        };
        assert_eq!(parameters(figures), parameters(of()));
    }

    #[test]
    fn a_changed_byte_of_the_file_stops_the_measurement() {
        let network = Network::found(&std::env::temp_dir(), BIRTH_MS, 1).expect("founded");
        let mut recorder = Recorder::new(&network, 1).expect("adopted");
        let rows = rows(PLANT, 1, &mut Sequence::new(1)).expect("rows");
        recorder
            .commit(vec![record(0, &rows)], &network.recorder)
            .expect("recorded");
        let mut file = recorder.finish().expect("a file");
        let pin = NetworkPin(network.founded.network_id());
        assert!(audit(&file, pin).is_ok());
        let middle = file.len() / 2;
        file[middle] ^= 1;
        assert!(audit(&file, pin).is_err());
    }
}

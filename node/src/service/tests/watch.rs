//! Watching: everything once, whatever happens to the reader.

use super::*;
use crate::service::{Seen, Watch};

type Answers = tokio::sync::mpsc::Receiver<Result<Seen, Error>>;

async fn next_entry(answers: &mut Answers) -> (u64, String, u64) {
    loop {
        let seen = answers.recv().await.expect("open").expect("no failure");
        if let Some((entry, _)) = seen.entry {
            assert!(entry.is_final && entry.index < seen.final_size);
            return (entry.index, entry.kind, seen.next);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_begins_again_where_it_was_cut_has_every_entry_once() {
    let network = network(&[]);
    let service = network.start().await;
    let writing = {
        let service = service.clone();
        let envelopes: Vec<Signed> = (0..24)
            .map(|number| network.facility("operator", &format!("plant-{number}")))
            .collect();
        tokio::spawn(async move {
            for envelope in envelopes {
                service.submit(submission(&envelope)).await.expect("taken");
            }
        })
    };
    let (mut seen, mut next, mut facilities) = (Vec::new(), 0, 0);
    while facilities < 24 {
        // Cut after one, two, three, … entries; what the node held ready for the reader is lost with it.
        let mut answers = service
            .watch(Watch {
                from: next,
                ..Watch::default()
            })
            .expect("opened");
        for _ in 0..=seen.len() % 5 {
            let (index, kind, after) = next_entry(&mut answers).await;
            seen.push(index);
            next = after;
            facilities += usize::from(kind == "facility.register");
            if facilities == 24 {
                break;
            }
        }
    }
    writing.await.expect("written");
    let size = service.read(|reading| reading.size()).await.expect("read");
    assert_eq!(seen, (0..size).collect::<Vec<u64>>());

    // A reader that does not read holds nobody up, and loses nothing.
    let mut slow = service.watch(Watch::default()).expect("opened");
    let last = network.facility("operator", "last");
    service.submit(submission(&last)).await.expect("taken");
    for expected in 0..=size + 1 {
        assert_eq!(next_entry(&mut slow).await.0, expected);
    }
    service.shutdown().await.expect("stopped");
    // A stopping node ends its watches.
    assert!(slow.recv().await.is_none());
    let refused = service.watch(Watch::default()).map(drop);
    assert_eq!(refused, Err(Error::Stopping));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watch_shows_what_fits_and_says_how_far_it_has_come() {
    let network = network(&[("limits.watch_silence_ms", "10")]);
    let service = network.start().await;
    let watch = |kind: &str, organisation: &str, count| Watch {
        kinds: vec!["organisation.leave".to_owned(), kind.to_owned()],
        organisation: organisation.to_owned(),
        count,
        bytes: true,
        ..Watch::default()
    };
    let mut one = service
        .watch(watch("facility.register", "enterprise", 1))
        .expect("opened");
    let mut other = service
        .watch(watch("facility.register", "stranger", 1))
        .expect("opened");
    let mut nothing = service
        .watch(watch("member.revoke", "", 1))
        .expect("opened");
    let envelope = network.facility("operator", "plant");
    let done = service.submit(submission(&envelope)).await.expect("taken");
    let index = final_outcome(&done).0.index;
    assert_eq!(next_entry(&mut one).await.0, index);
    // It ends with its count.
    assert!(one.recv().await.is_none());
    for answers in [&mut other, &mut nothing] {
        loop {
            let seen = answers.recv().await.expect("open").expect("no failure");
            assert_eq!(seen.entry, None);
            if seen.next > index {
                assert_eq!(seen.next, seen.final_size);
                break;
            }
        }
    }
    let mut bytes = service
        .watch(watch("facility.register", "", 1))
        .expect("opened");
    let entry = loop {
        let seen = bytes.recv().await.expect("open").expect("no failure");
        if let Some((_, bytes)) = seen.entry {
            break bytes;
        }
    };
    let stored = service.read(move |reading| reading.entry(index)).await;
    assert_eq!(stored, Ok(entry));
    service.shutdown().await.expect("stopped");
}

#[tokio::test(flavor = "multi_thread")]
async fn watches_are_bounded_and_a_reader_that_went_makes_room() {
    let network = network(&[("limits.watches_max", "1")]);
    let service = network.start().await;
    let first = service.watch(Watch::default()).expect("opened");
    let refused = service.watch(Watch::default()).map(drop);
    assert_eq!(refused, Err(Error::WatchesFull { limit: 1 }));
    let text = service.metrics_text().expect("metrics");
    assert!(text.contains("hengtan_watches 1"), "{text}");
    drop(first);
    let room = async {
        while service.watch(Watch::default()).is_err() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), room)
        .await
        .expect("room again");
    service.shutdown().await.expect("stopped");
}

//! Rot on the disk ends the node before anybody is served it.

use super::*;

/// Waits until the walk that begins with the service has ended: when it did, or why the node broke.
async fn walked(service: &Service) -> Result<u64, &'static str> {
    let mut broken = service.broken();
    let scrubbed = async {
        loop {
            let status = service.read(|reading| reading.scrubbed()).await;
            if let Some(walk) = status.expect("readable") {
                return walk.records;
            }
            tokio::task::yield_now().await;
        }
    };
    let ended = async {
        tokio::select! {
            records = scrubbed => Ok(records),
            seen = broken.wait_for(Option::is_some) => {
                let error = seen.expect("open").clone().expect("some");
                Err(error.code())
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(60), ended)
        .await
        .expect("in time")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_walk_over_a_healthy_node_finds_everything_in_order_and_says_so() {
    let network = network(&[]);
    let service = network.start().await;
    for name in ["one", "two", "three"] {
        let envelope = network.facility("operator", name);
        service.submit(submission(&envelope)).await.expect("taken");
    }
    let records = walked(&service).await.expect("in order");
    assert!(records > 10, "{records}");
    let status = service.status().await.expect("status");
    assert_eq!(status.scrubbed.map(|walk| walk.records), Some(records));
    let text = service.metrics_text().expect("metrics");
    assert!(text.contains("hengtan_scrub_records_total"), "{text}");
    assert!(
        text.contains(&format!("hengtan_scrubbed_time_milliseconds {NOW}")),
        "{text}"
    );
    service.shutdown().await.expect("stopped");
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_that_rot_on_the_disk_end_the_node() {
    let network = network(&[("scrub.bytes_per_second", "0")]);
    let service = network.start().await;
    for number in 0..8 {
        let envelope = network.facility("operator", &format!("plant-{number}"));
        service.submit(submission(&envelope)).await.expect("taken");
    }
    service.shutdown().await.expect("stopped");
    drop(service);
    // Opening it once more moves everything from the log of the database into its tables.
    let service = network.start().await;
    assert_eq!(service.read(|reading| reading.scrubbed()).await, Ok(None));
    service.shutdown().await.expect("stopped");
    drop(service);
    // An envelope of the middle: nothing reads it at the start.
    let wanted = b"facility.register";
    let mut rotten = 0;
    for file in std::fs::read_dir(network.config.data.join("store")).expect("readable") {
        let path = file.expect("readable").path();
        if path.extension().is_none_or(|ending| ending != "sst") {
            continue;
        }
        let mut bytes = std::fs::read(&path).expect("readable");
        let place = bytes.windows(wanted.len()).position(|part| part == wanted);
        if let Some(place) = place {
            bytes[place] ^= 0x20;
            std::fs::write(&path, bytes).expect("written");
            rotten += 1;
        }
    }
    assert!(rotten > 0, "the entries are in a table");
    let mut config = network.config.clone();
    config.scrub.bytes_per_second = 1 << 30;
    let code = match Service::start(&config, Arc::clone(&network.clock) as _).await {
        Ok(service) => {
            let code = walked(&service).await.expect_err("damaged");
            let refused = service.watch(crate::service::Watch::default()).map(drop);
            assert_eq!(
                refused.map_err(|error| error.code()),
                Err("HT-API-001"),
                "it serves no more"
            );
            code
        }
        // The last entry is read at the start, and may lie in the same block.
        Err(error) => error.code(),
    };
    assert_eq!(code, "HT-NOD-017");
}

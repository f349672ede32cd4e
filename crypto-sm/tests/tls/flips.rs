//! Bits that change on the line: nothing panics, and nothing changed is delivered.

use crate::wire::{Connection, Network, Refusal, client, deliver, drain, read, server};
use crypto_sm::tls::{Family, TLS_SM4_CCM_SM3, TLS_SM4_GCM_SM3};
use rand::{Rng, SeedableRng, rngs::StdRng};
use std::io::Write;

const REQUEST: &[u8] = b"coal 12.5 t, Panzhihua, 2026-05";
const ANSWER: &[u8] = b"accepted as entry 42";

#[test]
fn a_flipped_bit_in_the_handshake_never_leads_to_changed_data() {
    let network = Network::sm();
    let mut refused = 0;
    const SEEDS: u64 = 240;
    for seed in 0..SEEDS {
        let mut rng = StdRng::seed_from_u64(seed);
        let (mut ours, mut theirs) = (network.client_settings(), network.server_settings());
        ours.sm_suites = vec![if seed % 2 == 0 {
            TLS_SM4_GCM_SM3
        } else {
            TLS_SM4_CCM_SM3
        }];
        // Resumed handshakes in every other round.
        ours.resumption = seed % 4 < 2;
        theirs.resumption = ours.resumption;
        let (client, server) = (client(&ours), server(&theirs));
        if ours.resumption {
            Connection::open(&client, &server).unwrap();
        }
        let flight = rng.next_u32() as usize % 4;
        let server = server.configuration_of(Family::Sm).unwrap();
        let result = Connection::open_raw(client.configuration(), server, &mut |number, bytes| {
            if number == flight {
                let bit = rng.next_u64() as usize % (8 * bytes.len());
                bytes[bit / 8] ^= 1 << (bit % 8);
            }
        });
        match result {
            Ok(mut connection) => {
                // A bit that no transcript covers, like the record's legacy version.
                assert_eq!(connection.upload(REQUEST), REQUEST, "seed {seed}");
                assert_eq!(connection.download(ANSWER), ANSWER, "seed {seed}");
            }
            Err(Refusal::Silence | Refusal::Client(_) | Refusal::Server(_)) => refused += 1,
        }
    }
    assert!(refused > SEEDS * 3 / 4, "{refused}");
}

#[test]
fn a_flipped_bit_in_a_record_is_refused() {
    let network = Network::sm();
    for (suite, seeds) in [(TLS_SM4_GCM_SM3, 0..60u64), (TLS_SM4_CCM_SM3, 60..120)] {
        let mut theirs = network.server_settings();
        theirs.sm_suites = vec![suite];
        let (client, server) = (client(&network.client_settings()), server(&theirs));
        for seed in seeds {
            let mut rng = StdRng::seed_from_u64(seed);
            let mut connection = Connection::open(&client, &server).unwrap();
            connection.client.writer().write_all(REQUEST).unwrap();
            let mut bytes = drain(&mut connection.client);
            // Behind the header of 5 bytes, everything is sealed.
            let bit = 40 + rng.next_u64() as usize % (8 * (bytes.len() - 5));
            bytes[bit / 8] ^= 1 << (bit % 8);
            let refused = deliver(&mut connection.server, &bytes);
            assert!(refused.is_err(), "seed {seed}");
            assert!(read(&mut connection.server).is_empty());
        }
    }
}

#[test]
fn records_that_are_repeated_dropped_or_swapped_are_refused() {
    let network = Network::sm();
    let (client, server) = (
        client(&network.client_settings()),
        server(&network.server_settings()),
    );
    let sent = |connection: &mut Connection, text: &[u8]| {
        connection.client.writer().write_all(text).unwrap();
        drain(&mut connection.client)
    };
    for order in [&[0usize, 0][..], &[1], &[1, 0]] {
        let mut connection = Connection::open(&client, &server).unwrap();
        let records = [b"first", b"other"].map(|text| sent(&mut connection, text));
        let results: Vec<_> = order
            .iter()
            .map(|index| deliver(&mut connection.server, &records[*index]).is_ok())
            .collect();
        assert!(results.contains(&false), "{order:?}");
        let received = read(&mut connection.server);
        assert!(received.is_empty() || received == b"first");
    }
}

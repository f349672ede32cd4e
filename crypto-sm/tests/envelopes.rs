//! Envelopes: who can open them, what a changed one gives, and golden bytes.
#![allow(
    clippy::unwrap_used,
    reason = "the functions beside the tests are tests too"
)]

use crypto_sm::{
    Error,
    envelope::{
        ContentKey, MOST_RECIPIENTS, Recipient, RecipientId, Wraps, open, open_unauthenticated,
        seal,
        stream::{CHUNK_LENGTH, Header, MAGIC, OpenReader, SealWriter, Sealer},
    },
    sm2::SecretKey,
    sm3,
    sm4::gcm::Gcm,
};
use proptest::prelude::*;
use rand::{SeedableRng, rngs::StdRng};
use std::io::{ErrorKind, Read, Write};

const MESSAGE: &[u8] = include_bytes!("fixtures/envelope/message.der");
const ENVELOPED_DATA: &[u8] = include_bytes!("fixtures/envelope/enveloped-data.der");
const STREAM: &[u8] = include_bytes!("fixtures/envelope/stream.bin");
const EMPTY_STREAM: &[u8] = include_bytes!("fixtures/envelope/stream-empty.bin");
const CONTENT: &[u8] = include_bytes!("fixtures/envelope/content");
const ISSUER_AND_SERIAL: &[u8] = include_bytes!("fixtures/envelope/issuer-and-serial.der");

fn rng(seed: u64) -> StdRng {
    StdRng::seed_from_u64(seed)
}

fn key(seed: u64) -> SecretKey {
    SecretKey::generate(&mut rng(seed))
}

fn recipient(seed: u64) -> Recipient {
    Recipient::of_key(key(seed).public_key())
}

fn id(seed: u64) -> RecipientId {
    recipient(seed).id
}

/// The keys of the golden envelopes: GB/T 32918.5 annexes A.2 and B.2.
fn golden() -> [(SecretKey, RecipientId); 2] {
    let secret = |digits| SecretKey::from_bytes(&hex::decode(digits).unwrap()).unwrap();
    let first = secret("3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8");
    let second = secret("81eb26e941bb5af16df116495f90695272ae2cd63d6c4ae1678418be48230029");
    let id = RecipientId::of_key(first.public_key());
    let certified = RecipientId::Certificate(ISSUER_AND_SERIAL.to_vec());
    [(first, id), (second, certified)]
}

/// Opens a whole stream that is given in pieces.
fn open_stream(
    bytes: &[u8],
    secret: &SecretKey,
    id: &RecipientId,
    piece: usize,
) -> Result<Vec<u8>, Error> {
    let (header, end) = Header::read(bytes)?.ok_or(Error::EnvelopeEncoding)?;
    let mut opener = header.open(&header.wraps().unwrap(id, secret)?);
    let mut content = Vec::new();
    for piece in bytes[end..].chunks(piece) {
        opener.push(piece, &mut content)?;
    }
    opener.finish(&mut content)?;
    Ok(content)
}

fn seal_stream(content: &[u8], piece: usize, seed: u64) -> Vec<u8> {
    let (mut sealer, mut out) = Sealer::new(&[recipient(1), recipient(2)], &mut rng(seed)).unwrap();
    for piece in content.chunks(piece) {
        sealer.push(piece, &mut out).unwrap();
    }
    sealer.finish(&mut out).unwrap();
    out
}

#[test]
fn golden_envelopes_open() {
    let recipients = golden();
    for (secret, id) in &recipients {
        assert_eq!(open(MESSAGE, id, secret).unwrap()[..], *CONTENT);
        assert_eq!(open_stream(STREAM, secret, id, 10).unwrap(), CONTENT);
        assert_eq!(open_stream(EMPTY_STREAM, secret, id, 10).unwrap(), b"");
    }
    let [(_, unnamed), (secret, id)] = &recipients;
    assert_eq!(
        open_unauthenticated(ENVELOPED_DATA, id, secret).unwrap()[..],
        *CONTENT
    );
    assert_eq!(
        open_unauthenticated(ENVELOPED_DATA, unnamed, secret),
        Err(Error::EnvelopeRecipient)
    );
    // Neither reads as the other.
    assert_eq!(
        open(ENVELOPED_DATA, id, secret),
        Err(Error::EnvelopeEncoding)
    );
    assert_eq!(
        open_unauthenticated(MESSAGE, id, secret),
        Err(Error::EnvelopeEncoding)
    );
}

#[test]
fn content_is_named_as_rfc_5083_asks_for_where_attributes_are_absent() {
    // id-data; other readers refuse every other type without attributes.
    let data = hex::decode("06092a864886f70d010701").unwrap();
    let national = hex::decode("060a2a811ccf550601040201").unwrap();
    let holds = |der: &[u8], oid: &[u8]| der.windows(oid.len()).any(|window| window == oid);
    let ours = seal(CONTENT, &[recipient(1)], &mut rng(9)).unwrap();
    assert!(holds(&ours, &data) && !holds(&ours, &national));
    // What was sealed before opens still.
    assert!(holds(MESSAGE, &national));
}

#[test]
fn each_recipient_opens_and_nobody_else() {
    let envelope = seal(
        CONTENT,
        &[recipient(1), recipient(2), recipient(3)],
        &mut rng(9),
    )
    .unwrap();
    for seed in 1..=3 {
        assert_eq!(
            open(&envelope, &id(seed), &key(seed)).unwrap()[..],
            *CONTENT
        );
    }
    assert_eq!(
        open(&envelope, &id(4), &key(4)),
        Err(Error::EnvelopeRecipient)
    );
    assert_eq!(open(&envelope, &id(1), &key(2)), Err(Error::Decryption));
    assert_ne!(
        seal(CONTENT, &[recipient(1)], &mut rng(10)),
        seal(CONTENT, &[recipient(1)], &mut rng(11))
    );
}

#[test]
fn no_and_too_many_recipients_are_refused() {
    for count in [0, MOST_RECIPIENTS + 1] {
        let recipients = vec![recipient(1); count];
        let refused = Error::EnvelopeRecipients { count };
        assert_eq!(seal(b"x", &recipients, &mut rng(1)), Err(refused.clone()));
        assert_eq!(
            Wraps::new(&ContentKey::generate(&mut rng(1)), &recipients, &mut rng(1)),
            Err(refused.clone())
        );
        let sealer = Sealer::new(&recipients, &mut rng(1));
        assert_eq!(sealer.map(|_| ()), Err(refused));
    }
}

#[test]
fn wraps_are_read_as_they_were_written() {
    let content_key = ContentKey::generate(&mut rng(1));
    let recipients = [recipient(1), recipient(2), golden_recipient()];
    let wraps = Wraps::new(&content_key, &recipients, &mut rng(2)).unwrap();
    let der = wraps.to_der();
    assert_eq!(Wraps::from_der(&der), Ok(wraps.clone()));
    assert_eq!(wraps.recipients().count(), 3);
    for recipient in &recipients {
        assert!(wraps.recipients().any(|id| *id == recipient.id));
    }
    let unwrapped = wraps.unwrap(&id(2), &key(2)).unwrap();
    assert_eq!(unwrapped.as_bytes(), content_key.as_bytes());
    let opened = key(1).decrypt(wraps.ciphertext(&id(1)).unwrap()).unwrap();
    let elsewhere = ContentKey::from_bytes(&opened).unwrap();
    assert_eq!(elsewhere.as_bytes(), content_key.as_bytes());
    let short = ContentKey::from_bytes(&[0; 15]).map(|_| ());
    assert_eq!(short, Err(Error::Decryption));
    // Another order is another encoding of the same set, and trailing bytes are none.
    let first = 4 + usize::from(u16::from_be_bytes([der[2], der[3]])) / 3;
    assert!(first > 4);
    assert_eq!(
        Wraps::from_der(&[&der[..], &[0]].concat()),
        Err(Error::EnvelopeEncoding)
    );
}

fn golden_recipient() -> Recipient {
    Recipient {
        public_key: golden()[1].0.public_key().clone(),
        id: golden()[1].1.clone(),
    }
}

#[test]
fn a_changed_byte_anywhere_never_gives_other_content() {
    let [(secret, id), _] = golden();
    for position in 0..MESSAGE.len() {
        let mut changed = MESSAGE.to_vec();
        changed[position] ^= 0x01;
        // The other recipient's wrap is not part of what this one relies on.
        if let Ok(content) = open(&changed, &id, &secret) {
            assert_eq!(content[..], *CONTENT, "{position}");
        }
    }
    for position in 0..STREAM.len() {
        let mut changed = STREAM.to_vec();
        changed[position] ^= 0x01;
        assert!(
            open_stream(&changed, &secret, &id, 4096).is_err(),
            "{position}"
        );
    }
    for length in 0..STREAM.len() {
        assert!(
            open_stream(&STREAM[..length], &secret, &id, 4096).is_err(),
            "{length}"
        );
        assert!(open(&MESSAGE[..length.min(MESSAGE.len() - 1)], &id, &secret).is_err());
    }
    let longer = [STREAM, &[0]].concat();
    assert_eq!(
        open_stream(&longer, &secret, &id, 7),
        Err(Error::EnvelopeContent)
    );
    let longer = [MESSAGE, &[0]].concat();
    assert_eq!(open(&longer, &id, &secret), Err(Error::EnvelopeEncoding));
}

#[test]
fn streams_of_every_length_around_a_chunk_open() {
    let content: Vec<u8> = (0..3 * CHUNK_LENGTH)
        .map(|index| (index % 251) as u8)
        .collect();
    for length in [
        0,
        1,
        CHUNK_LENGTH - 1,
        CHUNK_LENGTH,
        CHUNK_LENGTH + 1,
        2 * CHUNK_LENGTH,
        2 * CHUNK_LENGTH + 5,
    ] {
        let content = &content[..length];
        let sealed = seal_stream(content, 1000, 7);
        // How content is cut into pieces does not show.
        assert_eq!(sealed, seal_stream(content, 70_000, 7), "{length}");
        let (_, end) = Header::read(&sealed).unwrap().unwrap();
        let chunks = length.div_ceil(CHUNK_LENGTH).max(1);
        assert_eq!(sealed.len(), end + length + 16 * chunks, "{length}");
        for piece in [999, 65_552, 200_000] {
            let opened = open_stream(&sealed, &key(2), &id(2), piece).unwrap();
            assert!(opened == content, "{length} {piece}");
        }
    }
}

#[test]
fn chunks_are_sealed_as_the_format_says() {
    let content = vec![0x5a; CHUNK_LENGTH + 3];
    let sealed = seal_stream(&content, 4096, 8);
    let (header, end) = Header::read(&sealed).unwrap().unwrap();
    let gcm = Gcm::new(header.wraps().unwrap(&id(1), &key(1)).unwrap().as_bytes());
    assert_eq!(sealed[..25], *MAGIC);
    let digest = sm3::hash(&[&sealed[..end]]);
    let mut chunks = sealed[end..].to_vec();
    let (first, last) = chunks.split_at_mut(CHUNK_LENGTH + 16);
    for (number, chunk) in [(0u8, first), (1, last)] {
        let mut nonce = [0; 12];
        nonce[..7].copy_from_slice(&sealed[end - 7..end]);
        nonce[10] = number;
        nonce[11] = number;
        let (chunk, tag) = chunk.split_last_chunk_mut().unwrap();
        gcm.open_in_place(&nonce, &digest, chunk, tag).unwrap();
        assert!(chunk.iter().all(|byte| *byte == 0x5a));
    }
}

#[test]
fn chunks_that_are_missing_doubled_swapped_or_of_another_stream_are_refused() {
    let content: Vec<u8> = (0..3 * CHUNK_LENGTH + 9)
        .map(|index| (index / 7) as u8)
        .collect();
    let sealed = seal_stream(&content, 65_536, 21);
    let other = seal_stream(&content, 65_536, 22);
    let (_, end) = Header::read(&sealed).unwrap().unwrap();
    let header = &sealed[..end];
    let chunk = |stream: &[u8], number: usize| -> Vec<u8> {
        let (_, end) = Header::read(stream).unwrap().unwrap();
        let chunks: Vec<&[u8]> = stream[end..].chunks(CHUNK_LENGTH + 16).collect();
        chunks[number].to_vec()
    };
    let with = |order: &[usize]| {
        let chunks = order.iter().map(|number| chunk(&sealed, *number));
        let stream = [header.to_vec(), chunks.collect::<Vec<_>>().concat()].concat();
        open_stream(&stream, &key(1), &id(1), 10_000)
    };
    assert!(with(&[0, 1, 2, 3]).unwrap() == content);
    for order in [
        &[][..],
        &[3],
        &[0],
        &[0, 1],
        &[0, 1, 2],
        &[1, 2, 3],
        &[0, 2, 3],
        &[0, 1, 3],
        &[1, 0, 2, 3],
        &[0, 2, 1, 3],
        &[0, 0, 1, 2, 3],
        &[0, 1, 1, 3],
        &[0, 1, 2, 3, 3],
        &[0, 1, 2, 2, 3],
        &[3, 0, 1, 2],
    ] {
        assert_eq!(with(order), Err(Error::EnvelopeContent), "{order:?}");
    }
    let mixed = [
        header,
        &chunk(&other, 0),
        &sealed[end + CHUNK_LENGTH + 16..],
    ]
    .concat();
    assert_eq!(
        open_stream(&mixed, &key(1), &id(1), 10_000),
        Err(Error::EnvelopeContent)
    );
    // Cut exactly after a whole chunk, and within one.
    for length in [
        end,
        end + CHUNK_LENGTH + 16,
        end + CHUNK_LENGTH + 17,
        sealed.len() - 1,
    ] {
        let cut = open_stream(&sealed[..length], &key(1), &id(1), 10_000);
        assert_eq!(cut, Err(Error::EnvelopeContent), "{length}");
    }
}

#[test]
fn an_opener_stays_refusing_after_a_bad_chunk() {
    let mut sealed = seal_stream(&[1; 2 * CHUNK_LENGTH], 65_536, 5);
    let (header, end) = Header::read(&sealed).unwrap().unwrap();
    sealed[end] ^= 1;
    let mut opener = header.open(&header.wraps().unwrap(&id(1), &key(1)).unwrap());
    let mut content = Vec::new();
    assert_eq!(
        opener.push(&sealed[end..], &mut content),
        Err(Error::EnvelopeContent)
    );
    sealed[end] ^= 1;
    assert_eq!(
        opener.push(&sealed[end..], &mut content),
        Err(Error::EnvelopeContent)
    );
    assert_eq!(opener.finish(&mut content), Err(Error::EnvelopeContent));
    assert_eq!(content, b"");
}

#[test]
fn readers_and_writers_carry_a_stream() {
    let content: Vec<u8> = (0..2 * CHUNK_LENGTH + 77)
        .map(|index| (index / 3) as u8)
        .collect();
    let mut writer = SealWriter::new(Vec::new(), &[recipient(1)], &mut rng(3)).unwrap();
    for piece in content.chunks(5000) {
        writer.write_all(piece).unwrap();
    }
    let sealed = writer.finish().unwrap();
    let mut opened = Vec::new();
    let unwrap = |wraps: &Wraps| wraps.unwrap(&id(1), &key(1));
    OpenReader::new(&sealed[..], unwrap)
        .unwrap()
        .read_to_end(&mut opened)
        .unwrap();
    assert!(opened == content);

    // A stream that was cut off gives an error, not an end.
    for length in [sealed.len() - 1, sealed.len() - 93, 70_000] {
        let mut reader = OpenReader::new(&sealed[..length], unwrap).unwrap();
        let error = reader.read_to_end(&mut Vec::new()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidData, "{length}");
        assert_eq!(
            reader.read(&mut [0; 8]).unwrap_err().kind(),
            ErrorKind::InvalidData
        );
    }
    for length in [0, 10, 100] {
        assert!(OpenReader::new(&sealed[..length], unwrap).is_err());
    }
    let stranger = OpenReader::new(&sealed[..], |wraps| wraps.unwrap(&id(2), &key(2)));
    let error = stranger.map(|_| ()).unwrap_err();
    let refused = error.get_ref().unwrap().downcast_ref::<Error>();
    assert_eq!(refused, Some(&Error::EnvelopeRecipient));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn what_is_sealed_opens(content in proptest::collection::vec(any::<u8>(), 0..500), seed in any::<u64>()) {
        let envelope = seal(&content, &[recipient(1), recipient(2)], &mut rng(seed)).unwrap();
        prop_assert_eq!(&open(&envelope, &id(2), &key(2)).unwrap()[..], &content[..]);
        let stream = seal_stream(&content, 100, seed);
        prop_assert_eq!(open_stream(&stream, &key(2), &id(2), 33).unwrap(), content);
    }
}

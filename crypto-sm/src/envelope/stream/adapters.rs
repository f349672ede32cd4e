//! Streams before [`std::io`].

use super::{ContentKey, Header, Opener, SEALED_LENGTH, Sealer};
use crate::{
    Error,
    envelope::{Recipient, Wraps},
    rand_core::CryptoRng,
};
use std::io::{self, ErrorKind, Read, Write};
use zeroize::{Zeroize, Zeroizing};

/// Seals what is written to it. Without [`SealWriter::finish`] the stream stays incomplete and does not open.
#[derive(Debug)]
pub struct SealWriter<W: Write> {
    sealer: Sealer,
    inner: W,
    buffer: Vec<u8>,
}

impl<W: Write> SealWriter<W> {
    /// Writes the header.
    ///
    /// # Errors
    /// Those of the writer, and those of [`Sealer::new`] inside an [`io::Error`].
    pub fn new<R: CryptoRng + ?Sized>(
        mut inner: W,
        recipients: &[Recipient],
        rng: &mut R,
    ) -> io::Result<Self> {
        let (sealer, header) = Sealer::new(recipients, rng).map_err(io::Error::other)?;
        inner.write_all(&header)?;
        Ok(Self {
            sealer,
            inner,
            buffer: Vec::new(),
        })
    }

    /// Writes the last chunk, flushes, and gives the writer back.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn finish(mut self) -> io::Result<W> {
        self.buffer.clear();
        self.sealer
            .finish(&mut self.buffer)
            .map_err(io::Error::other)?;
        self.inner.write_all(&self.buffer)?;
        self.inner.flush()?;
        Ok(self.inner)
    }
}

impl<W: Write> Write for SealWriter<W> {
    fn write(&mut self, content: &[u8]) -> io::Result<usize> {
        self.buffer.clear();
        self.sealer
            .push(content, &mut self.buffer)
            .map_err(io::Error::other)?;
        self.inner.write_all(&self.buffer)?;
        Ok(content.len())
    }

    /// Content that does not fill a chunk yet stays back.
    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// Opens what is read through it. Content comes chunk by chunk as it proves genuine; only a read that gives nothing says
/// that the stream was complete.
#[derive(Debug)]
pub struct OpenReader<R: Read> {
    inner: R,
    /// Nothing after the end or a failure.
    opener: Option<Opener>,
    failed: bool,
    content: Zeroizing<Vec<u8>>,
    position: usize,
}

impl<R: Read> OpenReader<R> {
    /// Reads the header and unwraps the key, for instance with [`Wraps::unwrap`].
    ///
    /// # Errors
    /// Those of the reader; those of [`Header::read`] and `unwrap` inside an [`io::Error`] of kind
    /// [`ErrorKind::InvalidData`].
    pub fn new(
        mut inner: R,
        unwrap: impl FnOnce(&Wraps) -> Result<ContentKey, Error>,
    ) -> io::Result<Self> {
        let mut bytes = Vec::new();
        loop {
            if let Some((header, end)) = Header::read(&bytes).map_err(invalid)? {
                let mut opener = header.open(&unwrap(header.wraps()).map_err(invalid)?);
                let mut content = Zeroizing::new(Vec::new());
                opener.push(&bytes[end..], &mut content).map_err(invalid)?;
                return Ok(Self {
                    inner,
                    opener: Some(opener),
                    failed: false,
                    content,
                    position: 0,
                });
            }
            let mut piece = [0; 4096];
            match inner.read(&mut piece) {
                Ok(0) => return Err(invalid(Error::EnvelopeEncoding)),
                Ok(count) => bytes.extend_from_slice(&piece[..count]),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Reads until there is content to give, or the stream has ended.
    fn fill(&mut self) -> io::Result<()> {
        self.content.zeroize();
        self.position = 0;
        let mut piece = vec![0; SEALED_LENGTH];
        while self.content.is_empty()
            && let Some(opener) = &mut self.opener
        {
            let count = self.inner.read(&mut piece)?;
            if count > 0 {
                opener.push(&piece[..count], &mut self.content)
            } else {
                self.opener
                    .take()
                    .map_or(Ok(()), |opener| opener.finish(&mut self.content))
            }
            .map_err(|error| {
                self.failed = true;
                invalid(error)
            })?;
        }
        Ok(())
    }
}

impl<R: Read> Read for OpenReader<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.failed {
            return Err(invalid(Error::EnvelopeContent));
        }
        if self.position == self.content.len() && !out.is_empty() {
            self.fill()?;
        }
        let ready = &self.content[self.position..];
        let count = ready.len().min(out.len());
        out[..count].copy_from_slice(&ready[..count]);
        self.position += count;
        Ok(count)
    }
}

fn invalid(error: Error) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, error)
}

//! A line typed at the terminal that the terminal does not show.

use std::io::{self, Stdin};
use std::os::fd::AsFd;

use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use zeroize::Zeroizing;

/// No passphrase is longer; more would not be typed.
const BYTES_MAX: usize = 1024;

/// Turns the terminal's echo on again, whatever happens.
struct Hidden<'a> {
    terminal: &'a Stdin,
    before: Termios,
}

impl<'a> Hidden<'a> {
    fn begin(terminal: &'a Stdin) -> io::Result<Hidden<'a>> {
        let before = tcgetattr(terminal.as_fd())?;
        let mut hidden = before.clone();
        hidden.local_modes &= !(LocalModes::ECHO | LocalModes::ECHONL);
        tcsetattr(terminal.as_fd(), OptionalActions::Flush, &hidden)?;
        Ok(Hidden { terminal, before })
    }
}

impl Drop for Hidden<'_> {
    fn drop(&mut self) {
        let _ = tcsetattr(self.terminal.as_fd(), OptionalActions::Flush, &self.before);
    }
}

/// One line, without its end. It is read byte by byte past the buffer of standard input, which nobody would wipe.
pub(super) fn read_line(terminal: Stdin) -> io::Result<Zeroizing<Vec<u8>>> {
    let _hidden = Hidden::begin(&terminal)?;
    let mut line = Zeroizing::new(Vec::with_capacity(BYTES_MAX));
    let mut byte = Zeroizing::new([0; 1]);
    while line.len() < BYTES_MAX {
        if rustix::io::read(terminal.as_fd(), &mut *byte)? == 0 || byte[0] == b'\n' {
            break;
        }
        line.push(byte[0]);
    }
    Ok(line)
}

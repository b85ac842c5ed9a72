//! Octets to and from a peer, in clear or in TLS.

use std::io;

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, BufWriter};
use tokio::net::TcpStream;

/// Whatever carries octets.
pub(super) trait Octets: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Octets for T {}

/// A connection; STARTTLS puts TLS around it.
pub(super) type Wire = Box<dyn Octets>;

/// A connection on a socket. SMTP is a dialogue of short lines: nothing is held back for more.
pub(super) fn wire(stream: TcpStream) -> io::Result<Wire> {
    stream.set_nodelay(true)?;
    Ok(Box::new(stream))
}

/// Writes a message after DATA: short ones in one go, long ones without copying them whole.
pub(super) async fn write_message(wire: &mut Wire, message: &[u8]) -> io::Result<()> {
    let mut writer = BufWriter::with_capacity(32 * 1024, wire);
    for piece in smtp::stuffed(message) {
        writer.write_all(piece).await?;
    }
    writer.flush().await
}

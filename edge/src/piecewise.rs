//! Messages in and out of the Worker a piece at a time, so that no second copy of one ever stands in JavaScript's
//! memory beside the one in Wasm's.

use std::collections::VecDeque;

use futures_util::{Stream, stream};
use js_sys::{Promise, Uint8Array};
use mail::Buffer;
use wasm_bindgen::prelude::*;
use worker::wasm_bindgen_futures::JsFuture;
use worker::web_sys::ReadableStream;
use worker::{FixedLengthStream, Headers, Response, worker_sys};

use crate::admission::Room;

/// Octets of a piece that goes out: few enough to wait in a socket's buffer, many enough that what each costs
/// does not matter.
const PIECE_OCTETS: usize = 256 * 1024;

#[wasm_bindgen(inline_js = r"
// The platform's streams fill a buffer of ours; their own pieces are 4 KiB each. A stream made by JavaScript has
// its own pieces only.
const PIECE = 1 << 18;
export class Pieces {
  constructor(stream) {
    try {
      this.reader = stream.getReader({ mode: 'byob' });
      this.buffer = new ArrayBuffer(PIECE);
    } catch {
      this.reader = stream.getReader();
    }
  }
  async next() {
    if (!this.buffer) return (await this.reader.read()).value;
    const { value } = await this.reader.readAtLeast(PIECE, new Uint8Array(this.buffer));
    if (!value?.byteLength) return undefined;
    this.buffer = value.buffer;
    return value;
  }
}
")]
extern "C" {
    type Pieces;
    #[wasm_bindgen(constructor)]
    fn new(stream: &ReadableStream) -> Pieces;
    #[wasm_bindgen(method)]
    fn next(this: &Pieces) -> Promise;
}

/// Why a message was not read.
pub(crate) enum ReadError {
    /// It is longer than allowed.
    TooLarge,
    /// It did not come to its end.
    Broken(JsValue),
}

/// Reads a stream to its end into the buffer, which has the room for it.
pub(crate) async fn read(
    stream: &ReadableStream,
    mut buffer: Buffer,
    octets_max: usize,
) -> Result<Buffer, ReadError> {
    let pieces = Pieces::new(stream);
    loop {
        let piece = JsFuture::from(pieces.next()).await;
        let piece = piece.map_err(ReadError::Broken)?;
        if piece.is_undefined() {
            return Ok(buffer);
        }
        let piece = Uint8Array::from(piece);
        let octets = usize::try_from(piece.length()).unwrap_or(usize::MAX);
        if octets > octets_max.saturating_sub(buffer.len()) {
            return Err(ReadError::TooLarge);
        }
        piece.copy_to(buffer.grow(octets));
    }
}

/// A reply of these octets, one after the other. They are held, and their room with them, until the last piece
/// has gone out.
pub(crate) fn reply(headers: Headers, parts: Vec<Buffer>, room: Room) -> Response {
    let octets: usize = parts.iter().map(|part| part.len()).sum();
    let builder = Response::builder().with_headers(headers);
    if octets <= PIECE_OCTETS {
        return builder.fixed(parts.concat());
    }
    let length = u64::try_from(octets).unwrap_or(u64::MAX);
    let stream = FixedLengthStream::wrap(pieces(parts.into(), room), length);
    let stream = worker_sys::FixedLengthStream::from(stream);
    builder.stream(stream.readable())
}

fn pieces(
    parts: VecDeque<Buffer>,
    room: Room,
) -> impl Stream<Item = worker::Result<Vec<u8>>> + 'static {
    stream::unfold((parts, room), async |(mut parts, room)| {
        while parts.front().is_some_and(|part| part.is_empty()) {
            parts.pop_front();
        }
        let part = parts.front_mut()?;
        let piece = part.get(..PIECE_OCTETS).unwrap_or(part).to_vec();
        part.drop_front(piece.len());
        Some((Ok(piece), (parts, room)))
    })
}

#[cfg(test)]
mod tests {
    use futures_util::{FutureExt as _, StreamExt as _};

    use super::*;
    use crate::admission;

    #[test]
    fn what_goes_out_in_pieces_is_all_of_it() {
        let parts = [0, 1, PIECE_OCTETS, 0, 2 * PIECE_OCTETS + 5, 0]
            .map(|octets| Buffer::from(vec![u8::try_from(octets % 251).unwrap(); octets]));
        let whole = parts.concat();
        let room = admission::admit(whole.len()).unwrap();
        let sent: Vec<_> = pieces(parts.into(), room).collect().now_or_never().unwrap();
        let sent: Vec<Vec<u8>> = sent.into_iter().map(Result::unwrap).collect();
        assert!(sent.iter().all(|piece| piece.len() <= PIECE_OCTETS));
        assert_eq!(sent.concat(), whole);
        assert!(
            admission::admit(admission::OCTETS_IN_FLIGHT_MAX).is_ok(),
            "the room is free again"
        );
    }
}

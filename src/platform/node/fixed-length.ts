/** The stream of Cloudflare's runtime that passes on exactly this many bytes, for Node. */
class StreamOfLength extends TransformStream<Uint8Array, Uint8Array> {
  constructor(expected: number) {
    let length = 0;
    super({
      transform(chunk, controller) {
        length += chunk.byteLength;
        if (length > expected) throw new TypeError("The stream is longer than its length");
        controller.enqueue(chunk);
      },
      flush() {
        if (length < expected) throw new TypeError("The stream is shorter than its length");
      },
    });
  }
}

Object.assign(globalThis, { FixedLengthStream: StreamOfLength });

/** A text in pieces, deflated (raw, so that there is no header to differ) and in base64: the same for the same text. */
export async function deflated(pieces: Iterable<string>): Promise<string> {
  const stream = ReadableStream.from(pieces)
    .pipeThrough(new TextEncoderStream())
    .pipeThrough(new CompressionStream("deflate-raw"));
  return Buffer.from(await new Response(stream).arrayBuffer()).toString("base64");
}

import { crc32, deflateRawSync } from "node:zlib";
import { openPromise } from "yauzl";

/** An entry as it shall stand in a zip, whatever a zip may hold. `claims`: another size than the bytes have. */
export type RawEntry = { name: string; body: Uint8Array; isPacked?: boolean; claims?: number };

/** A zip of these entries, byte by byte: a library would refuse to write most of what an attacker writes. */
export function rawZip(entries: readonly RawEntry[]): Buffer {
  const pieces: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, body, isPacked = false, claims = body.length } of entries) {
    const bytes = Buffer.from(name);
    const packed = isPacked ? deflateRawSync(body) : Buffer.from(body);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0); // version needed
    common.writeUInt16LE(0x0800, 2); // names are UTF-8
    common.writeUInt16LE(isPacked ? 8 : 0, 4);
    common.writeUInt32LE(crc32(body), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(claims, 18);
    common.writeUInt16LE(bytes.length, 22);
    const local = Buffer.concat([Buffer.from("PK\x03\x04"), common, bytes, packed]);
    const central = Buffer.alloc(16);
    central.writeUInt32LE(offset, 12);
    // The directory has the same fields after the version that made it, and its own after the lengths.
    directory.push(Buffer.concat([Buffer.from("PK\x01\x02\x14\x03"), common, central.subarray(2), bytes]));
    pieces.push(local);
    offset += local.length;
  }
  const listed = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", 0, "latin1");
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(listed.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...pieces, listed, end]);
}

/** Every entry of a zip, in its order. */
export async function entriesIn(file: string): Promise<RawEntry[]> {
  const zip = await openPromise(file, { autoClose: false, lazyEntries: true });
  const entries: RawEntry[] = [];
  for await (const entry of zip.eachEntry()) {
    const chunks: Buffer[] = [];
    for await (const chunk of await zip.openReadStreamPromise(entry)) chunks.push(chunk as Buffer);
    entries.push({ name: entry.fileName, body: Buffer.concat(chunks) });
  }
  zip.close();
  return entries;
}

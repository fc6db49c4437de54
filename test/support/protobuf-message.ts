/** What a field of a protobuf message holds: a number, or bytes that are a text or a message. */
export type ProtobufValue = bigint | Buffer;

/** A protobuf message, read without its schema (https://protobuf.dev/programming-guides/encoding/). */
export class ProtobufMessage {
  private readonly fields = new Map<number, ProtobufValue[]>();
  private place = 0;

  /** @throws for bytes that are no message */
  constructor(private readonly bytes: Buffer) {
    while (this.place < bytes.length) {
      const tag = Number(this.readVarint());
      const number = tag >> 3;
      this.fields.set(number, [...(this.fields.get(number) ?? []), this.readValue(tag & 7)]);
    }
  }

  messages(field: number): ProtobufMessage[] {
    return this.buffers(field).map((bytes) => new ProtobufMessage(bytes));
  }

  bytesOf(field: number): Buffer {
    return this.buffers(field)[0] ?? Buffer.alloc(0);
  }

  text(field: number): string {
    return this.bytesOf(field).toString();
  }

  /** @returns undefined if the message does not have it */
  number(field: number): bigint | undefined {
    return this.fields.get(field)?.find((value) => typeof value === 'bigint');
  }

  has(field: number): boolean {
    return this.fields.has(field);
  }

  private buffers(field: number): Buffer[] {
    return (this.fields.get(field) ?? []).filter((value) => typeof value !== 'bigint');
  }

  private readValue(wireType: number): ProtobufValue {
    switch (wireType) {
      case 0:
        return this.readVarint();
      case 1:
        return this.take(8).readBigUInt64LE();
      case 2:
        return this.take(Number(this.readVarint()));
      case 5:
        return BigInt(this.take(4).readUInt32LE());
      default:
        throw new Error(`Protobuf has no wire type ${wireType} that is expected here`);
    }
  }

  private readVarint(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.take(1).readUInt8();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw new Error('A number has too many bytes');
  }

  private take(length: number): Buffer {
    const end = this.place + length;
    if (end > this.bytes.length) throw new Error('The message ends too early');
    const taken = this.bytes.subarray(this.place, end);
    this.place = end;
    return taken;
  }
}

/** Values of a Thrift struct by the ids of their fields. */
export type ThriftStruct = ReadonlyMap<number, ThriftValue>;
export type ThriftValue = boolean | number | bigint | Buffer | ThriftStruct | readonly ThriftValue[];

/**
 * Reads Thrift's binary protocol
 * (https://github.com/apache/thrift/blob/master/doc/specs/thrift-binary-protocol.md).
 *
 * @throws for bytes that are not one struct, whole
 */
export function readThriftStruct(bytes: Buffer): ThriftStruct {
  const reader = new ThriftReader(bytes);
  const struct = reader.readStruct();
  if (!reader.isAtEnd) throw new Error('There is something behind the struct');
  return struct;
}

class ThriftReader {
  private place = 0;

  constructor(private readonly bytes: Buffer) {}

  get isAtEnd(): boolean {
    return this.place === this.bytes.length;
  }

  readStruct(): ThriftStruct {
    const fields = new Map<number, ThriftValue>();
    for (let type = this.take(1).readInt8(); type !== 0; type = this.take(1).readInt8()) {
      const id = this.take(2).readInt16BE();
      fields.set(id, this.readValue(type));
    }
    return fields;
  }

  private readValue(type: number): ThriftValue {
    switch (type) {
      case 2:
        return this.take(1).readInt8() === 1;
      case 3:
        return this.take(1).readInt8();
      case 4:
        return this.take(8).readDoubleBE();
      case 6:
        return this.take(2).readInt16BE();
      case 8:
        return this.take(4).readInt32BE();
      case 10:
        return this.take(8).readBigInt64BE();
      case 11:
        return this.take(this.take(4).readInt32BE());
      case 12:
        return this.readStruct();
      case 14:
      case 15:
        return this.readList();
      default:
        throw new Error(`Thrift has no type ${type} that is expected here`);
    }
  }

  private readList(): readonly ThriftValue[] {
    const type = this.take(1).readInt8();
    const size = this.take(4).readInt32BE();
    return Array.from({ length: size }, () => this.readValue(type));
  }

  private take(length: number): Buffer {
    const end = this.place + length;
    if (length < 0 || end > this.bytes.length) throw new Error('The struct ends too early');
    const taken = this.bytes.subarray(this.place, end);
    this.place = end;
    return taken;
  }
}

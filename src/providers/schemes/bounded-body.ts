/** The bytes of a response's body, or `undefined` if there are more; leaving the loop cancels the stream. */
export async function readAtMost(response: Response, limit: number): Promise<Buffer | undefined> {
  const body: AsyncIterable<Uint8Array> | null = response.body;
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.byteLength;
    if (size > limit) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

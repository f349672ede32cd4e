// Runs the WebAssembly build and writes its results to standard output.
import { readFileSync, writeSync } from "node:fs";

const { instance } = await WebAssembly.instantiate(readFileSync(process.argv[2]), {});
const start = instance.exports.run();
const memory = instance.exports.memory.buffer;
const length = new DataView(memory).getUint32(start, true);
const bytes = new Uint8Array(memory, start + 4, length);
for (let at = 0; at < bytes.length; ) at += writeSync(1, bytes, at);

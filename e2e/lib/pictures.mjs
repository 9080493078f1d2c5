// Pictures to send: real files, made here.

import { deflateSync } from "node:zlib";

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const EIGHT_BITS_RGB = [8, 2, 0, 0, 0];

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit += 1) {
    crc = crc & 1 ? 0xedb88320 ^ (crc >>> 1) : crc >>> 1;
  }
  return crc;
});

function crc32(bytes) {
  const crc = bytes.reduce((crc, byte) => CRC_TABLE[(crc ^ byte) & 0xff] ^ (crc >>> 8), 0xffffffff);
  return (crc ^ 0xffffffff) >>> 0;
}

function uint32(value) {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  return Buffer.concat([uint32(data.length), body, uint32(crc32(body))]);
}

/** A PNG whose colours run from one corner to the other. */
export function png(width, height, [red, green, blue] = [232, 120, 70]) {
  const rows = Buffer.alloc(height * (1 + 3 * width));
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const light = (x / width + y / height) / 2;
      const at = y * (1 + 3 * width) + 1 + 3 * x;
      rows.set([red, green, blue].map((part) => Math.round(part * (0.4 + 0.6 * light))), at);
    }
  }
  const header = Buffer.concat([uint32(width), uint32(height), Buffer.from(EIGHT_BITS_RGB)]);
  return Buffer.concat([
    SIGNATURE,
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(rows)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

/** A file for `Person.attach`. */
export function pngFile(name, width, height, colour) {
  return { name, mimeType: "image/png", buffer: png(width, height, colour) };
}

/** A photo of hills that looks like one, drawn by the browser. `mood` chooses its colours. */
export async function landscape(page, name, width, height, mood) {
  const base64 = await page.evaluate(drawLandscape, { width, height, mood });
  return { name, mimeType: "image/jpeg", buffer: Buffer.from(base64, "base64") };
}

/* global document */
function drawLandscape({ width, height, mood }) {
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const pen = canvas.getContext("2d");
  const hue = 15 + 47 * mood;
  const sky = pen.createLinearGradient(0, 0, 0, height);
  sky.addColorStop(0, `hsl(${hue + 190} 55% 72%)`);
  sky.addColorStop(1, `hsl(${hue} 80% 86%)`);
  pen.fillStyle = sky;
  pen.fillRect(0, 0, width, height);
  pen.fillStyle = `hsl(${hue + 20} 95% 92%)`;
  pen.beginPath();
  pen.arc(width * (0.25 + 0.13 * (mood % 4)), height * 0.32, height * 0.09, 0, 2 * Math.PI);
  pen.fill();
  for (let hill = 0; hill < 4; hill += 1) {
    pen.fillStyle = `hsl(${hue + 130 - 9 * hill} ${24 + 4 * hill}% ${58 - 11 * hill}%)`;
    pen.beginPath();
    pen.moveTo(0, height);
    for (let x = 0; x <= width; x += 4) {
      const wave = Math.sin((x / width) * (3 + hill) + 1.7 * mood + 2 * hill);
      pen.lineTo(x, height * (0.55 + 0.11 * hill) - height * 0.09 * wave);
    }
    pen.lineTo(width, height);
    pen.fill();
  }
  return canvas.toDataURL("image/jpeg", 0.88).split(",")[1];
}

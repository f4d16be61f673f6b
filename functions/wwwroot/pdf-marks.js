// What a copy shows of itself without being parsed: its verification code (XMP is never compressed in PDF/A), and where its
// revisions end. Both only help to say "changed" instead of "not registered"; neither can make a verdict better.

const most = 8;

export function codesIn(bytes) {
  const codes = [];
  for (const at of placesOf(bytes, "<dc:identifier>")) {
    const text = String.fromCharCode(...bytes.subarray(at + 15, at + 15 + 40));
    const code = /^([0-9A-Z-]{17,24})<\/dc:identifier>/.exec(text)?.[1];
    if (code && !codes.includes(code)) codes.push(code);
  }
  return codes.slice(-most);
}

// Lengths of the file as it stood before something was appended: up to each %%EOF and the end of its line.
export function earlierLengths(bytes) {
  const lengths = new Set();
  for (const at of placesOf(bytes, "%%EOF")) {
    let end = at + 5;
    lengths.add(end);
    if (bytes[end] === 13) lengths.add(++end);
    if (bytes[end] === 10) lengths.add(++end);
  }
  return [...lengths].filter((length) => length < bytes.length).slice(-most);
}

function placesOf(bytes, word) {
  const wanted = Array.from(word, (letter) => letter.charCodeAt(0));
  const places = [];
  for (let at = bytes.indexOf(wanted[0]); at >= 0; at = bytes.indexOf(wanted[0], at + 1)) {
    if (wanted.every((letter, i) => bytes[at + i] === letter)) places.push(at);
  }
  return places;
}

/** The lines that only one of two texts has, `-` the old, `+` the new, in their order. */
export function differencesOf(before, after) {
  const [old, now] = [before.split('\n'), after.split('\n')];
  const lengths = commonLengths(old, now);
  const lines = [];
  for (let i = 0, k = 0; i < old.length || k < now.length;) {
    if (i < old.length && k < now.length && old[i] === now[k]) [i, k] = [i + 1, k + 1];
    else if (k === now.length || (i < old.length && lengths[i + 1][k] >= lengths[i][k + 1]))
      lines.push(`- ${old[i++]}`);
    else lines.push(`+ ${now[k++]}`);
  }
  return lines.join('\n');
}

/** Lengths of the longest common subsequences of what follows each pair of lines. */
function commonLengths(old, now) {
  const lengths = Array.from({ length: old.length + 1 }, () => new Uint32Array(now.length + 1));
  for (let i = old.length - 1; i >= 0; i -= 1)
    for (let k = now.length - 1; k >= 0; k -= 1)
      lengths[i][k] =
        old[i] === now[k] ? lengths[i + 1][k + 1] + 1 : Math.max(lengths[i + 1][k], lengths[i][k + 1]);
  return lengths;
}

/** Reads once what several metrics of one scrape need: a registry asks all of its metrics before it lets go of the thread. */
export function oncePerScrape<T>(read: () => T): () => T {
  let current: { readonly value: T } | undefined;
  return () => {
    if (!current) {
      current = { value: read() };
      queueMicrotask(() => (current = undefined));
    }
    return current.value;
  };
}

import { WriteBuffers } from './write-buffers.js';

describe('the buffers of a socket', () => {
  it('have the length that was asked for, and are no part of each other while they are in use', () => {
    const buffers = new WriteBuffers();
    const taken = [0, 4, 4_096, 15_000, 20_480, 20_481, 100_000].map((bytes) => buffers.take(bytes));
    expect(taken.map(({ length }) => length)).toEqual([0, 4, 4_096, 15_000, 20_480, 20_481, 100_000]);
    taken.forEach((buffer, i) => buffer.fill(i));
    expect(taken.every((buffer, i) => buffer.every((byte) => byte === i))).toBe(true);
  });

  it('are used again once they were given back, a few of them', () => {
    const buffers = new WriteBuffers();
    const taken = Array.from({ length: 10 }, () => buffers.take(10_000));
    for (const buffer of taken) buffers.give(buffer);
    const again = Array.from({ length: 10 }, () => buffers.take(15_000));
    const memories = new Set(taken.map(({ buffer }) => buffer));
    expect(again.filter(({ buffer }) => memories.has(buffer))).toHaveLength(4);
    expect(new Set(again.map(({ buffer }) => buffer)).size).toBe(10);
  });

  it('of other sizes are not kept: neither small ones, which share their memory, nor large ones', () => {
    const buffers = new WriteBuffers();
    const small = buffers.take(100);
    for (const buffer of [small, buffers.take(1_000_000)]) buffers.give(buffer);
    const next = buffers.take(10_000);
    expect(next.buffer).not.toBe(small.buffer);
    expect(next.buffer.byteLength).toBeLessThan(1_000_000);
  });
});

/** What the store has of a name. */
export interface Entry {
  /** Of the entry as it is now. */
  readonly revision: number;
  /** The entry is the mark that a release left. */
  readonly isReleased: boolean;
  readonly holder: string;
  /** The revision of the claim. */
  readonly epoch: number;
  /** Which claim it was, as long as it was not renewed. */
  readonly claim?: string;
}

/** Of a name that is claimed. Its epoch is the revision it gets, which nobody knows yet. */
export function claimedValue(holder: string, claim: string): string {
  return JSON.stringify({ holder, claim });
}

export function renewedValue({ holder, epoch }: { readonly holder: string; readonly epoch: number }): string {
  return JSON.stringify({ holder, epoch });
}

/** A value that is none of ours is somebody's who is not known: the name is taken, and by none of our leases. */
export function readEntry(revision: number, isReleased: boolean, value: string): Entry {
  const { holder, epoch, claim } = isReleased ? {} : fieldsOf(value);
  return {
    revision,
    isReleased,
    holder: typeof holder === 'string' ? holder : 'unknown',
    epoch: Number.isSafeInteger(epoch) && (epoch as number) > 0 ? (epoch as number) : revision,
    ...(typeof claim === 'string' ? { claim } : {}),
  };
}

function fieldsOf(value: string): Record<string, unknown> {
  try {
    const fields: unknown = JSON.parse(value);
    return typeof fields === 'object' && fields !== null ? (fields as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

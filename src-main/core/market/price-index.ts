/** Keys are integers from 0 to this, 2^30 − 1: six digits of five bits. */
export const MAX_KEY = 1_073_741_823;

const DIGIT_BITS = 5;
const DIGIT_MASK = 31;
/** Nodes at depths 0 to 4 point to nodes; those at depth 5, the leaves, hold quantities. */
const LEAF_DEPTH = 5;
const ROOT = 0;
const NONE = -1;
const INITIAL_NODES = 64;

/** An index holds as many levels as it may. Whoever filled it has to give up its book: it can no longer be complete. */
export class LevelLimitError extends RangeError {
  override readonly name = 'LevelLimitError';
}

/**
 * An ordered map from integer keys to quantities: a radix trie, 32 children to a node, whose bitmaps answer "the next key
 * below" with one count of leading zeros per level. Every operation visits at most six nodes whatever is stored, so
 * nothing is ever rebalanced or moved. The path to the key visited last is kept (a finger, as in finger search trees):
 * work starts where the two paths part, which for neighbouring prices is the leaf itself.
 *
 * Memory grows geometrically, emptied nodes are used again, and nothing is allocated otherwise.
 */
export class PriceIndex {
  private readonly maxLevels: number;
  private children = new Int32Array(INITIAL_NODES << DIGIT_BITS);
  /** Which children of a node exist; in a free node, the next free one. */
  private nodeBits = new Int32Array(INITIAL_NODES);
  private nodesUsed = 1;
  private freeNode = NONE;
  private quantities = new Float64Array(INITIAL_NODES << DIGIT_BITS);
  /** Which keys of a leaf exist; in a free leaf, the next free one. */
  private leafBits = new Int32Array(INITIAL_NODES);
  private leavesUsed = 0;
  private freeLeaf = NONE;
  /** The nodes on the way to `fingerKey`, by depth, as far as they exist: to `fingerDepth`. */
  private readonly path = new Int32Array(LEAF_DEPTH + 1);
  private fingerKey = 0;
  private fingerDepth = 0;
  private levels = 0;

  /** @throws RangeError when `maxLevels` is not a positive integer. */
  constructor(maxLevels: number) {
    if (!Number.isSafeInteger(maxLevels) || maxLevels < 1) {
      throw new RangeError(`a price index needs a positive limit of levels, not ${maxLevels}`);
    }
    this.maxLevels = maxLevels;
  }

  /** How many keys there are. */
  get size(): number {
    return this.levels;
  }

  /** The quantity at `key`, 0 when there is none. `key` is an integer from 0 to {@link MAX_KEY}. */
  get(key: number): number {
    const leaf = this.locate(key);
    if (leaf === NONE || ((this.leafBits[leaf] >>> (key & DIGIT_MASK)) & 1) === 0) return 0;
    return this.quantities[(leaf << DIGIT_BITS) | (key & DIGIT_MASK)];
  }

  /**
   * Puts `quantity`, which is positive, at `key`.
   * @throws LevelLimitError when the key is new and the index full; nothing has changed then.
   */
  set(key: number, quantity: number): void {
    let leaf = this.locate(key);
    const digit = key & DIGIT_MASK;
    if (leaf === NONE || ((this.leafBits[leaf] >>> digit) & 1) === 0) {
      if (this.levels >= this.maxLevels) {
        throw new LevelLimitError(
          `the book has ${this.maxLevels} levels on one side, the most it may (maxLevelsPerSide)`,
        );
      }
      if (leaf === NONE) leaf = this.grow(key);
      this.leafBits[leaf] |= 1 << digit;
      this.levels += 1;
    }
    this.quantities[(leaf << DIGIT_BITS) | digit] = quantity;
  }

  /** Removes `key`, if it is there. */
  remove(key: number): void {
    const leaf = this.locate(key);
    if (leaf === NONE) return;
    const bit = 1 << (key & DIGIT_MASK);
    const bits = this.leafBits[leaf];
    if ((bits & bit) === 0) return;
    this.levels -= 1;
    this.leafBits[leaf] = bits & ~bit;
    if (bits === bit) this.prune(key, leaf);
  }

  /** The highest key below `key`, −1 when there is none. */
  below(key: number): number {
    this.locate(key);
    for (let depth = this.fingerDepth; depth >= 0; depth--) {
      const shift = DIGIT_BITS * (LEAF_DEPTH - depth);
      const bits = depth === LEAF_DEPTH ? this.leafBits[this.path[depth]] : this.nodeBits[this.path[depth]];
      const lower = bits & ~(-1 << ((key >>> shift) & DIGIT_MASK));
      if (lower !== 0) return this.descend(depth, (key >>> shift) & ~DIGIT_MASK, lower);
    }
    return NONE;
  }

  /** The highest key, −1 when there is none. */
  highest(): number {
    return this.levels === 0 ? NONE : this.descend(0, 0, this.nodeBits[ROOT]);
  }

  clear(): void {
    this.nodeBits[ROOT] = 0;
    this.nodesUsed = 1;
    this.freeNode = NONE;
    this.leavesUsed = 0;
    this.freeLeaf = NONE;
    this.fingerDepth = 0;
    this.levels = 0;
  }

  /** Moves the finger to `key`, as deep as nodes exist; returns its leaf or −1. */
  private locate(key: number): number {
    // The highest differing bit tells the first differing digit, and the node above that digit is shared.
    // (h · 13) >> 6 is ⌊h / 5⌋ for every h below 30, and −1 for h = −1, the same key.
    const highestBit = 31 - Math.clz32(key ^ this.fingerKey);
    let depth = Math.min(LEAF_DEPTH - ((highestBit * 13) >> 6), this.fingerDepth);
    let node = this.path[depth];
    while (depth < LEAF_DEPTH) {
      const digit = (key >>> (DIGIT_BITS * (LEAF_DEPTH - depth))) & DIGIT_MASK;
      if (((this.nodeBits[node] >>> digit) & 1) === 0) break;
      node = this.children[(node << DIGIT_BITS) | digit];
      depth += 1;
      this.path[depth] = node;
    }
    this.fingerKey = key;
    this.fingerDepth = depth;
    return depth === LEAF_DEPTH ? node : NONE;
  }

  /** Makes the nodes that the finger lacks on its way to `key`; returns the leaf. */
  private grow(key: number): number {
    let node = this.path[this.fingerDepth];
    for (let depth = this.fingerDepth; depth < LEAF_DEPTH; depth++) {
      const digit = (key >>> (DIGIT_BITS * (LEAF_DEPTH - depth))) & DIGIT_MASK;
      const child = depth + 1 === LEAF_DEPTH ? this.takeLeaf() : this.takeNode();
      this.nodeBits[node] |= 1 << digit;
      this.children[(node << DIGIT_BITS) | digit] = child;
      this.path[depth + 1] = child;
      node = child;
    }
    this.fingerDepth = LEAF_DEPTH;
    return node;
  }

  /** Frees the emptied leaf under the finger, and every node that this empties. The root stays. */
  private prune(key: number, leaf: number): void {
    this.leafBits[leaf] = this.freeLeaf;
    this.freeLeaf = leaf;
    for (let depth = LEAF_DEPTH - 1; depth >= 0; depth--) {
      const node = this.path[depth];
      const bits = this.nodeBits[node] & ~(1 << ((key >>> (DIGIT_BITS * (LEAF_DEPTH - depth))) & DIGIT_MASK));
      this.nodeBits[node] = bits;
      this.fingerDepth = depth;
      if (bits !== 0 || depth === 0) return;
      this.nodeBits[node] = this.freeNode;
      this.freeNode = node;
    }
  }

  /**
   * The highest key under the node that the path has at `depth`, among its children in `bits`. `prefix` holds the digits
   * above, with a zero digit at the end. Leaves the finger there.
   */
  private descend(depth: number, prefix: number, bits: number): number {
    let key = prefix | (31 - Math.clz32(bits));
    let node = this.path[depth];
    for (let level = depth; level < LEAF_DEPTH; level++) {
      node = this.children[(node << DIGIT_BITS) | (key & DIGIT_MASK)];
      this.path[level + 1] = node;
      const below = level + 1 === LEAF_DEPTH ? this.leafBits[node] : this.nodeBits[node];
      key = (key << DIGIT_BITS) | (31 - Math.clz32(below));
    }
    this.fingerKey = key;
    this.fingerDepth = LEAF_DEPTH;
    return key;
  }

  private takeNode(): number {
    let node = this.freeNode;
    if (node !== NONE) {
      this.freeNode = this.nodeBits[node];
    } else {
      if (this.nodesUsed === this.nodeBits.length) {
        this.nodeBits = doubled(this.nodeBits);
        this.children = doubled(this.children);
      }
      node = this.nodesUsed++;
    }
    this.nodeBits[node] = 0;
    return node;
  }

  private takeLeaf(): number {
    let leaf = this.freeLeaf;
    if (leaf !== NONE) {
      this.freeLeaf = this.leafBits[leaf];
    } else {
      if (this.leavesUsed === this.leafBits.length) {
        this.leafBits = doubled(this.leafBits);
        const wider = new Float64Array(this.quantities.length * 2);
        wider.set(this.quantities);
        this.quantities = wider;
      }
      leaf = this.leavesUsed++;
    }
    this.leafBits[leaf] = 0;
    return leaf;
  }
}

function doubled(array: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const wider = new Int32Array(array.length * 2);
  wider.set(array);
  return wider;
}

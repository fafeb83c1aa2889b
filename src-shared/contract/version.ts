/** Raised with every change that an older window or desk would not understand. Both ends say theirs first, and differ only once. */
export const CONTRACT_VERSION = 1;

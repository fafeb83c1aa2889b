/** The desk's own books contradict themselves, or what is to be booked would make them. The desk stops. */
export class InvariantError extends Error {
  override readonly name = 'InvariantError';
}

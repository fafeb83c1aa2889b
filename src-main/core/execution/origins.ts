/** The origin of orders that a person asked for. Stopped strategies do not stop it: exits stay possible. */
export const OPERATOR_ORIGIN = 'operator';
/** The origin of orders that another hand sent for the same account. */
export const FOREIGN_ORIGIN = 'foreign';
/** The origin of the desk's own orders that left before they were on disk, and that a crash forgot. */
export const RECOVERED_ORIGIN = 'recovered';

/** Whether an order of this origin is a strategy's, so that the desk may do with it as it finds right. */
export function isStrategys(origin: string): boolean {
  return origin !== OPERATOR_ORIGIN && origin !== FOREIGN_ORIGIN && origin !== RECOVERED_ORIGIN;
}

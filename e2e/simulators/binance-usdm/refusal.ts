/** The venue does not do what was asked; `code` and message are its documentation's. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: number;
  /** Of HTTP, and of the WebSocket API alike. */
  readonly status: number;

  constructor(code: number, message: string, status = 400) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

export const missing = (name: string) =>
  new Refusal(-1102, `Mandatory parameter '${name}' was not sent, was empty/null, or malformed.`);
export const invalid = (name: string) => new Refusal(-1130, `Data sent for parameter '${name}' is not valid.`);
export const illegal = (name: string, range: string) =>
  new Refusal(-1100, `Illegal characters found in parameter '${name}'; legal range is '${range}'.`);
export const badPrecision = () => new Refusal(-1111, 'Precision is over the maximum defined for this asset.');
export const badSymbol = () => new Refusal(-1121, 'Invalid symbol.');
export const unknownOrder = () => new Refusal(-2011, 'Unknown order sent.');
export const noSuchOrder = () => new Refusal(-2013, 'Order does not exist.');
export const badListenKey = () =>
  new Refusal(-1125, 'This listenKey does not exist. Please use POST /fapi/v1/listenKey to recreate listenKey.');
export const unsupported = () => new Refusal(-1020, 'This operation is not supported.');

/** The nonce that the page's content security policy allows for `<style>` elements; undefined where the page has none. */
export function styleNonce(): string | undefined {
  const nonce = document.querySelector('meta[name=style-nonce]')?.getAttribute('content');
  return nonce === null || nonce === '' ? undefined : nonce;
}

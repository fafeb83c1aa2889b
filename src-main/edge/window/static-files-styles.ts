/**
 * Inline styles of libraries that know no nonce, for the content policy: lightweight-charts places its attribution with one.
 */
export const LIBRARY_STYLES: readonly string[] = ['sha256-3pRED1tOXas1FXFoPb9TGCjmYe9XQsmO9OV23khV2nY='];

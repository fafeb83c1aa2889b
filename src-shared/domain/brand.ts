/** A nominal type over a structural one: ticks and lots are both numbers, and must never be mixed up. */
export type Brand<T, Name extends string> = T & { readonly __brand: Name };

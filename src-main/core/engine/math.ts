/**
 * The one place where the core meets transcendental functions. ECMAScript leaves their last digit to the engine, so the
 * journal records which V8 computed them, and a replay on another says so. Arithmetic, `sqrt` and rounding are exact
 * everywhere and need no entry here.
 */
export const { exp, expm1, log, log1p, pow, sin, cos, tan, tanh, atan2 } = Math;

export const TAU = 2 * Math.PI;

import { exp } from '../core/engine/math.ts';
import type { Random, RandomState } from '../core/engine/random.ts';

/**
 * A multivariate Hawkes process whose kernels are one mixture of exponentials, scaled by the branching matrix:
 * φ_ij(t) = branching[i][j] · Σ_k weights[k] · decays[k] · e^(−decays[k]·t).
 */
export interface HawkesParameters {
  /** Immigrants of each type per second, μ. */
  readonly baselinePerSecond: readonly number[];
  /** Row i, column j: mean number of direct children of type i of one event of type j. */
  readonly branching: readonly (readonly number[])[];
  readonly decaysPerSecond: readonly number[];
  /** How the children spread over the decays; sums to 1. */
  readonly weights: readonly number[];
}

export interface HawkesSnapshot {
  readonly seconds: number;
  readonly type: number;
  readonly excitation: Float64Array;
  readonly random: RandomState;
}

export class HawkesError extends RangeError {
  override readonly name = 'HawkesError';
}

/**
 * Mean intensities per second, Λ = (I − Φ)⁻¹ μ (Hawkes, "Spectra of some self-exciting and mutually exciting point
 * processes", Biometrika 58, 1971, eq. 9).
 * @throws HawkesError when the process is not stationary.
 */
export function meanIntensities(parameters: HawkesParameters): number[] {
  checkShape(parameters);
  const { branching, baselinePerSecond } = parameters;
  const families = solve(
    branching,
    branching.map(() => 1),
  );
  // For a matrix without negative entries, (I − Φ)x = 1 has a positive solution exactly when its spectral radius is
  // below 1 (I − Φ is then an M-matrix). x counts the whole family of one event.
  if (!families.every((size) => Number.isFinite(size) && size > 0)) {
    throw new HawkesError(
      'the branching matrix has a spectral radius of 1 or more: lower its entries, or events explode',
    );
  }
  return solve(branching, baselinePerSecond);
}

/**
 * Draws the process exactly by thinning (Ogata, "On Lewis' simulation method for point processes", IEEE Transactions on
 * Information Theory 27, 1981, algorithm 2): between events the intensity only falls, so its present value bounds it.
 */
export class Hawkes {
  /** Time of the last event, in seconds since the start. */
  seconds = 0;
  /** Its type. */
  type = -1;
  private readonly parameters: HawkesParameters;
  private readonly types: number;
  private readonly baseline: number;
  private readonly random: Random;
  /** Excitation of type i by decay k at `k · types + i`, as of `seconds`. */
  private readonly excitation: Float64Array;

  /** @throws HawkesError when shapes do not fit, an entry is negative, or the process is not stationary. */
  constructor(parameters: HawkesParameters, random: Random) {
    meanIntensities(parameters);
    this.parameters = parameters;
    this.types = parameters.baselinePerSecond.length;
    this.baseline = parameters.baselinePerSecond.reduce((sum, rate) => sum + rate, 0);
    this.random = random;
    this.excitation = new Float64Array(this.types * parameters.decaysPerSecond.length);
  }

  /** Moves to the next event; its time and type are in `seconds` and `type`. */
  advance(): void {
    let bound = this.totalIntensity();
    for (;;) {
      this.decay(this.random.exponential() / bound);
      const intensity = this.totalIntensity();
      const draw = this.random.uniform() * bound;
      if (draw < intensity) {
        this.type = this.typeAt(draw);
        this.excite(this.type);
        return;
      }
      bound = intensity;
    }
  }

  snapshot(): HawkesSnapshot {
    return {
      seconds: this.seconds,
      type: this.type,
      excitation: this.excitation.slice(),
      random: this.random.snapshot(),
    };
  }

  restore(snapshot: HawkesSnapshot): void {
    this.seconds = snapshot.seconds;
    this.type = snapshot.type;
    this.excitation.set(snapshot.excitation);
    this.random.restore(snapshot.random);
  }

  private totalIntensity(): number {
    let total = this.baseline;
    for (let i = 0; i < this.excitation.length; i++) total += this.excitation[i];
    return total;
  }

  private decay(seconds: number): void {
    const { decaysPerSecond } = this.parameters;
    this.seconds += seconds;
    for (let k = 0; k < decaysPerSecond.length; k++) {
      const factor = exp(-decaysPerSecond[k] * seconds);
      for (let i = 0; i < this.types; i++) this.excitation[k * this.types + i] *= factor;
    }
  }

  /** The type whose share of the total intensity `draw` falls into. */
  private typeAt(draw: number): number {
    let left = draw;
    for (let type = 0; type < this.types - 1; type++) {
      left -= this.parameters.baselinePerSecond[type];
      for (let i = type; i < this.excitation.length; i += this.types) left -= this.excitation[i];
      if (left < 0) return type;
    }
    return this.types - 1;
  }

  private excite(source: number): void {
    const { branching, decaysPerSecond, weights } = this.parameters;
    for (let k = 0; k < decaysPerSecond.length; k++) {
      for (let i = 0; i < this.types; i++) {
        this.excitation[k * this.types + i] += branching[i][source] * weights[k] * decaysPerSecond[k];
      }
    }
  }
}

function checkShape({ baselinePerSecond, branching, decaysPerSecond, weights }: HawkesParameters): void {
  const types = baselinePerSecond.length;
  const natural = (values: readonly number[]): boolean => values.every((value) => Number.isFinite(value) && value >= 0);
  if (branching.length !== types || branching.some((row) => row.length !== types)) {
    throw new HawkesError(`the branching matrix must be ${types} × ${types}, one row and column per baseline`);
  }
  if (!natural(baselinePerSecond) || !branching.every(natural) || !natural(weights)) {
    throw new HawkesError('baselines, branching and weights must be finite and not negative');
  }
  if (!baselinePerSecond.some((rate) => rate > 0)) throw new HawkesError('one baseline at least must be positive');
  if (
    decaysPerSecond.length !== weights.length ||
    !decaysPerSecond.every((decay) => decay > 0 && Number.isFinite(decay))
  ) {
    throw new HawkesError('every weight needs its positive decay');
  }
  const sum = weights.reduce((total, weight) => total + weight, 0);
  if (Math.abs(sum - 1) > 1e-9) throw new HawkesError(`weights must sum to 1, not ${sum}`);
}

/** x with (I − `matrix`) x = `right`, by Gaussian elimination with partial pivoting; not finite where it is singular. */
function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const n = right.length;
  const rows = matrix.map((row, i) => [...row.map((value, j) => (i === j ? 1 : 0) - value), right[i]]);
  for (let column = 0; column < n; column++) {
    let pivot = column;
    for (let i = column + 1; i < n; i++) if (Math.abs(rows[i][column]) > Math.abs(rows[pivot][column])) pivot = i;
    [rows[column], rows[pivot]] = [rows[pivot], rows[column]];
    for (let i = 0; i < n; i++) {
      if (i === column) continue;
      const factor = rows[i][column] / rows[column][column];
      for (let j = column; j <= n; j++) rows[i][j] -= factor * rows[column][j];
    }
  }
  return rows.map((row, i) => row[n] / row[i]);
}

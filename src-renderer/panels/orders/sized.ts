/** At least `px` wide, and more in the same measure where there is room: letters are larger on large screens. */
export function sized(px: number): { readonly flex: number; readonly minWidth: number } {
  return { flex: px, minWidth: px };
}

// Numbers into rows.

/**
 * @typedef {object} Row
 * @property {string} name
 * @property {string} unit
 * @property {number} [median]
 * @property {number} [p95]
 * @property {number} [n] samples
 * @property {string} [budget] what it should keep within
 * @property {boolean} [met]
 *
 * @typedef {{ title: string, note?: string, rows: Row[] }} Table
 */

/**
 * The value that a share `q` of the samples does not exceed.
 * @param {number[]} samples
 * @param {number} q
 */
export function quantile(samples, q) {
    const sorted = [...samples].sort((a, b) => a - b);
    if (sorted.length === 0) return NaN;
    const at = q * (sorted.length - 1);
    const low = Math.floor(at);
    return sorted[low] + (sorted[Math.ceil(at)] - sorted[low]) * (at - low);
}

/**
 * @param {string} name
 * @param {string} unit
 * @param {number[]} samples
 * @param {{ median?: number, p95?: number }} [budget] the most
 * @returns {Row & { samples: number[] }}
 */
export function row(name, unit, samples, budget = {}) {
    const [median, p95] = [quantile(samples, 0.5), quantile(samples, 0.95)];
    return { name, unit, n: samples.length, median, p95, ...judged({ median, p95 }, budget), samples };
}

/**
 * @param {{ median: number, p95: number }} got
 * @param {{ median?: number, p95?: number, least?: number }} budget
 */
export function judged(got, budget) {
    const parts = [];
    let met = true;
    if (budget.median !== undefined) {
        parts.push(`p50 ≤ ${budget.median}`);
        met &&= got.median <= budget.median;
    }
    if (budget.p95 !== undefined) {
        parts.push(`p95 ≤ ${budget.p95}`);
        met &&= got.p95 <= budget.p95;
    }
    if (budget.least !== undefined) {
        parts.push(`≥ ${budget.least}`);
        met &&= got.median >= budget.least;
    }
    return parts.length > 0 ? { budget: parts.join(", "), met } : {};
}

/** @param {Table} table */
export function print({ title, note, rows }) {
    const number = (value) => (value === undefined || Number.isNaN(value) ? "–" : value.toFixed(value < 10 ? 2 : 1));
    const cells = rows.map((r) => [
        r.name, r.unit, number(r.median), number(r.p95), r.n === undefined ? "" : String(r.n), r.budget ?? "",
        r.met === undefined ? "" : r.met ? "ok" : "OVER",
    ]);
    const head = ["", "unit", "median", "p95", "n", "budget", ""];
    const widths = head.map((word, column) => Math.max(word.length, ...cells.map((line) => line[column].length)));
    const line = (words) =>
        words.map((word, at) => (at >= 2 && at <= 4 ? word.padStart(widths[at]) : word.padEnd(widths[at]))).join("  ").trimEnd();
    console.log(`\n${title}`);
    if (note) console.log(`  ${note}`);
    console.log(`  ${line(head)}`);
    for (const words of cells) console.log(`  ${line(words)}`);
}

// Distributions out of /metrics: what happened between two readings.

/** Bounds and counts of one stage's histogram. */
function buckets(metrics, stage) {
    const found = [];
    for (const [name, value] of metrics) {
        const match = /^tos_stage_seconds_bucket\{stage="(\w+)",le="([^"]+)"\}$/.exec(name);
        if (match?.[1] === stage) found.push([match[2] === "+Inf" ? Infinity : Number(match[2]), value]);
    }
    return found.sort((a, b) => a[0] - b[0]);
}

/**
 * Median and 95th percentile of a stage between two readings, milliseconds, interpolated inside their buckets.
 * @param {Map<string, number>} before
 * @param {Map<string, number>} after
 * @param {string} stage
 */
export function stage(before, after, stage) {
    const earlier = new Map(buckets(before, stage));
    const cumulative = buckets(after, stage).map(([bound, count]) => [bound, count - (earlier.get(bound) ?? 0)]);
    const n = cumulative.at(-1)?.[1] ?? 0;
    const at = (q) => {
        let [low, seen] = [0, 0];
        for (const [bound, count] of cumulative) {
            if (count >= q * n && count > seen) {
                const high = bound === Infinity ? low : bound;
                return (low + (high - low) * ((q * n - seen) / (count - seen))) * 1000;
            }
            [low, seen] = [bound, count];
        }
        return NaN;
    };
    return n === 0 ? { n, median: NaN, p95: NaN } : { n, median: at(0.5), p95: at(0.95) };
}

/** How much a counter grew. */
export function grown(before, after, name) {
    return (after.get(name) ?? 0) - (before.get(name) ?? 0);
}

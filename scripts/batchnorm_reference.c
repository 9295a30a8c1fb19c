/* Column-wise batch normalisation of a row-major n×d array and its gradient: the C that `bench_kernels.py` measures against.

     Ŷ = (Y − mean Y) / √(var Y + ε),   Z = Ŷ diag(γ) + 1βᵀ,
     ∇_Y = (G − mean G − Ŷ · (column sum of G∘Ŷ) / (n − ddof)) / √(var Y + ε),   G = ∇_Z diag(γ).

   Compiled once for every type:  gcc -O3 -march=native -ffp-contract=fast -fopenmp -DREAL=float|double.

   Two passes over memory, each in whole rows and in order.  The first sums moments about a guess of every column's mean
   (so nothing cancels), in REAL over a block of rows and in double over blocks; the second writes the answer once.  A mean
   is kept as a high part, rounded to REAL, and the low part that rounding dropped.  Rows are cut into chunks that depend
   on the shape only, and every chunk is read as three streams of rows, which share the loads of what belongs to a column. */

#include <math.h>
#include <stdlib.h>

enum { SAMPLE = 32, BLOCK = 64, SKEW = 16, CHUNK_BYTES = 1 << 20, CHUNK_ROWS = 256, ONE_THREAD_BYTES = 1 << 18 };

/* What pass 2 needs of a column: the means' parts, and the factors of the two centred arrays (or Z's factor and β). */
typedef struct {
    REAL *y_high, *y_low, *g_high, *g_low, *factor, *other;
} Columns;

static long chunk_count(long n, long d) {
    long by_bytes = n * d * (long)sizeof(REAL) / CHUNK_BYTES, by_rows = n / CHUNK_ROWS;
    long count = by_bytes < by_rows ? by_bytes : by_rows;
    return count > 2 ? count : n * d * (long)sizeof(REAL) < ONE_THREAD_BYTES ? 1 : 2;
}

/* The length of each of three streams of rows: odd, so that they do not start on the same cache sets. */
static long third_of(long rows) {
    long third = rows / 3;
    return third - 1 + third % 2;
}

/* The mean of up to 32 rows spread evenly, without each column's least and largest: one outlier does not move it. */
static void guess_means(const REAL *restrict X, long n, long d, REAL *restrict shift) {
    long k = n < SAMPLE ? n : SAMPLE;
    double *total = malloc(3 * d * sizeof *total), *low = total + d, *high = total + 2 * d;
    for (long j = 0; j < d; j++) total[j] = 0, low[j] = INFINITY, high[j] = -INFINITY;
    for (long r = 0; r < k; r++) {
        const REAL *restrict x = X + (2 * r + 1) * n / (2 * k) * d;
        for (long j = 0; j < d; j++) {
            total[j] += x[j];
            low[j] = x[j] < low[j] ? x[j] : low[j];
            high[j] = x[j] > high[j] ? x[j] : high[j];
        }
    }
    for (long j = 0; j < d; j++) shift[j] = k > 2 ? (total[j] - low[j] - high[j]) / (k - 2) : total[j] / k;
    free(total);
}

/* Adds to totals the column sums of u and u² over rows [first, last), u = Y − s. */
static void moments_of_one(const REAL *restrict Y, long first, long last, long d, const REAL *restrict s,
                           double *restrict totals) {
    long third = third_of(last - first), stride = d + SKEW;
    REAL *work = calloc(2 * stride, sizeof *work);
    REAL *restrict a = work, *restrict b = work + stride;
    for (long begin = first; begin < first + third; begin += BLOCK) {
        long end = begin + BLOCK < first + third ? begin + BLOCK : first + third;
        for (long i = begin; i < end; i++) {
            const REAL *restrict y = Y + i * d, *restrict y1 = y + third * d, *restrict y2 = y1 + third * d;
            for (long j = 0; j < d; j++) {
                REAL u = y[j] - s[j], u1 = y1[j] - s[j], u2 = y2[j] - s[j];
                a[j] += u + u1 + u2;
                b[j] += u * u + u1 * u1 + u2 * u2;
            }
        }
        for (long j = 0; j < d; j++) totals[j] += a[j], totals[d + j] += b[j], a[j] = 0, b[j] = 0;
    }
    for (long i = first + 3 * third; i < last; i++)
        for (long j = 0; j < d; j++) {
            REAL u = Y[i * d + j] - s[j];
            totals[j] += u, totals[d + j] += u * u;
        }
    free(work);
}

/* Adds to totals the column sums of u, u², v and uv over rows [first, last), u = Y − s, v = G − t. */
static void moments_of_two(const REAL *restrict Y, const REAL *restrict G, long first, long last, long d,
                           const REAL *restrict s, const REAL *restrict t, double *restrict totals) {
    long third = third_of(last - first), stride = d + SKEW;
    REAL *work = calloc(4 * stride, sizeof *work);
    REAL *restrict a = work, *restrict b = a + stride, *restrict c = b + stride, *restrict e = c + stride;
    for (long begin = first; begin < first + third; begin += BLOCK) {
        long end = begin + BLOCK < first + third ? begin + BLOCK : first + third;
        for (long i = begin; i < end; i++) {
            const REAL *restrict y = Y + i * d, *restrict y1 = y + third * d, *restrict y2 = y1 + third * d;
            const REAL *restrict g = G + i * d, *restrict g1 = g + third * d, *restrict g2 = g1 + third * d;
            for (long j = 0; j < d; j++) {
                REAL u = y[j] - s[j], u1 = y1[j] - s[j], u2 = y2[j] - s[j];
                REAL v = g[j] - t[j], v1 = g1[j] - t[j], v2 = g2[j] - t[j];
                a[j] += u + u1 + u2;
                b[j] += u * u + u1 * u1 + u2 * u2;
                c[j] += v + v1 + v2;
                e[j] += u * v + u1 * v1 + u2 * v2;
            }
        }
        for (long j = 0; j < d; j++) {
            totals[j] += a[j], totals[d + j] += b[j], totals[2 * d + j] += c[j], totals[3 * d + j] += e[j];
            a[j] = 0, b[j] = 0, c[j] = 0, e[j] = 0;
        }
    }
    for (long i = first + 3 * third; i < last; i++)
        for (long j = 0; j < d; j++) {
            REAL u = Y[i * d + j] - s[j], v = G[i * d + j] - t[j];
            totals[j] += u, totals[d + j] += u * u, totals[2 * d + j] += v, totals[3 * d + j] += u * v;
        }
    free(work);
}

/* Writes Z = (Y − mean)·factor + other for rows [first, last). */
static void write_forward(const REAL *restrict Y, REAL *restrict Z, long first, long last, long d, Columns columns) {
    const REAL *restrict h = columns.y_high, *restrict l = columns.y_low;
    const REAL *restrict w = columns.factor, *restrict b = columns.other;
    long third = third_of(last - first);
    for (long i = first; i < first + third; i++) {
        const REAL *restrict y = Y + i * d, *restrict y1 = y + third * d, *restrict y2 = y1 + third * d;
        REAL *restrict z = Z + i * d, *restrict z1 = z + third * d, *restrict z2 = z1 + third * d;
        for (long j = 0; j < d; j++) {
            z[j] = ((y[j] - h[j]) - l[j]) * w[j] + b[j];
            z1[j] = ((y1[j] - h[j]) - l[j]) * w[j] + b[j];
            z2[j] = ((y2[j] - h[j]) - l[j]) * w[j] + b[j];
        }
    }
    for (long i = first + 3 * third; i < last; i++)
        for (long j = 0; j < d; j++) Z[i * d + j] = ((Y[i * d + j] - h[j]) - l[j]) * w[j] + b[j];
}

/* Writes ∇_Y = (G − mean)·factor − (Y − mean)·other for rows [first, last). */
static void write_backward(const REAL *restrict Y, const REAL *restrict G, REAL *restrict X, long first, long last,
                           long d, Columns columns) {
    const REAL *restrict h = columns.y_high, *restrict l = columns.y_low;
    const REAL *restrict p = columns.g_high, *restrict q = columns.g_low;
    const REAL *restrict w = columns.factor, *restrict k = columns.other;
    long third = third_of(last - first);
    for (long i = first; i < first + third; i++) {
        const REAL *restrict y = Y + i * d, *restrict y1 = y + third * d, *restrict y2 = y1 + third * d;
        const REAL *restrict g = G + i * d, *restrict g1 = g + third * d, *restrict g2 = g1 + third * d;
        REAL *restrict x = X + i * d, *restrict x1 = x + third * d, *restrict x2 = x1 + third * d;
        for (long j = 0; j < d; j++) {
            x[j] = ((g[j] - p[j]) - q[j]) * w[j] - ((y[j] - h[j]) - l[j]) * k[j];
            x1[j] = ((g1[j] - p[j]) - q[j]) * w[j] - ((y1[j] - h[j]) - l[j]) * k[j];
            x2[j] = ((g2[j] - p[j]) - q[j]) * w[j] - ((y2[j] - h[j]) - l[j]) * k[j];
        }
    }
    for (long i = first + 3 * third; i < last; i++)
        for (long j = 0; j < d; j++)
            X[i * d + j] = ((G[i * d + j] - p[j]) - q[j]) * w[j] - ((Y[i * d + j] - h[j]) - l[j]) * k[j];
}

static void add_chunks(double *totals, long chunks, long width) {
    for (long c = 1; c < chunks; c++)
        for (long j = 0; j < width; j++) totals[j] += totals[c * width + j];
}

static void split(REAL guess, double rest, REAL *high, REAL *low) {
    *high = (REAL)(guess + rest);
    *low = (REAL)(((double)guess - (double)*high) + rest);
}

/* Z = Ŷ diag(γ) + 1βᵀ; γ and β may be null: ones and zeros.  Y, Z : n×d;  γ, β : d. */
void forward(const REAL *Y, const REAL *gamma, const REAL *beta, REAL *Z, long n, long d, double ddof, double eps,
             int threads) {
    long chunks = chunk_count(n, d), stride = d + SKEW;
    double *totals = calloc(2 * d * chunks, sizeof *totals);
    REAL *work = malloc(5 * stride * sizeof *work), *shift = work + 4 * stride;
    Columns columns = {work, work + stride, NULL, NULL, work + 2 * stride, work + 3 * stride};
    guess_means(Y, n, d, shift);
#pragma omp parallel for num_threads(threads) if (chunks > 1 && threads > 1)
    for (long c = 0; c < chunks; c++)
        moments_of_one(Y, n * c / chunks, n * (c + 1) / chunks, d, shift, totals + 2 * d * c);
    add_chunks(totals, chunks, 2 * d);
    for (long j = 0; j < d; j++) {
        double mean = totals[j] / n, variance = (totals[d + j] - totals[j] * mean) / (n - ddof);
        split(shift[j], mean, &columns.y_high[j], &columns.y_low[j]);
        columns.factor[j] = (REAL)((gamma ? gamma[j] : 1) / sqrt(variance + eps));
        columns.other[j] = beta ? beta[j] : 0;
    }
#pragma omp parallel for num_threads(threads) if (chunks > 1 && threads > 1)
    for (long c = 0; c < chunks; c++) write_forward(Y, Z, n * c / chunks, n * (c + 1) / chunks, d, columns);
    free(totals), free(work);
}

/* ∇_Y, ∇_γ, ∇_β from Y and ∇_Z, with Ŷ never stored; γ, ∇_γ, ∇_β may be null.  Y, ∇_Z, ∇_Y : n×d;  the others : d. */
void backward(const REAL *Y, const REAL *gamma, const REAL *grad_Z, REAL *grad_Y, REAL *grad_gamma, REAL *grad_beta,
              long n, long d, double ddof, double eps, int threads) {
    long chunks = chunk_count(n, d), stride = d + SKEW;
    double *totals = calloc(4 * d * chunks, sizeof *totals);
    REAL *work = malloc(8 * stride * sizeof *work), *s = work + 6 * stride, *t = work + 7 * stride;
    Columns columns = {work, work + stride, work + 2 * stride, work + 3 * stride, work + 4 * stride, work + 5 * stride};
    guess_means(Y, n, d, s);
    guess_means(grad_Z, n, d, t);
#pragma omp parallel for num_threads(threads) if (chunks > 1 && threads > 1)
    for (long c = 0; c < chunks; c++)
        moments_of_two(Y, grad_Z, n * c / chunks, n * (c + 1) / chunks, d, s, t, totals + 4 * d * c);
    add_chunks(totals, chunks, 4 * d);
    for (long j = 0; j < d; j++) {
        double y = totals[j] / n, g = totals[2 * d + j] / n, scale = gamma ? gamma[j] : 1;
        double inverse = 1 / sqrt((totals[d + j] - totals[j] * y) / (n - ddof) + eps);
        double product = (totals[3 * d + j] - totals[j] * g) * inverse; /* the column sum of ∇_Z∘Ŷ */
        split(s[j], y, &columns.y_high[j], &columns.y_low[j]);
        split(t[j], g, &columns.g_high[j], &columns.g_low[j]);
        columns.factor[j] = (REAL)(scale * inverse);
        columns.other[j] = (REAL)(scale * inverse * inverse * product / (n - ddof));
        if (grad_gamma) grad_gamma[j] = (REAL)product;
        if (grad_beta) grad_beta[j] = (REAL)(totals[2 * d + j] + (double)t[j] * n);
    }
#pragma omp parallel for num_threads(threads) if (chunks > 1 && threads > 1)
    for (long c = 0; c < chunks; c++)
        write_backward(Y, grad_Z, grad_Y, n * c / chunks, n * (c + 1) / chunks, d, columns);
    free(totals), free(work);
}

/* STREAM copy: reads `count` numbers, writes as many. */
void stream_copy(const REAL *restrict from, REAL *restrict to, long count, int threads) {
#pragma omp parallel for num_threads(threads) if (threads > 1)
    for (long i = 0; i < count; i++) to[i] = from[i];
}

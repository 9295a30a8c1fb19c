/* Column-wise batch norm of a row-major n×d array and its gradient: the C that `bench_kernels.py` measures against.

     Ŷ = (Y − mean Y) / √(var Y + ε),   Z = Ŷ diag(γ) + 1βᵀ,
     ∇_Y = (G − mean G − Ŷ · (column sum of G∘Ŷ) / (n − ddof)) / √(var Y + ε),   G = ∇_Z diag(γ).

   Compiled once for every type:  gcc -O3 -march=native -ffp-contract=fast -fopenmp -DREAL=float|double.

   Two passes over memory, rows in order.  The first sums moments about a guess of every column's mean, so that nothing
   cancels: in REAL over a few rows, in double over all of them.  The second writes the answer, which is affine in the
   entries: a column's constants are worked out in double, with what rounding its mean to REAL dropped, and rounded once.
   Rows are cut into chunks that depend on the shape alone, so threads do not change the answer; a chunk is read as two
   or four streams of rows side by side, which share the loads of what belongs to a column. */

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef const REAL *restrict In;
typedef REAL *restrict Out;

enum {
    SAMPLE = 32,                        /* rows a guess of the mean looks at */
    BLOCK = sizeof(REAL) == 4 ? 8 : 64, /* rows of each stream that are summed in REAL */
    WIDE = 4096,                        /* bytes of a row from which four streams beat two */
    CHUNK_BYTES = 1 << 20,
    CHUNK_ROWS = 256,
    ONE_THREAD_BYTES = 1 << 18
};

#define INLINE static inline __attribute__((always_inline))
#define STREAMS _Pragma("GCC unroll 4") for (int k = 0; k < streams; k++)
#define OVER_CHUNKS \
    _Pragma("omp parallel for num_threads(threads) if (chunks > 1 && threads > 1)") for (long c = 0; c < chunks; c++)

static long least(long a, long b) { return a < b ? a : b; }

static long chunk_count(long n, long d) {
    long bytes = n * d * (long)sizeof(REAL), count = least(bytes / CHUNK_BYTES, n / CHUNK_ROWS);
    return bytes < ONE_THREAD_BYTES ? 1 : count > 2 ? count : 2;
}

static int stream_count(long d) { return d * (long)sizeof(REAL) >= WIDE ? 4 : 2; }

/* The rows of one stream: an odd number, so that the streams do not start on one cache set. */
static long part_of(long rows, int streams) { return rows / streams - 1 + rows / streams % 2; }

/* From one column vector of a workspace to the next: 1 KiB past a multiple of 4 KiB, for the same reason. */
static long stride_of(long d) { return ((d * (long)sizeof(REAL) + 3071) / 4096 * 4096 + 1024) / (long)sizeof(REAL); }

/* `count` column vectors, zero, each on its own cache lines. */
static REAL *vectors(long count, long d) {
    size_t bytes = count * stride_of(d) * sizeof(REAL);
    return memset(aligned_alloc(64, bytes), 0, bytes);
}

/* The mean of up to 32 rows spread evenly, without each column's least and largest: one outlier does not move it. */
static void guess_means(In X, long n, long d, Out shift) {
    long count = least(n, SAMPLE);
    double *total = malloc(3 * d * sizeof *total), *low = total + d, *high = total + 2 * d;
    for (long j = 0; j < d; j++) total[j] = 0, low[j] = INFINITY, high[j] = -INFINITY;
    for (long r = 0; r < count; r++) {
        In x = X + (2 * r + 1) * n / (2 * count) * d;
        for (long j = 0; j < d; j++) {
            total[j] += x[j];
            low[j] = x[j] < low[j] ? x[j] : low[j];
            high[j] = x[j] > high[j] ? x[j] : high[j];
        }
    }
    for (long j = 0; j < d; j++)
        shift[j] = count > 2 ? (total[j] - low[j] - high[j]) / (count - 2) : total[j] / count;
    free(total);
}

/* a, b += the column sums of u and u² over rows first + i + k·part, i < rows, k < streams; u = Y − s. */
INLINE void sum_one(In Y, In s, long first, long rows, long part, long d, int streams, Out a, Out b) {
    for (long i = first; i < first + rows; i++)
        for (long j = 0; j < d; j++) {
            REAL sum = 0, square = 0;
            STREAMS {
                REAL u = Y[(i + k * part) * d + j] - s[j];
                sum += u, square += u * u;
            }
            a[j] += sum, b[j] += square;
        }
}

/* a, b, c, e += the column sums of u, u², v and uv over the same rows; u = Y − s, v = G − t. */
INLINE void sum_two(In Y, In G, In s, In t, long first, long rows, long part, long d, int streams, Out a, Out b, Out c,
                    Out e) {
    for (long i = first; i < first + rows; i++)
        for (long j = 0; j < d; j++) {
            REAL sum = 0, square = 0, other = 0, product = 0;
            STREAMS {
                REAL u = Y[(i + k * part) * d + j] - s[j], v = G[(i + k * part) * d + j] - t[j];
                sum += u, square += u * u, other += v, product += u * v;
            }
            a[j] += sum, b[j] += square, c[j] += other, e[j] += product;
        }
}

/* Adds the sums in `work` to the totals (`count` column vectors of each) and clears them. */
static void flush(Out work, double *restrict totals, long count, long d) {
    for (long q = 0; q < count; q++)
        for (long j = 0; j < d; j++) totals[q * d + j] += work[q * stride_of(d) + j], work[q * stride_of(d) + j] = 0;
}

INLINE void moments_one(In Y, In s, long first, long last, long d, int streams, double *totals) {
    long part = part_of(last - first, streams), stride = stride_of(d), rest = first + streams * part;
    REAL *w = vectors(2, d);
    for (long i = 0; i < part; i += BLOCK) {
        sum_one(Y, s, first + i, least(BLOCK, part - i), part, d, streams, w, w + stride);
        flush(w, totals, 2, d);
    }
    sum_one(Y, s, rest, last - rest, 0, d, 1, w, w + stride);
    flush(w, totals, 2, d);
    free(w);
}

INLINE void moments_two(In Y, In G, In s, In t, long first, long last, long d, int streams, double *totals) {
    long part = part_of(last - first, streams), stride = stride_of(d), rest = first + streams * part;
    REAL *w = vectors(4, d), *w1 = w + stride, *w2 = w1 + stride, *w3 = w2 + stride;
    for (long i = 0; i < part; i += BLOCK) {
        sum_two(Y, G, s, t, first + i, least(BLOCK, part - i), part, d, streams, w, w1, w2, w3);
        flush(w, totals, 4, d);
    }
    sum_two(Y, G, s, t, rest, last - rest, 0, d, 1, w, w1, w2, w3);
    flush(w, totals, 4, d);
    free(w);
}

/* Z = (Y − high)·factor + offset, on the rows that sum_one reads. */
INLINE void write_one(In Y, Out Z, long first, long rows, long part, long d, int streams, In high, In factor,
                      In offset) {
    for (long i = first; i < first + rows; i++)
        for (long j = 0; j < d; j++) {
            REAL z[4];
            STREAMS z[k] = (Y[(i + k * part) * d + j] - high[j]) * factor[j] + offset[j];
            STREAMS Z[(i + k * part) * d + j] = z[k];
        }
}

/* X = (G − g_high)·factor − ((Y − high)·other + offset), on the same rows. */
INLINE void write_two(In Y, In G, Out X, long first, long rows, long part, long d, int streams, In high, In g_high,
                      In factor, In other, In offset) {
    for (long i = first; i < first + rows; i++)
        for (long j = 0; j < d; j++) {
            REAL x[4];
            STREAMS x[k] = (G[(i + k * part) * d + j] - g_high[j]) * factor[j] -
                           ((Y[(i + k * part) * d + j] - high[j]) * other[j] + offset[j]);
            STREAMS X[(i + k * part) * d + j] = x[k];
        }
}

INLINE void answer_one(In Y, Out Z, long first, long last, long d, int streams, In high, In factor, In offset) {
    long part = part_of(last - first, streams), rest = first + streams * part;
    write_one(Y, Z, first, part, part, d, streams, high, factor, offset);
    write_one(Y, Z, rest, last - rest, 0, d, 1, high, factor, offset);
}

INLINE void answer_two(In Y, In G, Out X, long first, long last, long d, int streams, In high, In g_high, In factor,
                       In other, In offset) {
    long part = part_of(last - first, streams), rest = first + streams * part;
    write_two(Y, G, X, first, part, part, d, streams, high, g_high, factor, other, offset);
    write_two(Y, G, X, rest, last - rest, 0, d, 1, high, g_high, factor, other, offset);
}

static void add_chunks(double *totals, long chunks, long width) {
    for (long c = 1; c < chunks; c++)
        for (long j = 0; j < width; j++) totals[j] += totals[c * width + j];
}

/* Rounds guess + rest to *high; what the rounding dropped is returned. */
static double split(REAL guess, double rest, REAL *high) {
    *high = (REAL)(guess + rest);
    return ((double)guess - (double)*high) + rest;
}

/* Z = Ŷ diag(γ) + 1βᵀ; γ and β may be null: ones and zeros.  Y, Z : n×d;  γ, β : d. */
void forward(In Y, In gamma, In beta, Out Z, long n, long d, double ddof, double eps, int threads) {
    long chunks = chunk_count(n, d), stride = stride_of(d);
    int wide = stream_count(d) == 4;
    double *totals = calloc(2 * d * chunks, sizeof *totals);
    REAL *high = vectors(4, d), *factor = high + stride, *offset = factor + stride;
    REAL *s = offset + stride;
    guess_means(Y, n, d, s);
    OVER_CHUNKS {
        long first = n * c / chunks, last = n * (c + 1) / chunks;
        if (wide) moments_one(Y, s, first, last, d, 4, totals + 2 * d * c);
        else moments_one(Y, s, first, last, d, 2, totals + 2 * d * c);
    }
    add_chunks(totals, chunks, 2 * d);
    for (long j = 0; j < d; j++) {
        double mean = totals[j] / n, variance = (totals[d + j] - totals[j] * mean) / (n - ddof);
        double scale = (gamma ? gamma[j] : 1) / sqrt(variance + eps), low = split(s[j], mean, high + j);
        factor[j] = (REAL)scale;
        offset[j] = (REAL)((beta ? beta[j] : 0) - low * scale);
    }
    OVER_CHUNKS {
        long first = n * c / chunks, last = n * (c + 1) / chunks;
        if (wide) answer_one(Y, Z, first, last, d, 4, high, factor, offset);
        else answer_one(Y, Z, first, last, d, 2, high, factor, offset);
    }
    free(totals), free(high);
}

/* ∇_Y, ∇_γ, ∇_β from Y and G = ∇_Z, with Ŷ never stored; γ, ∇_γ, ∇_β may be null.  Y, G, ∇_Y : n×d;  the others : d. */
void backward(In Y, In gamma, In G, Out grad_Y, Out grad_gamma, Out grad_beta, long n, long d, double ddof, double eps,
              int threads) {
    long chunks = chunk_count(n, d), stride = stride_of(d);
    int wide = stream_count(d) == 4;
    double *totals = calloc(4 * d * chunks, sizeof *totals);
    REAL *high = vectors(7, d), *g_high = high + stride, *factor = g_high + stride;
    REAL *other = factor + stride, *offset = other + stride, *s = offset + stride, *t = s + stride;
    guess_means(Y, n, d, s);
    guess_means(G, n, d, t);
    OVER_CHUNKS {
        long first = n * c / chunks, last = n * (c + 1) / chunks;
        if (wide) moments_two(Y, G, s, t, first, last, d, 4, totals + 4 * d * c);
        else moments_two(Y, G, s, t, first, last, d, 2, totals + 4 * d * c);
    }
    add_chunks(totals, chunks, 4 * d);
    for (long j = 0; j < d; j++) {
        double mean = totals[j] / n, g_mean = totals[2 * d + j] / n;
        double inverse = 1 / sqrt((totals[d + j] - totals[j] * mean) / (n - ddof) + eps);
        double product = (totals[3 * d + j] - totals[j] * g_mean) * inverse; /* the column sum of G∘Ŷ */
        double low = split(s[j], mean, high + j), g_low = split(t[j], g_mean, g_high + j);
        double scale = (gamma ? gamma[j] : 1) * inverse, slope = scale * inverse * product / (n - ddof);
        factor[j] = (REAL)scale;
        other[j] = (REAL)slope;
        offset[j] = (REAL)(g_low * scale - low * slope);
        if (grad_gamma) grad_gamma[j] = (REAL)product;
        if (grad_beta) grad_beta[j] = (REAL)(totals[2 * d + j] + (double)t[j] * n);
    }
    OVER_CHUNKS {
        long first = n * c / chunks, last = n * (c + 1) / chunks;
        if (wide) answer_two(Y, G, grad_Y, first, last, d, 4, high, g_high, factor, other, offset);
        else answer_two(Y, G, grad_Y, first, last, d, 2, high, g_high, factor, other, offset);
    }
    free(totals), free(high);
}

/* STREAM copy: reads `count` numbers, writes as many. */
void stream_copy(In from, Out to, long count, int threads) {
#pragma omp parallel for num_threads(threads) if (threads > 1)
    for (long i = 0; i < count; i++) to[i] = from[i];
}

// Elementary functions of REAL for the kernels, inside a source that variants.h includes.
//
// In float they are polynomials without branches, which the compiler turns into vector code; in
// double they are libm's. Coefficients: least maximum (relative) error on the stated interval, by
// iteratively reweighted least squares at 400 Chebyshev nodes in 40-digit arithmetic. Relative
// errors of the whole function in float stand at each; NaN stays NaN.
#define GK_EXP GK_F(exp_of)
#define GK_LOG GK_F(log_of)
#define GK_LOG1P GK_F(log1p_of)
#define GK_TANH GK_F(tanh_of)
#define GK_SIGMOID GK_F(sigmoid_of)
#define GK_ERF GK_F(erf_of)
#define GK_SOFTPLUS GK_F(softplus_of)
#define GK_NORMAL GK_F(normal_of)

#ifndef GK_FUNCTIONS
#define GK_FUNCTIONS
static inline float gk_from_bits(uint32_t bits) {
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}
static inline uint32_t gk_to_bits(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}
#endif

#if GK_FLOAT

// x = n ln 2 + r, eˣ = 2ⁿ (1 + r + r² P(r)), |r| ≤ ln 2 / 2. Error 1.2e-7. The power of two goes in
// as two factors, so that results from the smallest denormal to the largest float come out.
static inline float GK_EXP(float x) {
    const float magic = 12582912.0f;  // 1.5 · 2²³: adding it rounds to a whole number
    x = x > 89.0f ? 89.0f : x;
    x = x < -104.0f ? -104.0f : x;
    const float shifted = x * 1.44269504f + magic;
    const float n = shifted - magic;
    float r = x - n * 0.693145752f;  // ln 2 in two parts
    r = r - n * 1.42860677e-6f;
    float p = 0.00139506022f;
    p = p * r + 0.00836895352f;
    p = p * r + 0.0416662041f;
    p = p * r + 0.166665183f;
    p = p * r + 0.50000001f;
    p = p * r * r + r + 1.0f;
    const int32_t whole = (int32_t)(gk_to_bits(shifted) - 0x4B400000u);
    const int32_t half = whole >> 1;
    return p * gk_from_bits((uint32_t)(half + 127) << 23) *
           gk_from_bits((uint32_t)(whole - half + 127) << 23);
}

// e^(−a²/2) for |a| ≤ 13.2: the exponent in base two is n + r, 2ʳ = 1 + r P(r), |r| ≤ ½. Error 1e-7,
// and half a unit of rounding of a² times a²/2.
static inline float GK_F(gaussian)(float a) {
    const float magic = 12582912.0f, halved = -0.72134752f;  // −1 / (2 ln 2)
    const float square = a * a;
    const float shifted = square * halved + magic;
    const float r = square * halved - (shifted - magic);
    float p = 0.00015353362f;
    p = p * r + 0.0013398874f;
    p = p * r + 0.009618437f;
    p = p * r + 0.055503324f;
    p = p * r + 0.24022648f;
    p = p * r + 0.6931472f;
    p = p * r + 1.0f;
    return p * gk_from_bits((gk_to_bits(shifted) << 23) + 0x3F800000u);
}

// x = 2ⁿ (1 + f), 1 + f in [√½, √2]: ln x = n ln 2 + f − f²/2 + f³ Q(f). Error 1.5e-7.
static inline float GK_LOG(float x) {
    const int tiny = x < 1.17549435e-38f;
    const float scaled = tiny ? x * 8388608.0f : x;
    const uint32_t bits = gk_to_bits(scaled);
    // Takes the exponent at √½ rather than at 1.
    const uint32_t moved = bits - 0x3F3504F3u;
    const float n = (float)((int32_t)moved >> 23) - (tiny ? 23.0f : 0.0f);
    const float f = gk_from_bits((moved & 0x007FFFFFu) + 0x3F3504F3u) - 1.0f;
    float q = -0.0785961151f;
    q = q * f + 0.128816475f;
    q = q * f - 0.131287548f;
    q = q * f + 0.141811919f;
    q = q * f - 0.16624554f;
    q = q * f + 0.200022863f;
    q = q * f - 0.250008104f;
    q = q * f + 0.333333167f;
    const float square = f * f;
    float y = f * square * q + n * -2.12194440e-4f;
    y = y - 0.5f * square;
    y = (f + y) + n * 0.693359375f;
    y = x == 0.0f ? -INFINITY : y;
    y = x < 0.0f ? NAN : y;
    return x < INFINITY ? y : x;  // infinity and NaN as they are
}

// ln(1 + u) for u ≥ 0: the rounding error of 1 + u is put back. Error 2e-7.
static inline float GK_LOG1P(float u) {
    const float w = 1.0f + u;
    const float y = GK_LOG(w) + (u - (w - 1.0f)) / w;
    return u < INFINITY ? y : u;
}

// x + x³ R(x²) below 0.625, else 1 − 2 / (e²ˣ + 1). Error 2e-7.
static inline float GK_TANH(float x) {
    const float a = __builtin_fabsf(x);
    const float u = x * x;
    float r = -0.00571704451f;
    r = r * u + 0.0206505868f;
    r = r * u - 0.0537434979f;
    r = r * u + 0.133314913f;
    r = r * u - 0.333332839f;
    const float small = x + x * u * r;
    const float large = __builtin_copysignf(1.0f - 2.0f / (GK_EXP(2.0f * a) + 1.0f), x);
    return a < 0.625f ? small : large;
}

// Error 2e-7.
static inline float GK_SIGMOID(float x) { return 1.0f / (1.0f + GK_EXP(-x)); }

// erfc(a) = exp(−a²) v P(v), v = 1 / (1 + 0.4 a), for 0 ≤ a; `e` is exp(−a²). Error 1e-7, and that
// of `e`.
static inline float GK_F(erfc_of)(float v, float e) {
    float p = 0.0421185048f;
    p = p * v - 0.1445514f;
    p = p * v + 0.0927828357f;
    p = p * v + 0.0778449856f;
    p = p * v + 0.0867855466f;
    p = p * v + 0.190383608f;
    p = p * v + 0.202661039f;
    p = p * v + 0.226334315f;
    p = p * v + 0.225640631f;
    return e * v * p;
}

// x S(x²) below 1, else by erfc. Error 2e-7.
static inline float GK_ERF(float x) {
    const float a = __builtin_fabsf(x);
    const float u = x * x;
    float s = -0.000566015602f;
    s = s * u + 0.00492478971f;
    s = s * u - 0.0267177076f;
    s = s * u + 0.112804116f;
    s = s * u - 0.376123557f;
    s = s * u + 1.12837913f;
    const float large = __builtin_copysignf(1.0f - GK_F(erfc_of)(1.0f / (1.0f + 0.4f * a), GK_EXP(-u)), x);
    return a < 1.0f ? s * x : large;
}

// |x|, or where that is larger a number so large that Φ there is 1 in float, Φ the normal
// distribution function. Infinities then need no care.
static inline float GK_F(normal_distance)(float x) {
    const float a = __builtin_fabsf(x);
    return a > 13.2f ? 13.2f : a;
}

// Φ(−a) for 0 ≤ a ≤ 13.2, and the density at a in `density`. Keeps its relative accuracy (2e-6
// at 5).
static inline float GK_F(normal_tail)(float a, float *density) {
    const float e = GK_F(gaussian)(a);
    *density = e * 0.398942280f;
    return 0.5f * GK_F(erfc_of)(1.0f / (1.0f + 0.282842712f * a), e);
}

// Φ(x), and its density at x in `density`.
static inline float GK_NORMAL(float x, float *density) {
    const float tail = GK_F(normal_tail)(GK_F(normal_distance)(x), density);
    return x < 0.0f ? tail : 1.0f - tail;
}

// ln(1 + eˣ) without overflow.
static inline float GK_SOFTPLUS(float x) {
    return (x < 0.0f ? 0.0f : x) + GK_LOG1P(GK_EXP(-__builtin_fabsf(x)));
}

#else

static inline double GK_EXP(double x) { return exp(x); }
static inline double GK_LOG(double x) { return log(x); }
static inline double GK_LOG1P(double u) { return log1p(u); }
static inline double GK_TANH(double x) { return tanh(x); }
static inline double GK_SIGMOID(double x) { return 1 / (1 + exp(-x)); }
static inline double GK_ERF(double x) { return erf(x); }
static inline double GK_NORMAL(double x, double *density) {
    *density = exp(-0.5 * x * x) * 0.39894228040143267794;
    return 0.5 * erfc(-x * 0.70710678118654752440);
}
static inline double GK_SOFTPLUS(double x) { return (x > 0 ? x : 0) + log1p(exp(-fabs(x))); }

#endif

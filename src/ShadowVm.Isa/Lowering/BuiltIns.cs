namespace ShadowVm.Isa.Lowering;

/// <summary>The closed list of names that the language itself has.</summary>
internal static class BuiltIns
{
    /// <summary>What this version carries out.</summary>
    public static readonly string[] Names =
    [
        "sx", "zx", "bits", "rep", "zeros", "ones", "reverse_bytes", "reverse_bits", "mul_wide_s", "mul_wide_u",
        "mul_wide_su", "overflow", "carry", "min", "max", "min_s", "max_s", "abs", "rotl", "rotr", "popcount", "clz",
        "ctz", "expand_mask", "load", "store", "walk", "page", "probe", "retired", "time", "external", "has", "pc",
        "next", "word", "none", "big_endian", "f32", "f64", "rounding",
    ];

    /// <summary>What the language knows but this version refuses.</summary>
    public static readonly string[] Later =
    [
        "carries", "sat_s", "sat_u", "clmul", "mask_high", "deposit", "extract", "f16", "f128", "vaxf", "vaxg",
        "reserve", "store_reserved", "cancel_reservation", "compare_swap", "page_fault", "never", "length",
    ];
}

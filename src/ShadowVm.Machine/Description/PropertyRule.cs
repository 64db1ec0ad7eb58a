namespace ShadowVm.Machine.Description;

/// <summary>What a property's value is.</summary>
internal enum PropertyType
{
    /// <summary>An address or a size: a number, with a suffix K, M, G or T where it is a size.</summary>
    Number,

    /// <summary>An interrupt line, 0 to 63.</summary>
    Line,

    /// <summary>A frequency with its unit, whose period is a whole number of nanoseconds.</summary>
    Frequency,
}

/// <summary>A property that a statement may have.</summary>
/// <param name="Name">The word in front of the value.</param>
/// <param name="Type">What the value is.</param>
/// <param name="IsRequired">Whether leaving it out is an error.</param>
internal sealed record PropertyRule(string Name, PropertyType Type, bool IsRequired);

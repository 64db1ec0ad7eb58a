using System.Globalization;

namespace ShadowVm.Compare;

/// <summary>One number per round. Arithmetic goes round by round: neighbours in time met the same noise.</summary>
internal sealed class Sample(IEnumerable<double> numbers)
{
    private readonly double[] _numbers = [.. numbers];

    public double Median
    {
        get
        {
            var sorted = _numbers.Order().ToArray();
            return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
        }
    }

    /// <summary>The geometric mean of samples, round by round.</summary>
    public static Sample GeometricMean(IReadOnlyList<Sample> samples) => new(
        Enumerable.Range(0, samples[0]._numbers.Length)
            .Select(round => Math.Exp(samples.Average(sample => Math.Log(sample._numbers[round])))));

    public Sample Over(Sample other) => new(_numbers.Zip(other._numbers, (a, b) => a / b));

    public Sample Minus(Sample other) => new(_numbers.Zip(other._numbers, (a, b) => a - b));

    public Sample Scaled(double factor) => new(_numbers.Select(number => number * factor));

    /// <summary>Median, smallest and largest.</summary>
    public string WithSpread(string format = "0.00") => string.Create(
        CultureInfo.InvariantCulture,
        $"{Median.ToString(format)} ({_numbers.Min().ToString(format)}–{_numbers.Max().ToString(format)})");

    /// <summary>The median alone.</summary>
    public string Text(string format = "0.00") => Median.ToString(format, CultureInfo.InvariantCulture);
}

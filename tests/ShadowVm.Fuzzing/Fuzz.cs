using System.Globalization;

namespace ShadowVm.Fuzzing;

/// <summary>
/// Runs a target on inputs under seeds. A failure names the seed and the command that repeats it. SHADOWVM_FUZZ_SEED
/// chooses the first seed, SHADOWVM_FUZZ_RUNS how many.
/// </summary>
internal static class Fuzz
{
    private static readonly ulong FirstSeed = Number("SHADOWVM_FUZZ_SEED", 1);

    public static void Run(string target, int runs, Action<Chance> action)
    {
        var count = Number("SHADOWVM_FUZZ_RUNS", (ulong)runs);
        for (var i = 0UL; i < count; i++)
        {
            var seed = FirstSeed + i;
#pragma warning disable CA1031 // Whatever comes out of a target is what the fuzzer looks for.
            try
            {
                action(new Chance(seed));
            }
            catch (Exception e)
            {
                Assert.Fail(
                    $"{target}: {e.GetType().Name}: {e.Message}; repeat with: SHADOWVM_FUZZ_SEED={seed} SHADOWVM_FUZZ_RUNS=1 "
                    + $"dotnet test tests/ShadowVm.Fuzzing -c Release --filter {target}\n{e.StackTrace}");
            }
#pragma warning restore CA1031
        }
    }

    private static ulong Number(string variable, ulong standard) =>
        ulong.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var n) ? n : standard;
}

/// <summary>Chance under a seed.</summary>
internal sealed class Chance(ulong seed)
{
    private ulong _state = seed;

    public ulong Next()
    {
        _state += 0x9e3779b97f4a7c15;
        var z = _state;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return z ^ (z >> 31);
    }

    public int Below(int bound) => (int)(Next() % (ulong)bound);

    /// <summary>Changes a few bytes, cuts, repeats or drops stretches.</summary>
    public byte[] Mutate(byte[] original)
    {
        List<byte> bytes = [.. original];
        for (var i = 1 + Below(8); i > 0 && bytes.Count > 0; i--)
        {
            var at = Below(bytes.Count);
            var length = Math.Min(Below(64), bytes.Count - at);
            switch (Below(6))
            {
                case 0:
                    bytes[at] = (byte)Next();
                    break;
                case 1:
                    bytes[at] ^= (byte)(1 << Below(8));
                    break;
                case 2:
                    bytes.RemoveRange(at, length);
                    break;
                case 3:
                    bytes.InsertRange(at, bytes.GetRange(Below(bytes.Count - length + 1), length));
                    break;
                case 4:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                default:
                    bytes.Insert(at, "()[]{}=:|,0 \n#x"u8[Below(15)]);
                    break;
            }
        }

        return [.. bytes];
    }
}

using System.Diagnostics;

namespace ShadowVm.Host.Tests;

internal static class Eventually
{
    private const int Milliseconds = 20_000;

    public static void True(Func<bool> condition, string what)
    {
        for (var clock = Stopwatch.StartNew(); !condition(); Thread.Sleep(1))
        {
            Assert.True(clock.ElapsedMilliseconds < Milliseconds, $"not within {Milliseconds} ms: {what}");
        }
    }
}

internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("shadowvm-tests-").FullName;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}

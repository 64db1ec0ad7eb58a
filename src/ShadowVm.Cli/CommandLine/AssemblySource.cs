using ShadowVm.Isa;
using ShadowVm.Isa.Assembly;

namespace ShadowVm.Cli.CommandLine;

/// <summary>A file in assembly language, for each command that takes one.</summary>
internal static class AssemblySource
{
    /// <summary>Exit code where the source has errors.</summary>
    public const int FindingsExitCode = 2;

    /// <summary>Where code begins if nobody says otherwise.</summary>
    public const string OriginDefault = "0x80000000";

    /// <summary>Assembles a file. What is wrong goes to stderr; the result is then null.</summary>
    public static AssemblyResult? Assemble(IsaDefinition definition, string name, string origin)
    {
        var assembled = Assembler.Assemble(definition, name, Read(name), Values.Number("--org", origin));
        foreach (var finding in assembled.Diagnostics) Console.Error.WriteLine(finding);
        return assembled.Succeeded ? assembled : null;
    }

    private static string Read(string name)
    {
        try
        {
            if (new FileInfo(name).Length > Assembler.MaxSource)
            {
                throw new UsageException($"{name}: more than {Assembler.MaxSource >> 20} MiB");
            }

            return File.ReadAllText(name);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new UsageException($"{name}: can't be read: {e.Message}");
        }
    }
}

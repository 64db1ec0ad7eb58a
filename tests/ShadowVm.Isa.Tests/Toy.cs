using System.Text;

namespace ShadowVm.Isa.Tests;

/// <summary>A small definition to which tests add what they are about.</summary>
internal static class Toy
{
    public const string Head = """
        language 1
        isa toy "a machine for tests"
            unit 32
            endian little
            parameter size : 32 | 64 = 32
        register pc : size
        register r[16] : size  zero 0
        register flags : 8  split
            fields z[0] c[1] level[3:2]
        register plain : 8
            fields low[3:0]
        enum cause : 4 { bad=1 worse=2 }
        format Three  op:8 a:4 b:4 c:4 -------- ----
        operand imm signed
        abi bare
            elf class size machine 9999 data little
        hook trap(cause : size, value : size)
            enter 0x100
        hook illegal()
            raise bad(word)
        hook fault(access : 2, address : size)
            raise worse(address)
        hook interrupt() -> 64
            return none
        hook awake() -> 1
            return 1

        """;

    public static IsaSource Source(string more) =>
        new("toy", [("toy.isa", Encoding.UTF8.GetBytes(Head + more))]);

    public static IsaDefinition Load(string more) => IsaDefinition.Load(Source(more));

    /// <summary>Findings but for those of what nothing uses: tests declare no more than they need.</summary>
    public static IReadOnlyList<Diagnostic> Check(string more) => [.. CheckAll(more).Where(finding => !IsOfUse(finding))];

    /// <summary>All findings but for those about the frame.</summary>
    public static IReadOnlyList<Diagnostic> CheckAll(string more) =>
        [.. IsaDefinition.Check(Source(more)).Where(finding => !IsOfUse(finding) || finding.Line > Head.Count(c => c == '\n'))];

    /// <summary>Whether it says that something is declared and not used.</summary>
    public static bool IsOfUse(Diagnostic finding) => !finding.IsError
        && (finding.Message.StartsWith("Nothing uses ", StringComparison.Ordinal)
            || finding.Message.EndsWith(" is used nowhere", StringComparison.Ordinal));

    /// <summary>The only finding.</summary>
    public static Diagnostic Finding(string more) => Assert.Single(Check(more));

    /// <summary>The definitions that ship with the program.</summary>
    public static IsaSource Shipped(string name) =>
        new IsaLibrary(null, null, AppContext.BaseDirectory, AppContext.BaseDirectory).Open(name);
}

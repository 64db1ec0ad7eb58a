using System.Diagnostics;
using ShadowVm.Isa;
using ShadowVm.Machine.Description;

namespace ShadowVm.Fuzzing;

/// <summary>Definitions and machine descriptions come from authors and over the channel: they may hold anything.</summary>
public class TextTargets
{
    private const double SecondsMax = 20;

    [Fact]
    public void Definitions()
    {
        var whole = IsaSource.FromFolder(Path.Combine(Checkout.Root, "isa", "riscv"));
        Fuzz.Run(nameof(Definitions), 60, chance =>
        {
            var hit = chance.Below(whole.Files.Count);
            var source = new IsaSource(
                "fuzzed", whole.Files.Select((file, i) => (file.Name, i == hit ? chance.Mutate(file.Bytes) : file.Bytes)));
            var watch = Stopwatch.StartNew();
            var findings = IsaDefinition.Check(source);
            Assert.True(watch.Elapsed.TotalSeconds < SecondsMax, $"the check took {watch.Elapsed.TotalSeconds:0} s");
            Assert.All(findings, finding => Assert.True(finding.Line >= 1 && finding.Message.Length != 0));
            try
            {
                var isa = IsaDefinition.Load(source);
                foreach (var instruction in isa.Instructions) _ = instruction.Body;
            }
            catch (IsaException e)
            {
                Assert.NotEmpty(e.Message);
            }
        });
    }

    [Fact]
    public void MachineDescriptions()
    {
        var virt = Checkout.Read("isa", "machines", "virt.machine");
        Fuzz.Run(nameof(MachineDescriptions), 3000, chance =>
        {
            try
            {
                MachineDescription.Parse("fuzzed.machine", chance.Mutate(virt));
            }
            catch (MachineDescriptionException e)
            {
                Assert.NotEmpty(e.Message);
            }
        });
    }
}

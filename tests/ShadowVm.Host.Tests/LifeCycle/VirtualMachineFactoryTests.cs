using ShadowVm.Engine.Translation;
using ShadowVm.Host.LifeCycle;

namespace ShadowVm.Host.Tests.LifeCycle;

public class VirtualMachineFactoryTests
{
    [Fact]
    public void A_fault_of_the_translator_is_told_and_ends_no_guest()
    {
        var told = new List<string>();
        var engine = new VirtualMachineFactory(_ => throw new HostException("unused")).EngineFor(Observer.AnyConfiguration, told.Add);
        Assert.NotNull(engine.OnTranslatorFault);
        engine.OnTranslatorFault(new TranslatorFault(0x8000_0010, IsRegion: true, new DivideByZeroException("spoilt.")));
        Assert.Equal(
            [
                "The translator failed at the region at 80000010: DivideByZeroException: spoilt. "
                    + "A slower tier carries that code out. Please report this fault of ShadowVm.",
            ],
            told);
    }
}

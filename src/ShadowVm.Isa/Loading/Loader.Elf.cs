using ShadowVm.Isa.Lowering;
using ShadowVm.Isa.Model;

namespace ShadowVm.Isa.Loading;

internal sealed partial class Loader
{
    /// <summary>
    /// Reads only what a variant's ELF headers depend on, and forgets it again. The result is of use where nothing
    /// was reported.
    /// </summary>
    public (int Machine, int Class, bool BigEndian) PeekElf(Variant variant)
    {
        Begin(variant);
        foreach (var (extent, extension) in _all)
        {
            var isIn = extension is null || variant.Extensions.Contains(extension);
            if (isIn && extent.Keyword is ("const" or "enum" or "abi"))
                Guard(() => First(extent, []));
        }

        var found = (Model.ElfMachine, Model.ElfClass, Model.BigEndian);
        Model = new DefinitionModel { Name = Model.Name, Start = Model.Start };
        Functions = new FunctionLowering(Model);
        return found;
    }
}

using ShadowVm.Isa.Assembly;

namespace ShadowVm.Isa;

public sealed partial class IsaDefinition
{
    private FormTable? _forms;

    /// <summary>Everything that can be written in assembly language, read from the templates when first wanted.</summary>
    internal FormTable Forms()
    {
        if (_forms is { } ready)
            return ready;
        var bag = new DiagnosticBag();
        var made = FormTable.For(this, bag);
        bag.ThrowIfErrors();
        return _forms = made;
    }
}

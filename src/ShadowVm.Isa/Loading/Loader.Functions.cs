using ShadowVm.Isa.Ir;
using ShadowVm.Isa.Model;
using ShadowVm.Isa.Text;

namespace ShadowVm.Isa.Loading;

/// <content>Functions, procedures and hooks.</content>
internal sealed partial class Loader
{
    private static readonly (string Name, int Parameters, bool Result, bool Required)[] HookShapes =
    [
        ("reset", 0, false, false), ("program", 0, false, false),
        ("float_control", 0, true, false), ("set_float_control", 1, false, false),
        ("length", 1, true, false), ("illegal", 0, false, true), ("trap", 2, false, true),
        ("fault", 2, false, true),
        ("misaligned", 2, false, false),
        ("translate", 2, true, false),
        ("interrupt", 0, true, true),
        ("awake", 0, true, true),
    ];

    private void ReadFunction(Extent extent)
    {
        var header = Header(extent, out var bodyStart);
        var keyword = header.Take();
        var name = header.ExpectJoinedName("the function's name");
        if (keyword.Text == "hook" && name.Text is "deadline" or "syscall")
            throw _bag.Fail(name, $"'hook {name.Text}' is not carried out by this version of the language");
        header.Expect("(", "after the function's name");
        var parameters = ReadParameters(header, ")");
        var width = header.TryTake("->") ? header.TryTake("page") ? PageValue.Width : Width(header.ParseExpression()) : 0;
        var value = header.TryTake("=") ? header.ParseExpression() : null;
        header.ExpectLineEnd("the function's header");
        if (value is not null && width == 0)
            throw _bag.Fail(name, $"'{name.Text}' gives a value but says no width", "write '-> WIDTH' before '='");
        var function = new FunctionDeclaration
        {
            Name = name.Text,
            At = name,
            Kind = keyword.Text switch
            {
                "function" => FunctionKind.Function,
                "procedure" => FunctionKind.Procedure,
                _ => FunctionKind.Hook,
            },
            Parameters = parameters,
            ResultWidth = width,
            Extent = extent,
            BodyStart = bodyStart,
            Value = value,
        };
        if (function.Kind == FunctionKind.Hook)
        {
            CheckHook(function);
            if (!Model.Hooks.TryAdd(name.Text, function))
                throw _bag.Fail(name, $"There is a 'hook {name.Text}' already");
        }
        else
        {
            Unique(name);
            Model.Functions[name.Text] = function;
        }

        AddFunction(function);
    }

    private void CheckHook(FunctionDeclaration hook)
    {
        var index = Array.FindIndex(HookShapes, shape => shape.Name == hook.Name);
        if (index < 0)
        {
            throw _bag.Fail(
                hook.At, $"The engine knows no 'hook {hook.Name}'",
                Suggestion.For(hook.Name, Array.ConvertAll(HookShapes, s => s.Name)));
        }

        var shape = HookShapes[index];
        if (hook.Parameters.Length != shape.Parameters)
            throw _bag.Fail(
                hook.At, $"'hook {hook.Name}' has {shape.Parameters} parameters, not {hook.Parameters.Length}");
        if (hook.Name == "interrupt" && hook.ResultWidth != 64)
            throw _bag.Fail(hook.At, "'hook interrupt' gives 64 bits, so that 'none' is no cause", "write '-> 64'");
        if (hook.Name == "translate" && hook.ResultWidth != PageValue.Width)
            throw _bag.Fail(hook.At, "'hook translate' gives a page", "write '-> page'");
        if (hook.ResultWidth > 0 != shape.Result)
            throw _bag.Fail(hook.At, $"'hook {hook.Name}' {(shape.Result ? "must give a value" : "gives no value")}");
    }

    private void AddFunction(FunctionDeclaration function)
    {
        function.Index = Model.FunctionList.Count;
        Model.FunctionList.Add(function);
        var (model, functions) = (Model, Functions);
        function.Ir = new Function(function.Name, function.Parameters.Length, function.ResultWidth, () =>
        {
            lock (model.Gate)
            {
                var bag = new DiagnosticBag();
                LoweredBody? body = null;
                try
                {
                    body = functions.Lower(function, bag, function.At);
                }
                catch (GiveUpException)
                {
                    // Reported in the bag.
                }

                bag.ThrowIfErrors();
                return (body!.Body, body.LocalCount);
            }
        });
        Model.IrFunctions.Add(function.Ir);
    }

    private static string HookHeader(string name) => name switch
    {
        "trap" => "hook trap(cause : WIDTH, value : WIDTH)",
        "fault" => "hook fault(access : 2, address : WIDTH)",
        "interrupt" => "hook interrupt() -> 64",
        "awake" => "hook awake() -> 1",
        "float_control" => "hook float_control() -> 64",
        "set_float_control" => "hook set_float_control(value : 64)",
        _ => $"hook {name}()",
    };

    /// <summary>Functions made from spaces and views come last; then what must be there is looked for.</summary>
    private void Finish()
    {
        foreach (var function in _generated)
            AddFunction(function);
        Guard(FinishDelayed);
        var at = _isaAt ?? Model.Start;
        if (!Model.State.TryGetValue("pc", out var pc))
            _bag.Error(at, "There is no register 'pc'", "add 'register pc : WIDTH'");
        else if (pc.IsArray || pc.IsSplit || pc.Width is not (32 or 64))
            _bag.Error(pc.At, "'pc' must be one register of 32 or 64 bits");
        if (Model.HasDelaySlots && Model.Hooks.TryGetValue("length", out var length))
            _bag.Error(length.At, "With delay slots all instructions are one fetch unit long", "leave 'hook length' out");
        foreach (var (name, _, _, required) in HookShapes)
        {
            if (required && !Model.Hooks.ContainsKey(name))
                _bag.Error(at, $"There is no 'hook {name}'", $"add '{HookHeader(name)}'");
        }

        if (Model.ElfMachine == 0 || Model.ElfClass == 0)
            _bag.Error(
                at, "No 'abi' says the ELF class and machine", "add 'abi bare' with 'elf class ... machine ...'");
    }
}

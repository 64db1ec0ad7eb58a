using ShadowVm.Isa;
using ShadowVm.Isa.Ir;

namespace ShadowVm.Engine.Verification;

/// <summary>How an instruction uses registers, as its semantics have it.</summary>
internal sealed class RegisterUse
{
    private readonly Instruction _instruction;
    private readonly IReadOnlyList<Function> _functions;
    private readonly HashSet<int> _visited = [];

    private RegisterUse(IsaDefinition isa, Instruction instruction)
    {
        _instruction = instruction;
        _functions = isa.Functions;
        Visit(instruction.Body, true);
    }

    /// <summary>Operands that choose a register that is read, or go to a function that may do that.</summary>
    public List<string> Read { get; } = [];

    /// <summary>Operands that choose a register that is written.</summary>
    public List<string> Written { get; } = [];

    /// <summary>Slots of registers that are read by name.</summary>
    public SortedSet<int> ReadSlots { get; } = [];

    /// <summary>Whether it does nothing but compute with registers: goes nowhere, loads and stores nothing, raises nothing.</summary>
    public bool IsPlain { get; private set; } = true;

    /// <summary>Whether it may go somewhere else.</summary>
    public bool Goes { get; private set; }

    /// <summary>Looks at an instruction's body and all that it calls.</summary>
    public static RegisterUse Of(IsaDefinition isa, Instruction instruction) => new(isa, instruction);

    private void Visit(Node? node, bool isOwn)
    {
        if (node is null) return;
        switch (node.Op)
        {
            case Op.RegisterAt when isOwn && node.A is { Op: Op.Operand } index: Add(Read, index); break;
            case Op.SetRegisterAt when isOwn && node.A is { Op: Op.Operand } index: Add(Written, index); break;
            case Op.Register: ReadSlots.Add(node.Index); break;
            case Op.Call: VisitCall(node, isOwn); break;
            case Op.Goto:
                Goes = true;
                IsPlain = false;
                break;
            case Op.Nullify or Op.Load or Op.Store or Op.ProbeStore or Op.Enter or Op.Raise or Op.Wait or Op.FlushCode
                or Op.FlushTranslations or Op.AfterCommit or Op.Retired or Op.Time or Op.External:
                IsPlain = false;
                break;
        }

        Visit(node.A, isOwn);
        Visit(node.B, isOwn);
        Visit(node.C, isOwn);
        foreach (var item in node.Items) Visit(item, isOwn);
    }

    private void VisitCall(Node call, bool isOwn)
    {
        foreach (var item in call.Items)
        {
            if (isOwn && item.Op == Op.Operand) Add(Read, item);
        }

        if (_visited.Add(call.Index)) Visit(_functions[call.Index].Body, false);
    }

    private void Add(List<string> list, Node operand)
    {
        var name = _instruction.OperandNames[operand.Index];
        if (!list.Contains(name)) list.Add(name);
    }
}

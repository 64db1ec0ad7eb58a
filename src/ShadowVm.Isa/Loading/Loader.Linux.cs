using System.Globalization;
using ShadowVm.Isa.Linux;
using ShadowVm.Isa.Syntax;
using ShadowVm.Isa.Text;

namespace ShadowVm.Isa.Loading;

/// <content>
/// <c>abi linux</c>: registers, numbers and structures of system calls. Only a guest program needs it, so it is read
/// when somebody asks.
/// </content>
internal sealed partial class Loader
{
    private (Extent Extent, int BodyStart, Token At)? _linux;

    /// <summary>The table, or null where the variant has none.</summary>
    public LinuxAbi? ReadLinux()
    {
        if (_linux is not { } found) return null;
        try
        {
            return new LinuxReader(this, found.At).Read(BodyOf(found.Extent, found.BodyStart));
        }
        catch (GiveUpException) when (!_bag.Full)
        {
            return null; // reported
        }
    }

    /// <summary>Reads one table. Every line begins with its word and may stand several times but for the first ones.</summary>
    private sealed class LinuxReader(Loader loader, Token at)
    {
        private static readonly string[] Words =
        [
            "elf", "memory", "page", "machine", "capabilities", "stack", "thread", "syscall", "signal", "float_control", "call",
            "errno", "value", "layout",
        ];

        private readonly Dictionary<ulong, int> _signals = [];
        private readonly Dictionary<ulong, SystemCall> _calls = [];
        private readonly long[] _errors = Unset(LinuxNames.Errors.Length);
        private readonly long[] _values = Unset(LinuxNames.Values.Length);
        private readonly StructLayout?[] _layouts = new StructLayout?[LinuxNames.Layouts.Length];
        private readonly HashSet<string> _seen = [];
        private List<int> _arguments = [];
        private ulong _memory;
        private int _page = 4096;
        private string? _machine;
        private ulong _capabilities;
        private int _stack = -1;
        private int _alignment = 16;
        private int _thread = -1;
        private ulong _cause;
        private int _number = -1;
        private int _onStack = -1;
        private bool _even;
        private int _result = -1;
        private int _second = -1;
        private int _error = -1;
        private DelayedSignal? _delayed;
        private FloatControlCalls? _control;

        private DiagnosticBag Bag => loader._bag;

        public LinuxAbi? Read(StatementParser body)
        {
            var before = Bag.Errors;
            loader.Lines(body, first => Line(body, first));
            if (Bag.Errors != before) return null;
            foreach (var word in new[] { "memory", "machine", "stack", "syscall" })
            {
                if (!_seen.Contains(word)) throw Bag.Fail(at, $"'abi linux' has no line '{word}'");
            }

            Complete("errno", LinuxNames.Errors, _errors, from: 1);
            Complete("value", LinuxNames.Values, _values, from: 0);
            CompleteLayouts();
            CompleteDelayed();
            return new LinuxAbi
            {
                MemoryStart = _memory,
                PageBytes = _page,
                MachineName = _machine!,
                Capabilities = _capabilities,
                StackSlot = _stack,
                StackAlignment = _alignment,
                ThreadSlot = _thread,
                CallCause = _cause,
                NumberSlot = _number,
                ArgumentSlots = _arguments,
                StackArguments = _onStack,
                PairsAreEven = _even,
                ResultSlot = _result,
                SecondSlot = _second,
                ErrorSlot = _error,
                Signals = _signals,
                Delayed = _delayed,
                FloatControl = _control,
                Calls = _calls,
                Errors = Array.ConvertAll(_errors, value => (int)Math.Max(value, 0)),
                Values = Array.ConvertAll(_values, value => (ulong)value),
                Layouts = _layouts,
            };
        }

        private static long[] Unset(int count)
        {
            var values = new long[count];
            Array.Fill(values, -1);
            return values;
        }

        private void Line(StatementParser body, Token first)
        {
            body.Take();
            var once = first.Text is not ("signal" or "call" or "errno" or "value" or "layout");
            if (!_seen.Add(first.Text) && once) throw Bag.Fail(first, $"'abi linux' has a line '{first.Text}' already");
            switch (first.Text)
            {
                case "elf":
                    while (!body.Current.EndsLine) loader.ReadElf(body);
                    break;
                case "memory":
                    body.Expect("at", "before the first address of memory");
                    _memory = Value(body, "The first address", ulong.MaxValue);
                    if (_memory % 65536 != 0) throw Bag.Fail(first, "Memory begins at a multiple of 0x10000");
                    break;
                case "page":
                    _page = (int)Value(body, "The size of a page", 65536);
                    if (_page < 4096 || (_page & (_page - 1)) != 0)
                        throw Bag.Fail(first, $"A page has 4096 to 65536 bytes, a power of two, not {_page}");
                    break;
                case "machine":
                    _machine = body.ExpectString("the machine's name");
                    if (_machine.Length is 0 or > 64) throw Bag.Fail(first, "The machine's name has 1 to 64 letters");
                    break;
                case "capabilities":
                    _capabilities = Value(body, "The capabilities", ulong.MaxValue);
                    break;
                case "stack":
                    _stack = Slot(body);
                    body.Expect("align", "behind the stack pointer");
                    _alignment = (int)Value(body, "The stack's alignment", 256);
                    if (_alignment == 0 || (_alignment & (_alignment - 1)) != 0)
                        throw Bag.Fail(first, $"The stack's alignment is a power of two, not {_alignment}");
                    break;
                case "thread":
                    _thread = Slot(body);
                    break;
                case "syscall":
                    Syscall(body);
                    break;
                case "signal":
                    var signal = (int)Value(body, "A signal", 31);
                    do
                    {
                        if (body.TryTake("delayed")) Delayed(body, signal);
                        else _signals[Cause(body)] = signal;
                    }
                    while (!body.Current.EndsLine);
                    break;
                case "float_control":
                    FloatControl(body, first);
                    break;
                case "call":
                    Pairs(body, "call", LinuxNames.Calls, 1, (index, number) =>
                    {
                        if (!_calls.TryAdd(number, (SystemCall)index))
                            throw Bag.Fail(first, $"The number {number} has a call already, {LinuxNames.Calls[(int)_calls[number]]}");
                    });
                    break;
                case "errno":
                    Pairs(body, "errno", LinuxNames.Errors, 1, (index, number) => Set(first, _errors, index, number, LinuxNames.Errors));
                    break;
                case "value":
                    Pairs(body, "value", LinuxNames.Values, 0, (index, number) => Set(first, _values, index, number, LinuxNames.Values));
                    break;
                case "layout":
                    Layout(body);
                    break;
                default:
                    throw Bag.Fail(first, $"{first.Shown} is no line of 'abi linux'", Suggestion.For(first.Text, Words));
            }
        }

        /// <summary><c>syscall CAUSE number R arguments R..R [stack N] [pairs even] result R [second R] error ...</c></summary>
        private void Syscall(StatementParser body)
        {
            _cause = Cause(body);
            body.Expect("number", "behind the cause");
            _number = Slot(body);
            body.Expect("arguments", "behind the number's register");
            var from = Slot(body);
            body.Expect("..", "between the first and the last argument's register");
            var to = Slot(body);
            if (to < from || to - from > 6) throw Bag.Fail(at, "A call has 1 to 7 registers of arguments in ascending order");
            _arguments = [.. Enumerable.Range(from, to - from + 1)];
            if (body.TryTake("stack")) _onStack = (int)Value(body, "The place of arguments on the stack", 256);
            if (body.TryTake("pairs"))
            {
                body.Expect("even", "behind 'pairs'");
                _even = true;
            }

            body.Expect("result", "behind the arguments");
            _result = Slot(body);
            if (body.TryTake("second")) _second = Slot(body);
            body.Expect("error", "behind the result");
            if (body.TryTake("negative")) return;
            body.Expect("flag", "or 'negative' behind 'error'");
            _error = Slot(body);
        }

        /// <summary><c>signal N delayed NAME</c>: what ends a program that no handler can be entered for.</summary>
        private void Delayed(StatementParser body, int signal)
        {
            var name = body.ExpectName("the name of a 'delayed' block");
            if (loader.Model.Delayed is not { } delayed || delayed.Name != name.Text)
            {
                throw Bag.Fail(
                    name, $"There is no 'delayed {name.Text}'",
                    loader.Model.Delayed is { } known ? Suggestion.For(name.Text, [known.Name]) : null);
            }

            if (_delayed is not null) throw Bag.Fail(name, $"'delayed {name.Text}' has signal {_delayed.Signal} already");
            _delayed = new DelayedSignal(signal, name.Text, delayed.Classes);
        }

        /// <summary>A trap without a signal would be lost: the program would go on with a result that it didn't want.</summary>
        private void CompleteDelayed()
        {
            if (loader.Model.Delayed is not { } delayed || _delayed is not null) return;
            throw Bag.Fail(
                at, $"'abi linux' gives no signal for 'delayed {delayed.Name}'", $"add 'signal NUMBER delayed {delayed.Name}'");
        }

        /// <summary><c>float_control read CALL FIRST write CALL FIRST</c></summary>
        private void FloatControl(StatementParser body, Token first)
        {
            foreach (var hook in new[] { "float_control", "set_float_control" })
            {
                if (!loader.Model.Hooks.ContainsKey(hook))
                    throw Bag.Fail(first, $"The line 'float_control' needs a 'hook {hook}'", $"add '{HookHeader(hook)}'");
            }

            body.Expect("read", "behind 'float_control'");
            var read = Value(body, "The number of the call that reads", uint.MaxValue);
            var reads = Value(body, "Its first argument", uint.MaxValue);
            body.Expect("write", "behind the call that reads");
            var write = Value(body, "The number of the call that writes", uint.MaxValue);
            var writes = Value(body, "Its first argument", uint.MaxValue);
            _control = new FloatControlCalls(read, reads, write, writes);
        }

        /// <summary><c>layout NAME BYTES field OFFSET:BYTES ...</c>, the fields in parentheses over several lines.</summary>
        private void Layout(StatementParser body)
        {
            var name = body.ExpectName("a structure");
            var index = Array.IndexOf(LinuxNames.Layouts, name.Text);
            if (index < 0)
                throw Bag.Fail(name, $"No call uses a structure '{name.Text}'", Suggestion.For(name.Text, LinuxNames.Layouts));
            if (_layouts[index] is not null) throw Bag.Fail(name, $"'{name.Text}' has a layout already");
            var known = LinuxNames.FieldsOf((LinuxLayout)index);
            var bytes = body.ExpectNumber("the structure's size", 512);
            var fields = new List<StructField>();
            var grouped = body.TryTake("("); // which continues the line
            while (!body.Current.EndsLine && !(grouped && body.TryTake(")")))
            {
                var field = body.ExpectName("a field");
                if (!known.Any(each => each.TrimStart('!') == field.Text))
                {
                    throw Bag.Fail(
                        field, $"'{name.Text}' has no field '{field.Text}'",
                        Suggestion.For(field.Text, known.Select(each => each.TrimStart('!'))));
                }

                if (fields.Exists(f => f.Name == field.Text)) throw Bag.Fail(field, $"'{field.Text}' has a place already");
                var offset = body.ExpectNumber("the field's offset", 511);
                body.Expect(":", "between a field's offset and its bytes");
                var size = body.ExpectNumber("the field's bytes", 128);
                if (size is not (1 or 2 or 4 or 8) && field.Text != "mask")
                    throw Bag.Fail(field, $"A field has 1, 2, 4 or 8 bytes, not {size}");
                if (offset + size > bytes) throw Bag.Fail(field, $"'{field.Text}' ends behind the structure's {bytes} bytes");
                if (fields.Find(f => offset < f.Offset + f.Bytes && f.Offset < offset + size) is { } other)
                    throw Bag.Fail(field, $"'{field.Text}' overlaps '{other.Name}'");
                fields.Add(new StructField(field.Text, offset, size));
            }

            foreach (var each in known)
            {
                if (each[0] == '!' && !fields.Exists(f => f.Name == each[1..]))
                    throw Bag.Fail(name, $"'{name.Text}' says no place for '{each[1..]}'");
            }

            _layouts[index] = new StructLayout(bytes, fields);
        }

        private void Pairs(StatementParser body, string what, string[] known, int from, Action<int, ulong> take)
        {
            do
            {
                var name = body.ExpectName($"a name behind '{what}'");
                var index = Array.IndexOf(known, name.Text, from);
                if (index < 0)
                    throw Bag.Fail(name, $"'{name.Text}' is no {what} that this program knows", Suggestion.For(name.Text, known[from..]));
                take(index, Value(body, $"The number of '{name.Text}'", uint.MaxValue));
            }
            while (!body.Current.EndsLine);
        }

        private void Set(Token line, long[] values, int index, ulong number, string[] names)
        {
            if (values[index] >= 0) throw Bag.Fail(line, $"'{names[index]}' has a number already");
            values[index] = (long)number;
        }

        private void Complete(string what, string[] names, long[] values, int from)
        {
            for (var i = from; i < names.Length; i++)
            {
                if (values[i] < 0) throw Bag.Fail(at, $"'abi linux' gives no {what} '{names[i]}'");
            }
        }

        private void CompleteLayouts()
        {
            foreach (var (layout, calls) in new (LinuxLayout, SystemCall[])[]
            {
                (LinuxLayout.Stat, [SystemCall.Stat, SystemCall.Fstat, SystemCall.Lstat, SystemCall.Newfstatat]),
                (LinuxLayout.Stat64, [SystemCall.Stat64, SystemCall.Fstat64, SystemCall.Lstat64, SystemCall.Fstatat64]),
                (LinuxLayout.Timespec, [SystemCall.ClockGettime, SystemCall.Nanosleep]),
                (LinuxLayout.Timeval, [SystemCall.Gettimeofday]),
                (LinuxLayout.Iovec, [SystemCall.Readv, SystemCall.Writev]),
                (LinuxLayout.Rlimit, [SystemCall.Getrlimit, SystemCall.Setrlimit]),
                (LinuxLayout.Sigaction, [SystemCall.RtSigaction]),
            })
            {
                if (_layouts[(int)layout] is not null) continue;
                foreach (var call in calls)
                {
                    if (_calls.ContainsValue(call))
                    {
                        throw Bag.Fail(
                            at, $"'{LinuxNames.Calls[(int)call]}' needs 'layout {LinuxNames.Layouts[(int)layout]}'");
                    }
                }
            }
        }

        private ulong Cause(StatementParser body)
        {
            var name = body.ExpectName("a cause");
            return loader.Model.EnumValues.TryGetValue(name.Text, out var value)
                ? (ulong)value.Value
                : throw Bag.Fail(
                    name, $"No 'enum' declares the cause '{name.Text}'",
                    Suggestion.For(name.Text, loader.Model.EnumValues.Keys));
        }

        private ulong Value(StatementParser body, string what, ulong max)
        {
            var token = body.Current;
            if (token.Kind != TokenKind.Number) throw Bag.Fail(token, $"{what} is a number, not {token.Shown}");
            var value = body.Literal(body.Take());
            return value <= max ? (ulong)value : throw Bag.Fail(token, $"{what} is {token.Text}, more than {max}");
        }

        /// <summary>A register by name, element name or name and index, as in <c>sp</c>, <c>x2</c>, <c>pc</c>.</summary>
        private int Slot(StatementParser body)
        {
            var name = body.ExpectJoinedName("a register");
            foreach (var register in loader.Model.Registers)
            {
                if (register.Name == name.Text && register.Count == 1) return register.FirstSlot;
                var element = Array.IndexOf(register.ElementNames, name.Text);
                if (element >= 0) return register.FirstSlot + element;
                if (register.Count > 1 && name.Text.StartsWith(register.Name, StringComparison.Ordinal)
                    && int.TryParse(
                        name.Text.AsSpan(register.Name.Length), NumberStyles.None, CultureInfo.InvariantCulture, out element)
                    && element < register.Count)
                {
                    return register.FirstSlot + element;
                }
            }

            throw Bag.Fail(
                name, $"There is no register '{name.Text}'", Suggestion.For(name.Text, loader.Model.State.Keys));
        }
    }
}

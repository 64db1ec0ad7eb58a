namespace ShadowVm.Isa.Ir;

/// <summary>
/// What a <see cref="Node"/> does. Expressions give a bit-vector of <see cref="Node.Width"/> bits; statements give
/// nothing. Every expression is total: there is no undefined result (see isa/README.md, "Totality").
/// </summary>
public enum Op : byte
{
    // ---- decode-time values: known once the instruction word and its address are known ----

    /// <summary>The constant <see cref="Node.Value"/>.</summary>
    Const,

    /// <summary>
    /// Operand <see cref="Node.Index"/> of the decoded instruction, cut to <see cref="Node.Width"/> bits. Signed
    /// operands are stored sign-extended to 64 bits, so cutting is all that is needed.
    /// </summary>
    Operand,

    /// <summary>Address of this instruction.</summary>
    Pc,

    /// <summary>Address behind this encoding: <see cref="Pc"/> plus its length in bytes.</summary>
    Next,

    /// <summary>The instruction word as fetched, zero-extended.</summary>
    Word,

    // ---- run-time leaves ----

    /// <summary>Local variable <see cref="Node.Index"/> of the running body or function.</summary>
    Local,

    /// <summary>State slot <see cref="Node.Index"/>, as it was before this instruction.</summary>
    Register,

    /// <summary>
    /// Element A of register file <see cref="Node.Index"/>, as it was before this instruction. The zero register
    /// reads 0; an index beyond the file reads 0.
    /// </summary>
    RegisterAt,

    /// <summary>Guest instructions retired before this one; trap entries are left out.</summary>
    Retired,

    /// <summary>Guest time in nanoseconds at this instruction.</summary>
    Time,

    /// <summary>The machine's interrupt lines, a bit each, as the machine description wires them.</summary>
    External,

    // ---- operators; A and B have equal widths unless said otherwise ----

    /// <summary>Bitwise complement; on one bit it is logical not.</summary>
    Not,

    /// <summary>Two's complement negation.</summary>
    Negate,

    /// <summary>Zeros above the highest 1 of A, which has at most 64 bits; all of them where there is none.</summary>
    LeadingZeros,

    /// <summary>Zeros below the lowest 1 of A, which has at most 64 bits; all of them where there is none.</summary>
    TrailingZeros,

    /// <summary>Ones in A, which has at most 64 bits.</summary>
    CountOnes,

    /// <summary>The bytes of A, at most 8, in reverse order.</summary>
    ReverseBytes,

    /// <summary>A, of 32 or 64 bits, turned left by B (any width, unsigned) modulo its width.</summary>
    RotateLeft,

    /// <summary>A, of 32 or 64 bits, turned right by B (any width, unsigned) modulo its width.</summary>
    RotateRight,

    /// <summary>Sum modulo 2^width.</summary>
    Add,

    /// <summary>Difference modulo 2^width.</summary>
    Subtract,

    /// <summary>Product modulo 2^width.</summary>
    Multiply,

    /// <summary>Unsigned quotient; x/0 is all ones.</summary>
    DivideUnsigned,

    /// <summary>Signed quotient towards zero; x/0 is all ones, min/-1 is min.</summary>
    DivideSigned,

    /// <summary>Unsigned remainder; x%0 is x.</summary>
    RemainderUnsigned,

    /// <summary>Signed remainder with the dividend's sign; x%0 is x, min%-1 is 0.</summary>
    RemainderSigned,

    /// <summary>Bitwise and.</summary>
    And,

    /// <summary>Bitwise or.</summary>
    Or,

    /// <summary>Bitwise exclusive or.</summary>
    Xor,

    /// <summary>A shifted left by B (any width, unsigned); 0 when B is at least the width.</summary>
    ShiftLeft,

    /// <summary>A shifted right by B (any width, unsigned), zero filled; 0 when B is at least the width.</summary>
    ShiftRight,

    /// <summary>
    /// A shifted right by B (any width, unsigned), sign filled; all sign when B is at least the width.
    /// </summary>
    ShiftRightSigned,

    /// <summary>One bit: A equals B.</summary>
    Equal,

    /// <summary>One bit: A differs from B.</summary>
    NotEqual,

    /// <summary>One bit: A below B, unsigned.</summary>
    LessUnsigned,

    /// <summary>One bit: A below B, signed.</summary>
    LessSigned,

    /// <summary>One bit: A below or equal to B, unsigned.</summary>
    LessOrEqualUnsigned,

    /// <summary>One bit: A below or equal to B, signed.</summary>
    LessOrEqualSigned,

    /// <summary>A above B: the width is the sum of both.</summary>
    Concat,

    /// <summary>Bits of A from <see cref="Node.Index"/> upwards, <see cref="Node.Width"/> of them.</summary>
    Slice,

    /// <summary>
    /// Bits of A from bit B (run time) upwards, <see cref="Node.Width"/> of them; bits beyond A are 0.
    /// </summary>
    SliceAt,

    /// <summary>A extended to the width with zeros.</summary>
    ZeroExtend,

    /// <summary>A extended to the width with its sign.</summary>
    SignExtend,

    /// <summary>A (one bit) chooses B, else C. Only the chosen side is evaluated.</summary>
    Select,

    /// <summary>
    /// <see cref="Node.Width"/> bits of guest memory at address A, in the instruction set's byte order. May fault.
    /// <see cref="Node.Index"/> is 1 where the access must be naturally aligned.
    /// </summary>
    Load,

    /// <summary>
    /// As <see cref="Load"/>, by the translation of an address, at the physical address A of at most 64 bits. Where
    /// nothing answers, the access that is translated faults.
    /// </summary>
    WalkLoad,

    /// <summary>
    /// Function <see cref="Node.Index"/> applied to <see cref="Node.Items"/>. As a statement the result, if any, is
    /// dropped. A procedure's register writes join those of the caller.
    /// </summary>
    Call,

    /// <summary>
    /// Floating-point function <see cref="Node.Index"/> (see <see cref="Numerics.Floating.FloatCode"/>) of
    /// <see cref="Node.Items"/>, the last of which is the mode of 16 bits: the value, and above it five flags.
    /// </summary>
    Floating,

    // ---- statements ----

    /// <summary>The statements <see cref="Node.Items"/> in order.</summary>
    Block,

    /// <summary>Local <see cref="Node.Index"/> becomes A, at once.</summary>
    SetLocal,

    /// <summary>
    /// State slot <see cref="Node.Index"/> becomes A when the instruction commits; the last write wins.
    /// </summary>
    SetRegister,

    /// <summary>
    /// Element A of register file <see cref="Node.Index"/> becomes B when the instruction commits. A write to the
    /// zero register or beyond the file vanishes.
    /// </summary>
    SetRegisterAt,

    /// <summary>
    /// B, cut to <see cref="Node.Width"/> bits, is stored at address A. May fault. <see cref="Node.Index"/> is 1
    /// where the access must be naturally aligned.
    /// </summary>
    Store,

    /// <summary>
    /// Raises whatever a store of <see cref="Node.Width"/> bits at A would raise, and stores nothing.
    /// </summary>
    ProbeStore,

    /// <summary>As <see cref="Store"/>, by the translation of an address, at the physical address A.</summary>
    WalkUpdate,

    /// <summary>If A (one bit) then B, else C, which may be absent.</summary>
    If,

    /// <summary>
    /// Local <see cref="Node.Index"/> counts from A to B, both included, downwards where A is above B; C is the body.
    /// Bounds are constants.
    /// </summary>
    For,

    /// <summary>Leaves the innermost <see cref="For"/>.</summary>
    Break,

    /// <summary>Leaves the function, with the result A where it has one.</summary>
    Return,

    /// <summary>
    /// The next instruction is the one at address A (a branch that was taken); with delay slots, the one behind the
    /// next.
    /// </summary>
    Goto,

    /// <summary>As <see cref="Goto"/>, without opening a delay slot: trap entry and trap return.</summary>
    Enter,

    /// <summary>
    /// The next instruction stands in this one's delay slot. The first statement of each instruction that may go
    /// elsewhere, whether it does or not, in an instruction set with delay slots; nowhere else.
    /// </summary>
    OpenSlot,

    /// <summary>The next instruction, which stands in the delay slot, is passed over: it isn't counted.</summary>
    Nullify,

    /// <summary>
    /// Abandons the instruction, its register writes with it, and runs the trap hook with <see cref="Node.Items"/>
    /// as its arguments as a fresh step. Stores already done stay: the checker sees to it that there are none.
    /// </summary>
    Raise,

    /// <summary>
    /// Once the instruction has committed, the classes A and the registers B (64 bits each) join the traps that the
    /// processor delivers late.
    /// </summary>
    Delay,

    /// <summary>Ends the epoch at once; the guest goes on when the awake hook says so.</summary>
    Wait,

    /// <summary>What was translated from guest memory is forgotten before the next instruction.</summary>
    FlushCode,

    /// <summary>What was translated from page tables is forgotten before the next instruction.</summary>
    FlushTranslations,

    /// <summary>Orders memory accesses; nothing to do for one virtual CPU that executes in order.</summary>
    Order,

    /// <summary>A is carried out after the instruction's register writes were committed; it can't raise.</summary>
    AfterCommit,
}

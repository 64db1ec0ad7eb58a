namespace ShadowVm.Engine.Translation;

/// <summary>Why translated code gave control back to the dispatcher. State and counter are exact at pc.</summary>
internal enum HostExit : long
{
    /// <summary>Control goes on at pc, and what runs there is to be found.</summary>
    Dispatch = 0,

    /// <summary>The recovery counter is at zero.</summary>
    Counter = 1,

    /// <summary>The block at pc is longer than what is left of the counter.</summary>
    Partial = 2,

    /// <summary>The one instruction at pc is for the reference interpreter: it faults, or reaches a device, or the
    /// store watch, or isn't a user instruction, or can't be translated.</summary>
    Interpret = 3,

    /// <summary>The record at pc isn't decoded yet.</summary>
    Decode = 4,

    /// <summary>The record at pc was jumped to often enough to be translated.</summary>
    Hot = 5,

    /// <summary>
    /// A region met a floating-point result that isn't an ordinary number, or what it takes for granted of such isn't so.
    /// </summary>
    OddNumber = 6,

    /// <summary>Accesses of a region that share a look-up met two pages.</summary>
    OddGroup = 7,

    /// <summary>An access of a region's loop comes to another range of pages too often.</summary>
    OddPage = 8,

    /// <summary>Loads of a region come to pages whose frames lie in another order.</summary>
    OddFrame = 9,
}

namespace ShadowVm.Engine.Cpu;

/// <summary>
/// Words below the state's slots that translated code shares with the engine. They hold host addresses and such: no
/// digest and no snapshot ever sees them.
/// </summary>
internal static class EngineWords
{
    /// <summary>Number of words.</summary>
    public const int Count = 16 + AddendsMax + (LastRangeWords * LastRangesMax);

    /// <summary>Why translated code gave control back: a <see cref="Translation.HostExit"/>.</summary>
    public const int Exit = -1;

    /// <summary>Size of RAM in bytes.</summary>
    public const int RamSize = -2;

    /// <summary>First guest address of RAM.</summary>
    public const int RamStart = -3;

    /// <summary>Host address that the store watch's bytes would begin at for the granule at address 0.</summary>
    public const int Watch = -4;

    /// <summary>Host address of the table of record pages.</summary>
    public const int RecordPages = -5;

    /// <summary>The record at which a stub gave control back.</summary>
    public const int Record = -6;

    /// <summary>Host address of the table for computed jumps.</summary>
    public const int Jumps = -7;

    /// <summary>
    /// What the recovery counter was where the cold tier went on in a block, or <see cref="NotCrossed"/>.
    /// </summary>
    public const int Crossed = -8;

    /// <summary>The cold tier didn't go on in a block.</summary>
    public const long NotCrossed = -1;

    /// <summary>Host address of the pages that loads and stores find, where addresses are translated.</summary>
    public const int Pages = -9;

    /// <summary>Host address of the pages that jumps find.</summary>
    public const int FetchPages = -10;

    /// <summary>Host address of the table for jumps to other pages, where addresses are translated.</summary>
    public const int PagedJumps = -11;

    /// <summary>Not 0 where a region left the rest of the counter to its blocks.</summary>
    public const int Short = -12;

    /// <summary>Address of the region that control was given back by, where it was odd.</summary>
    public const int Region = -13;

    /// <summary>
    /// One more than the address of the node that a region is being entered at, while the headers of the loops around it lead there;
    /// else 0.
    /// </summary>
    public const int Entry = -14;

    /// <summary>How often a load's page lay elsewhere than <see cref="Addends"/> had it, since control was given back for that.</summary>
    public const int AddendMisses = -15;

    /// <summary>
    /// The lowest of the words that keep what the pages of loads were last away from their frames: loads go by that before it is
    /// known to be so.
    /// </summary>
    public const int Addends = AddendMisses - AddendsMax;

    /// <summary>Number of them, which loads share.</summary>
    public const int AddendsMax = 32;

    /// <summary>So often it wasn't so before control is given back for that; a power of two.</summary>
    public const int AddendMissesMax = 64;

    /// <summary>
    /// The lowest of the words in which a region keeps the ranges of pages that its loops last came to. They say nothing to the next
    /// one; which they were, and how often it was another one, is read where a region is left for that.
    /// </summary>
    public const int LastRanges = -Count;

    /// <summary>Most such ranges of a region.</summary>
    public const int LastRangesMax = 32;

    /// <summary>Words for each of them.</summary>
    public const int LastRangeWords = 2;

    /// <summary>So often another range is found before an access counts as one that does so all the time.</summary>
    public const int MissesMax = 256;

    /// <summary>Added to the exit where pc isn't in the state but in that record.</summary>
    public const long PcInRecord = 1 << 8;
}

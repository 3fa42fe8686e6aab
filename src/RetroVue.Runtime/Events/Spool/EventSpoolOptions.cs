namespace RetroVue.Runtime.Events.Spool;

/// <summary>Where events wait while the log does not take them, and how many. Immutable.</summary>
public sealed record EventSpoolOptions
{
    /// <summary>The least that <see cref="MaxSize"/> can be, in bytes.</summary>
    public const long LeastMaxSize = 65_536;

    /// <summary>
    /// The folder of the spool's files, on a disk of this machine. It is made if it does not exist. It must belong to this spool alone.
    /// </summary>
    /// <exception cref="ArgumentException">It is empty.</exception>
    public required string Folder
    {
        get;
        init
        {
            ArgumentException.ThrowIfNullOrWhiteSpace(value);
            field = Path.GetFullPath(value);
        }
    }

    /// <summary>The most bytes of the spool's files, at least <see cref="LeastMaxSize"/>; by default 64 MiB.</summary>
    public long MaxSize
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, LeastMaxSize);
            field = value;
        }
    }
    = 64 * 1024 * 1024;

    /// <summary>
    /// The longest time that an append waits for the log before the event goes to the spool, in real time; by default 2 s. At most an hour.
    /// </summary>
    public TimeSpan AnswerLimit
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(value, TimeSpan.Zero);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, TimeSpan.FromHours(1));
            field = value;
        }
    }
    = TimeSpan.FromSeconds(2);

    /// <summary>The longest time that an append waits for the spool's own disk.</summary>
    internal TimeSpan DiskLimit { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The pause after the first attempt that failed; each further failure doubles it.</summary>
    internal TimeSpan FirstPause { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest pause between two attempts.</summary>
    internal TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The calls of the file system.</summary>
    internal SpoolDisk Disk { get; init; } = new();

    /// <summary>
    /// The size from which on a file is closed and the next one begun. A file is deleted as a whole, so this bounds what a restart sends to the
    /// log a second time.
    /// </summary>
    internal long SegmentSize => Math.Clamp(MaxSize / 16, 4096, 4 * 1024 * 1024);
}

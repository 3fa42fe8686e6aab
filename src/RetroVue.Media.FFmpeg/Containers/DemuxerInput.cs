using RetroVue.Media.FFmpeg.Packets;
using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Containers;

/// <summary>
/// The file of a demuxer: opened, or taken from the shelf, at the key frame to start with, and given back to the shelf. Packets that were
/// read to find that key frame are kept, to be handed out first.
/// </summary>
/// <remarks>For one thread at a time; <see cref="Interrupt"/> and <see cref="IsInterrupted"/> are for any.</remarks>
/// <param name="path">The file; a regular one.</param>
/// <param name="options">What is read of it.</param>
/// <param name="pool">Where the packets come from that are read ahead.</param>
internal sealed class DemuxerInput(string path, FileDemuxerOptions options, PacketPool pool) : IDisposable
{
    /// <summary>
    /// How long a running read may take when the demuxer is stopped: an interrupted read would make the file useless for later reads.
    /// </summary>
    private static readonly ClockTime s_lastRead = ClockTime.FromMilliseconds(100);

    private readonly Queue<PacketMemory> _ahead = new();
    private InputFile? _file;
    private volatile InterruptSwitch _interrupt = new();
    private volatile bool _isInterrupted;

    /// <summary>The open file.</summary>
    public InputFile File => _file ?? throw new InvalidOperationException($"'{path}' is not open.");

    /// <summary>True once reading was interrupted: then no read succeeds any more.</summary>
    public bool IsInterrupted => _interrupt.IsThrown;

    /// <summary>Opens the file and goes to the key frame to start with. Blocks.</summary>
    /// <exception cref="MediaFileException">The file cannot be opened, or does not hold what is wanted.</exception>
    public void Open() => _file = TakeKept() ?? OpenAnew();

    /// <summary>Ends reading: a read that is under way soon, all others at once.</summary>
    public void Interrupt()
    {
        _isInterrupted = true;
        // Either this throws the switch of a file that is being taken from the shelf, or the taking thread sees the flag.
        Interlocked.MemoryBarrier();
        _interrupt.Throw(s_lastRead);
    }

    /// <summary>Looks at the first packets of a stream. Blocks for as long as opening may at most.</summary>
    public FirstLook Look(StreamInfo stream)
    {
        _interrupt.Limit(options.OpenLimit);
        var look = new FirstPackets(File, pool, _ahead).Look(stream);
        _interrupt.Unlimit();
        return look;
    }

    /// <summary>The next packet of those that were read ahead, the caller's from now on; null if there is none left.</summary>
    public PacketMemory? TakeAhead() => _ahead.TryDequeue(out var memory) ? memory : null;

    /// <summary>Lets the packets go that were read ahead.</summary>
    public void DropAhead()
    {
        while (TakeAhead() is { } memory)
        {
            memory.Release();
        }
    }

    /// <summary>Gives the file back to the shelf if there is one, and closes it if there is none.</summary>
    public void Dispose()
    {
        DropAhead();
        if (_file is { } file && options.Shelf is { } shelf)
        {
            shelf.Return(file);
        }
        else
        {
            _file?.Dispose();
        }

        _file = null;
    }

    private InputFile OpenAnew()
    {
        var file = InputFile.Open(path, _interrupt, options.OpenLimit, options.Streams);
        try
        {
            ThrowUnlessItHolds(file.Info);
            TryGoToStart(file);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Returns a kept file at the first key frame; null if there is none, or it cannot seek like a new one.</summary>
    private InputFile? TakeKept()
    {
        if (options.StartAt == ClockTime.Zero || options.Shelf?.TryTake(path, options.Streams) is not { } file)
        {
            return null;
        }

        try
        {
            file.Interrupt.Reset();
            _interrupt = file.Interrupt;
            Interlocked.MemoryBarrier();
            if (_isInterrupted)
            {
                _interrupt.Throw();
            }

            ThrowUnlessItHolds(file.Info);
            if (TryGoToStart(file) && !file.HasFailed)
            {
                return file;
            }
        }
        catch
        {
            file.Dispose();
            throw;
        }

        DropAhead();
        file.Dispose();
        return null;
    }

    private void ThrowUnlessItHolds(MediaInfo info)
    {
        if (!(options.Video && info.Video is not null) && !(options.Audio && info.Audio is not null))
        {
            throw new MediaFileException(path, options.Video ? "contains no picture, but only the picture is selected." : "contains no sound, but only the sound is selected.");
        }
    }

    /// <summary>Seeks to the first key frame; false if the file cannot be sought.</summary>
    private bool TryGoToStart(InputFile file)
    {
        var info = file.Info;
        if (info.Video is { } video)
        {
            file.Want(video.Index, options.Video);
        }

        if (info.Audio is { } audio)
        {
            file.Want(audio.Index, options.Audio);
        }

        if (options.StartAt <= ClockTime.Zero)
        {
            return true;
        }

        // A file that cannot be sought is read from its beginning; the segment drops packets that are too early.
        var leading = options.Video && info.Video is not null ? info.Video : info.Audio!;
        _interrupt.Limit(options.OpenLimit);
        var isThere = new KeyFrameSeek(file, pool, _ahead).TryGoTo(leading, info.StartTime + options.StartAt);
        _interrupt.Unlimit();
        return isThere;
    }
}

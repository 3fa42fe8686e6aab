using RetroVue.Media.FFmpeg.Packets;
using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Containers;

/// <summary>
/// The file of a demuxer. It is opened, or taken from the cache, at the first key frame to play, and returned to the cache at the end.
/// Packets that were read to find that key frame are kept and given out first.
/// </summary>
/// <remarks>For one thread at a time; <see cref="Interrupt"/> and <see cref="IsInterrupted"/> are for any.</remarks>
/// <param name="path">The path of a regular file.</param>
/// <param name="options">The options of the demuxer.</param>
/// <param name="pool">The pool for the packets that are read ahead.</param>
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

    /// <summary>True once reading was interrupted; from then on each read fails.</summary>
    public bool IsInterrupted => _interrupt.IsThrown;

    /// <summary>Opens the file and seeks to the first key frame to play. Blocks.</summary>
    /// <exception cref="MediaFileException">The file cannot be opened, or does not contain the requested streams.</exception>
    public void Open() => _file = TakeKept() ?? OpenAnew();

    /// <summary>Ends reading: a read that is running ends soon, and all later reads fail at once.</summary>
    public void Interrupt()
    {
        _isInterrupted = true;
        // Either this throws the switch of a file that is being taken from the cache, or the taking thread sees the flag.
        Interlocked.MemoryBarrier();
        _interrupt.Throw(s_lastRead);
    }

    /// <summary>Looks at the first packets of a stream. Blocks at most for the time limit of opening.</summary>
    public FirstLook Look(StreamInfo stream)
    {
        _interrupt.Limit(options.OpenLimit);
        var look = new FirstPackets(File, pool, _ahead).Look(stream);
        _interrupt.Unlimit();
        return look;
    }

    /// <summary>Returns the next packet that was read ahead, and gives it to the caller; null if none is left.</summary>
    public PacketMemory? TakeAhead() => _ahead.TryDequeue(out var memory) ? memory : null;

    /// <summary>Releases the packets that were read ahead.</summary>
    public void DropAhead()
    {
        while (TakeAhead() is { } memory)
        {
            memory.Release();
        }
    }

    /// <summary>Returns the file to the cache; if there is no cache, closes it.</summary>
    public void Dispose()
    {
        DropAhead();
        if (_file is { } file && options.Cache is { } cache)
        {
            cache.Return(file);
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

    /// <summary>
    /// Takes a file from the cache and seeks to the first key frame; returns null if the cache has none, or if the file cannot seek like a
    /// new one.
    /// </summary>
    private InputFile? TakeKept()
    {
        if (options.StartAt == ClockTime.Zero || options.Cache?.TryTake(path, options.Streams) is not { } file)
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

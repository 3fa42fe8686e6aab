using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

namespace RetroVue.Runtime.Events.Spool;

/// <summary>The folder of a spool, locked, and what an earlier process left in it.</summary>
internal sealed class SpoolFolder : IDisposable
{
    /// <summary>EWOULDBLOCK: somebody else has the lock.</summary>
    private const int IsLocked = 11;

    private readonly EventSpoolOptions _options;
    private readonly ILogger _logger;
    private readonly SafeFileHandle _lock;

    /// <summary>Locks the folder and looks through its files.</summary>
    /// <exception cref="EventException">It cannot be used.</exception>
    public SpoolFolder(EventSpoolOptions options, ILogger logger)
    {
        (_options, _logger) = (options, logger);
        string problem = "cannot be used";
        try
        {
            Create();
            _lock = File.OpenHandle(Path.Combine(options.Folder, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            problem = "cannot be read";
            Recover();
        }
        catch (IOException exception) when (exception.HResult == IsLocked && _lock is null)
        {
            throw new EventException(
                $"The folder '{options.Folder}' of the spool of events is used by another process, or a second time by this one. Stop the other one, or give each its own folder.",
                isTransient: true,
                exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            _lock?.Dispose();
            throw new EventException(
                $"The folder '{options.Folder}' of the spool of events {problem}: {exception.Message} It must be a folder in which this process may make and change files; correct that, or choose another folder.",
                isTransient: false,
                exception);
        }
        catch (EventException)
        {
            _lock?.Dispose();
            throw;
        }
    }

    /// <summary>The files with events, in order.</summary>
    public List<SpoolSegment> Segments { get; } = [];

    /// <summary>The number of events in them.</summary>
    public long Events { get; private set; }

    /// <summary>The highest number of a file so far.</summary>
    public long LastNumber { get; private set; }

    public void Dispose() => _lock.Dispose();

    private void Create()
    {
        List<string> parents = [];
        for (string folder = _options.Folder; !Directory.Exists(folder) && Path.GetDirectoryName(folder) is { } parent; folder = parent)
        {
            parents.Add(parent);
        }

        Directory.CreateDirectory(_options.Folder);
        parents.ForEach(_options.Disk.FlushFolder);
    }

    private void Recover()
    {
        // The numbers of the files that are kept as damaged are not given again.
        LastNumber = Directory.GetFiles(_options.Folder).Max(SpoolSegment.NumberOf);
        SpoolSegment[] found = [.. SpoolSegment.AllIn(_options.Folder)];
        long events = 0;
        foreach (SpoolSegment segment in found)
        {
            long count = Recover(segment, isLast: segment == found[^1]);
            if (count > 0 || segment.IsDamaged)
            {
                events += count;
                Segments.Add(segment);
            }
            else
            {
                segment.Dispose();
                _options.Disk.Delete(segment.Path);
            }
        }

        _options.Disk.FlushFolder(_options.Folder);
        Events = events;
        if (events > 0)
        {
            RuntimeLog.SpoolLeft(_logger, _options.Folder, events);
        }
    }

    /// <summary>Looks through a file, and returns the number of its events that can be read.</summary>
    private long Recover(SpoolSegment segment, bool isLast)
    {
        segment.Length = new FileInfo(segment.Path).Length;
        SpoolHeader header = SpoolFormat.Check(segment.Read(0, Math.Min(SpoolFormat.HeaderSize, segment.Length)), out int version);
        if (header == SpoolHeader.OtherVersion)
        {
            throw new EventException(
                $"'{segment.Path}' has version {version} of the spool's form; this program reads version {SpoolFormat.Version}. Run the program that wrote it until its spool is empty, or move the file to another folder.",
                isTransient: false);
        }

        if (header == SpoolHeader.Strange && segment.FindRecord(0) == segment.Length)
        {
            throw new EventException($"'{segment.Path}' is not a file of a spool of events. Move it to another folder.", isTransient: false);
        }

        long offset = SpoolFormat.HeaderSize;
        long events = 0;
        while (offset < segment.Length)
        {
            if (segment.ReadRecord(offset) is { } record)
            {
                events += SpoolFormat.CountOf(record);
                offset += record.Length;
                continue;
            }

            long next = segment.FindRecord(offset);
            if (next == segment.Length && isLast)
            {
                CutOff(segment, offset);
                break;
            }

            Report(segment, offset, next - offset);
            offset = next;
        }

        if (header != SpoolHeader.Good && events > 0)
        {
            Report(segment, 0, SpoolFormat.HeaderSize);
        }

        return events;
    }

    /// <summary>
    /// Cuts off the end of the last file, which is no whole record: the power failed before it was acknowledged. As a bad disk may look the
    /// same, the bytes are kept beside it.
    /// </summary>
    private void CutOff(SpoolSegment segment, long offset)
    {
        byte[] end = segment.Read(offset, segment.Length - offset);
        string kept = $"They are kept in '{segment.CutPath}'";
        try
        {
            if (end.AsSpan().ContainsAnyExcept((byte)0))
            {
                File.WriteAllBytes(segment.CutPath, end);
            }
            else
            {
                kept = "They are zeros";
            }
        }
        catch (IOException exception)
        {
            // A full disk is no reason not to deliver the others.
            kept = $"They could not be kept: {exception.Message}";
        }

        RuntimeLog.SpoolCutOff(_logger, segment.Path, end.Length, offset, kept);
        using SafeFileHandle file = _options.Disk.Open(segment.Path);
        _options.Disk.SetLength(file, offset);
        _options.Disk.Flush(file);
        segment.Length = offset;
    }

    private void Report(SpoolSegment segment, long offset, long bytes)
    {
        if (segment.AddDamage(offset))
        {
            RuntimeLog.SpoolDamaged(_logger, segment.Path, bytes, offset, segment.DamagedPath);
        }
    }
}

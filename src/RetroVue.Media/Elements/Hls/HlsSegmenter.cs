using System.Globalization;
using RetroVue.Media.Elements.MpegTs;
using RetroVue.Media.Time;

namespace RetroVue.Media.Elements.Hls;

/// <summary>
/// Cuts a transport stream into HLS segments (RFC 8216 and its second edition), in memory. Each segment begins and ends at a key frame, and
/// is as long as possible without exceeding <see cref="HlsOptions.Target"/>.
/// </summary>
/// <remarks>
/// <para>If pictures stop, segments are cut at sound; if nothing comes, or no key frame in time, what is missing is listed as a gap.
/// So there is a new segment at least every target duration, whatever comes. The first number follows from the PTS, so that a later run's
/// numbers are not below those of an earlier one; from there on they are counted.</para>
/// <para>A segment is listed once all of it has been on the air, in versions of the playlist that are half a target duration or more
/// apart, and stays available after it was removed for as long as RFC 8216 6.2.2 wants.</para>
/// <para>Appending is for one thread; <see cref="Playlist"/> and <see cref="Open(string)"/> are for any. Times are on the channel's line,
/// which goes on for good: there are no discontinuities, and formats change within a codec, with parameter sets in the stream.</para>
/// </remarks>
public sealed class HlsSegmenter : IDisposable
{
    /// <summary>
    /// How much longer than the target duration a segment may be if there is no place to cut in time: durations are rounded.
    /// </summary>
    private static readonly ClockTime s_slack = ClockTime.FromMilliseconds(450);

    private readonly HlsOptions _options;
    private readonly HlsSegments _finished;
    private readonly OpenSegment _open = new();
    private long _number;

    /// <summary>Makes a segmenter.</summary>
    /// <exception cref="ArgumentException">A value of the options is invalid.</exception>
    public HlsSegmenter(HlsOptions? options = null)
    {
        _options = options ?? new HlsOptions();
        _options.Validate();
        _finished = new HlsSegments(_options);
    }

    /// <summary>The newest version of the playlist; null before the first.</summary>
    public HlsPlaylist? Playlist => _finished.Playlist;

    /// <summary>Adds a chunk of the writer, and takes over the buffer's reference. Chunks before the first cut are dropped.</summary>
    /// <param name="chunk">The chunk.</param>
    /// <param name="writer">The writer, as it is now.</param>
    /// <param name="now">Station time on the channel's line, as the PTS are.</param>
    public void Append(TransportStreamChunk chunk, TransportStreamWriter writer, ClockTime now)
    {
        ArgumentNullException.ThrowIfNull(writer);
        if (chunk.Cut is { } cut)
        {
            TakeCut(cut, writer.LastHole);
        }

        if (_open.Begin.IsNone)
        {
            chunk.Buffer.Release();
            return;
        }

        ClockTime reached = chunk.Buffer.Pts + chunk.Buffer.Duration;
        _open.Add(chunk.Buffer);
        FinishWhatIsOver(reached, writer.MediaEnd);
        _finished.Update(reached, now);
    }

    /// <summary>
    /// Opens a segment by its name in the playlist without the extension; null if it does not exist or is no longer available. The caller
    /// disposes of it.
    /// </summary>
    public HlsSegment? Open(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.StartsWith(_options.Run, StringComparison.Ordinal)
            && long.TryParse(name.AsSpan(_options.Run.Length), NumberStyles.None, CultureInfo.InvariantCulture, out long number)
            ? Open(number)
            : null;
    }

    /// <summary>Opens a segment by its number; null if it does not exist or is no longer available. The caller disposes of it.</summary>
    public HlsSegment? Open(long number) => _finished.Open(number);

    /// <summary>Drops all segments. Opened segments stay valid until they are disposed of.</summary>
    public void Dispose()
    {
        _finished.Clear();
        _open.Clear();
    }

    private void TakeCut(TransportStreamCut cut, (ClockTime From, ClockTime To) hole)
    {
        if (cut.Kind == TransportStreamCutKind.Dependent)
        {
            _open.RefuseSoundAlone();
        }
        else if (_open.Begin.IsNone)
        {
            // Four per target duration: more than there are segments, so the number does not fall even if a new run begins a few segments
            // earlier.
            _number = Math.Max(0, cut.Pts.Nanoseconds / (_options.Target.Nanoseconds / 4));
            _open.BeginAt(cut);
        }
        else if (cut.Pts > _open.LastPlace)
        {
            if (cut.Pts - _open.Begin > _options.Target && _open.HasPlace)
            {
                FinishAtPlace();
            }

            if (hole.To <= cut.Pts && hole.From > _open.LastPlace && !_open.IsGap)
            {
                // The media after the hole is sent from here on.
                FinishTooLong(hole.From);
                Finish(hole.From);
                _open.BeginGap(hole.From);
            }

            FinishTooLong(cut.Pts);
            if (_open.IsGap || cut.Pts - _open.Begin > _options.Target)
            {
                Finish(cut.Pts);
                _open.BeginAt(cut);
            }
            else
            {
                _open.AddPlace(cut);
            }
        }
    }

    /// <summary>Ends the segments that a later cut could not end in time.</summary>
    private void FinishWhatIsOver(ClockTime reached, ClockTime mediaEnd)
    {
        if (_open.HasPlace && reached + _options.Lead >= _open.Begin + _options.Target)
        {
            // The next place would come only when the segment is too long.
            FinishAtPlace();
        }

        if (!_open.IsGap && mediaEnd > _open.LastPlace && HasStarved(reached, mediaEnd))
        {
            FinishTooLong(mediaEnd);
            Finish(mediaEnd);
            _open.BeginGap(mediaEnd);
        }

        ClockTime most = _open.Begin + _options.Target + s_slack;
        if (!_open.IsGap && mediaEnd > most && reached + _options.Lead >= most)
        {
            FinishLongest();
        }

        while (_open.IsGap && reached >= _open.Begin + _options.Target)
        {
            FinishLongest();
        }
    }

    /// <summary>True if there is no media at a time, and either it has been missing for long, or the segment cannot wait longer.</summary>
    private bool HasStarved(ClockTime reached, ClockTime mediaEnd) =>
        reached > mediaEnd + (_options.Target / 4) || (reached > mediaEnd && reached >= _open.Begin + _options.Target);

    /// <summary>
    /// Ends segments at their maximum length until the last one can end at a time. A segment that does not begin at a cut is a gap.
    /// </summary>
    private void FinishTooLong(ClockTime end)
    {
        while (end - _open.Begin > _options.Target + s_slack)
        {
            FinishLongest();
        }
    }

    private void FinishLongest()
    {
        ClockTime end = _open.Begin + _options.Target + (_open.IsGap ? ClockTime.Zero : s_slack);
        Finish(end);
        _open.BeginGap(end);
    }

    private void FinishAtPlace() => Add(_open.TakeUpToLastPlace(_number));

    private void Finish(ClockTime end) => Add(_open.TakeAll(_number, end));

    private void Add(HlsSegment segment)
    {
        _number++;
        _finished.Add(segment);
    }
}

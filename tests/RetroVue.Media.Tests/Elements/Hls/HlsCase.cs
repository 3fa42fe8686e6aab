using RetroVue.Media.Elements.Hls;
using RetroVue.Media.Elements.MpegTs;
using RetroVue.Media.Memory;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Tests.Elements.MpegTs;
using RetroVue.Media.Time;

namespace RetroVue.Media.Tests.Elements.Hls;

/// <summary>
/// A channel of invented packets. As an output does, it writes them in granules of 40 ms when they are due, into a segmenter. After every
/// granule the playlist is checked.
/// </summary>
internal sealed class HlsCase : IDisposable
{
    private static readonly ClockTime s_granule = ClockTime.FromMilliseconds(40);

    private readonly List<ScriptedPacket> _packets;
    private readonly bool _hasVideo;
    private readonly bool _hasSound;
    private readonly List<HlsPlayerModel> _players = [];
    private HlsSegmenter _segmenter = null!;
    private TransportStreamWriter _writer = null!;
    private TransportStreamChunker _chunker = null!;
    private TransportStreamTrack? _video;
    private TransportStreamTrack? _sound;
    private HlsPlaylist? _seen;
    private ClockTime _output;
    private int _next;
    private int _run;

    /// <param name="packets">The packets in decoding order.</param>
    /// <param name="target">The target duration in seconds.</param>
    public HlsCase(List<ScriptedPacket> packets, int target)
    {
        _packets = packets;
        (_hasVideo, _hasSound) = (packets.Exists(packet => packet.IsVideo), packets.Exists(packet => !packet.IsVideo));
        Target = target;
        Rules = new HlsRules(Epoch, Read) { MostWait = TimeSpan.FromSeconds(target + 0.5) };
    }

    /// <summary>The UTC time of the line's zero.</summary>
    public static DateTime Epoch { get; } = new(2026, 3, 29, 0, 0, 0, DateTimeKind.Utc);

    public HlsRules Rules { get; set; }

    public HlsSegmenter Segmenter => _segmenter;

    private int Target { get; }

    /// <summary>
    /// Begins a run at a time. The media that was on the air for <paramref name="preroll"/> before that time is written first.
    /// </summary>
    public void Start(ClockTime now, ClockTime preroll)
    {
        Stop();
        Rules.Restart();
        _run++;
        _writer = new TransportStreamWriter();
        _chunker = new TransportStreamChunker(chunk => _segmenter.Append(chunk, _writer, Now));
        _video = _hasVideo ? _writer.AddTrack(TransportStreamBench.H264) : null;
        _sound = _hasSound ? _writer.AddTrack(TransportStreamBench.Aac()) : null;
        _segmenter = new HlsSegmenter(new HlsOptions
        {
            Target = ClockTime.FromSeconds(Target),
            Run = $"{_run}-",
            EpochUnixNanoseconds = (Epoch - DateTime.UnixEpoch).Ticks * 100,
        });
        Now = now;
        ClockTime from = now - preroll;
        // As in an output, the run begins with the key frame before that time.
        _next = Math.Max(0, _packets.FindLastIndex(packet => packet.Pts <= from && packet.IsKey && packet.IsVideo == _hasVideo));
        ClockTime first = _packets[_next].Dts - _writer.Options.Delay;
        _output = ClockTime.FromUnits(ClockTime.Min(first, now).Nanoseconds / s_granule.Nanoseconds, new Rational(1, 25));
        RunTo(now);
    }

    /// <summary>Station time on the line.</summary>
    public ClockTime Now { get; private set; }

    public void RunTo(ClockTime end)
    {
        while (_output <= end)
        {
            Now = ClockTime.Max(Now, _output);
            ClockTime horizon = _output + s_granule + _writer.Options.Delay;
            for (; _next < _packets.Count && _packets[_next].Dts < horizon; _next++)
            {
                Write(_packets[_next]);
            }

            _writer.AdvanceTo(_output, _chunker);
            _chunker.Flush(_output);
            _output += s_granule;
            // While the run catches up, it takes no time, so no player can look at the playlist.
            if (_output > Now)
            {
                Look();
            }
        }
    }

    /// <summary>Adds a player, which begins with the next playlist.</summary>
    public void Join() => _players.Add(new HlsPlayerModel());

    public void Stop()
    {
        _players.Clear();
        _writer?.Dispose();
        _segmenter?.Dispose();
        _chunker?.Dispose();
    }

    public void Dispose() => Stop();

    private static DateTime ToDate(ClockTime time) => Epoch.AddTicks(time.Nanoseconds / 100);

    private void Look()
    {
        HlsPlaylist? playlist = _segmenter.Playlist;
        Rules.Look(playlist is null || ReferenceEquals(playlist, _seen) ? Rules.LastText : playlist.ToText(), ToDate(Now));
        _seen = playlist;
        if (playlist is not null)
        {
            _players.ForEach(player => player.GoOn(Rules.Last, Rules.Target, ToDate(Now)));
        }
    }

    private void Write(ScriptedPacket packet)
    {
        // A picture that comes too late is not written.
        if (packet.Pts < _output)
        {
            return;
        }

        MediaBuffer buffer = packet.IsVideo ? TransportStreamBench.Picture(24, packet.IsKey) : MediaBuffer.Create(HeapMemory.Create(16));
        (buffer.Pts, buffer.Dts, buffer.Duration) = (packet.Pts, packet.Dts, packet.Duration);
        buffer.Flags = packet.IsKey ? BufferFlags.KeyFrame : BufferFlags.None;
        _writer.Write(packet.IsVideo ? _video! : _sound!, buffer);
    }

    public byte[]? Read(string address)
    {
        using HlsSegment? segment = _segmenter.Open(Path.GetFileNameWithoutExtension(address));
        if (segment is null)
        {
            return null;
        }

        byte[] bytes = new byte[segment.Length];
        int at = 0;
        for (int part = 0; part < segment.PartCount; part++)
        {
            segment.Part(part).CopyTo(bytes.AsSpan(at));
            at += segment.Part(part).Length;
        }

        return bytes;
    }
}

using System.Globalization;
using System.Security.Cryptography;

namespace RetroVue.Tests;

/// <summary>
/// Checks every version of a live media playlist and the segments that it names. It throws if a rule of RFC 8216, of its second edition or
/// of this project is broken; the exception names the rule.
/// </summary>
/// <param name="epoch">The UTC time of the stream's zero.</param>
/// <param name="read">Returns the bytes of a segment by its address; null if the segment is not available.</param>
internal sealed class HlsRules(DateTime epoch, Func<string, byte[]?> read)
{
    /// <summary>
    /// Sound is sent up to 400 ms after the pictures of its time. Pictures are sent earlier still by the time from their decoding to their
    /// presentation.
    /// </summary>
    private static readonly TimeSpan s_skew = TimeSpan.FromSeconds(1.1);

    private static readonly TimeSpan s_tick = TimeSpan.FromMilliseconds(1.02);

    private readonly Dictionary<string, string> _hashes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _sizes = new(StringComparer.Ordinal);
    private readonly List<(Listed Segment, DateTime Until)> _removed = [];
    private List<Listed> _last = [];
    private string _lastText = "";
    private DateTime _versionAt;
    private TimeSpan _longest;

    /// <summary>The longest time between two versions so far.</summary>
    public TimeSpan LongestWait { get; private set; }

    /// <summary>The longest time allowed between two versions, if it is less than the RFC's 1.5 target durations.</summary>
    public TimeSpan MostWait { get; init; } = TimeSpan.MaxValue;

    /// <summary>The interval at which the test looks for versions. Times between versions are checked to twice this precision.</summary>
    public TimeSpan LookEvery { get; init; } = TimeSpan.FromMilliseconds(40);

    /// <summary>The longest time from the last picture or sound of a segment to the segment's end.</summary>
    /// <remarks>Sound is sent up to 400 ms after the pictures of its time: it is sent 200 ms less ahead, and a PES packet has up to 200 ms
    /// of sound.</remarks>
    public TimeSpan MostHole { get; init; } = TimeSpan.FromMilliseconds(450);

    private TimeSpan Reorder => MayHavePicturesInGaps ? TimeSpan.FromMilliseconds(350) : TimeSpan.Zero;

    /// <summary>True if a gap may have pictures: those of a group that is longer than the target duration.</summary>
    public bool MayHavePicturesInGaps { get; init; }

    /// <summary>The BANDWIDTH of the multivariant playlist.</summary>
    public long MostBitRate { get; set; } = long.MaxValue;

    /// <summary>The target duration in seconds; 0 before the first version.</summary>
    public int Target { get; private set; }

    /// <summary>The number of segments seen.</summary>
    public int Count => _hashes.Count;

    /// <summary>The number of gaps seen.</summary>
    public int Gaps { get; private set; }

    /// <summary>The last version; null before the first.</summary>
    public string? LastText => _lastText.Length == 0 ? null : _lastText;

    /// <summary>The segments of the last version.</summary>
    public IReadOnlyList<Listed> Last => _last;

    /// <summary>Checks the playlist at a time; null if there is none yet.</summary>
    public void Look(string? text, DateTime now)
    {
        if (text is not null && text != _lastText)
        {
            List<Listed> listed = Parse(text);
            CheckVersion(listed, now);
            (_last, _lastText, _versionAt) = (listed, text, now);
        }
        else if (text is not null)
        {
            CheckPace(now - _versionAt, isNew: false);
        }

        foreach ((Listed segment, DateTime until) in _removed)
        {
            // Reading takes long, so the segment is read only at the end of its time.
            bool isLast = now < until - s_tick && now + (LookEvery * 2) >= until;
            Require(!isLast || read(segment.Address) is not null, $"6.2.2: {segment} is available for {until - now} more");
        }

        _removed.RemoveAll(removed => now >= removed.Until);
    }

    /// <summary>The channel begins anew. Its versions are independent of those before, but an address must not get other bytes.</summary>
    public void Restart()
    {
        (_last, _lastText, _longest) = ([], "", TimeSpan.Zero);
        _removed.Clear();
    }

    private void CheckVersion(List<Listed> listed, DateTime now)
    {
        Require(listed.Count > 0, "a playlist has a segment");
        TimeSpan total = listed.Aggregate(TimeSpan.Zero, (sum, segment) => sum + segment.Duration);
        for (int i = 0; i < listed.Count; i++)
        {
            Listed segment = listed[i];
            Require(Math.Round(segment.Duration.TotalSeconds, MidpointRounding.AwayFromZero) <= Target, $"4.3.3.1: {segment} is not longer than the target duration {Target}");
            Require(segment.Duration > TimeSpan.Zero, $"{segment} has a duration");
            Require(segment.End <= now + s_tick, $"{segment} is listed once all of it has been on the air, and it is {now:HH:mm:ss.fff}");
            if (i > 0)
            {
                Require(segment.IsDiscontinuous || (segment.Date - listed[i - 1].End).Duration() <= s_tick, $"4.3.2.6: {segment} follows on {listed[i - 1]}");
            }
        }

        if (_last.Count > 0)
        {
            CheckChange(listed, now, total);
        }

        foreach (Listed segment in listed)
        {
            CheckMedia(segment);
        }

        CheckBitRate(listed);
        _longest = total > _longest ? total : _longest;
    }

    /// <summary>Checks the bit rate of all stretches of segments that last from half a target duration to one and a half.</summary>
    private void CheckBitRate(List<Listed> listed)
    {
        for (int first = 0; first < listed.Count; first++)
        {
            (double seconds, long bits) = (0, 0);
            for (int i = first; i < listed.Count && !(i > first && listed[i].IsDiscontinuous); i++)
            {
                seconds += listed[i].Duration.TotalSeconds;
                bits += 8L * _sizes[listed[i].Address];
                bool counts = seconds >= Target * 0.5 && seconds <= Target * 1.5;
                Require(!counts || bits / seconds <= MostBitRate, $"4.3.4.2: {bits / seconds:0} bits per second from {listed[first]} on are more than {MostBitRate}");
            }
        }
    }

    private void CheckChange(List<Listed> listed, DateTime now, TimeSpan total)
    {
        CheckPace(now - _versionAt, isNew: true);
        long gone = listed[0].Number - _last[0].Number;
        Require(gone >= 0 && gone <= _last.Count, $"6.2.2: from {_last[0].Number} the media sequence number goes to {listed[0].Number}, out of {_last.Count} segments");
        List<Listed> kept = _last[(int)gone..];
        Require(kept.SequenceEqual(listed.Take(kept.Count)), $"6.2.1: segments are only appended and removed:\n{string.Join('\n', kept)}\nbecame\n{string.Join('\n', listed)}");
        Require(listed.Count > kept.Count, "6.2.1: a new version has a new segment");
        Require(gone == 0 || total.TotalSeconds >= (3 * Target) - 0.001, $"6.2.2: after a removal three target durations are left, not {total}");
        foreach (Listed removed in _last[..(int)gone])
        {
            CheckBytes(removed);
            _removed.Add((removed, now + removed.Duration + _longest));
        }
    }

    private void CheckPace(TimeSpan since, bool isNew)
    {
        TimeSpan most = MostWait < TimeSpan.FromSeconds(1.5 * Target) ? MostWait : TimeSpan.FromSeconds(1.5 * Target);
        Require(since <= most + (LookEvery * 2), $"6.2.1: a new version comes within {most}, not after {since}");
        Require(!isNew || since >= TimeSpan.FromSeconds(Target / 2.0) - (LookEvery * 2), $"6.2.1: a new version comes not before half a target duration, after {since}");
        LongestWait = isNew && since > LongestWait ? since : LongestWait;
    }

    /// <summary>Reads a segment and checks that its address never gets other bytes, also not after a restart.</summary>
    private byte[] CheckBytes(Listed segment)
    {
        byte[]? bytes = read(segment.Address);
        Require(bytes is not null, $"{segment} is available");
        string hash = Convert.ToHexString(SHA256.HashData(bytes!));
        Require(!_hashes.TryGetValue(segment.Address, out string? before) || before == hash, $"{segment} has the same bytes as before");
        _hashes[segment.Address] = hash;
        _sizes[segment.Address] = bytes!.Length;
        return bytes!;
    }

    private void CheckMedia(Listed segment)
    {
        if (_hashes.ContainsKey(segment.Address) && _last.Contains(segment))
        {
            return;
        }

        HlsSegmentMedia media = HlsSegmentMedia.Read(CheckBytes(segment));
        if (segment.IsGap)
        {
            Gaps++;
            Require(MayHavePicturesInGaps || (media.Pictures.Count == 0 && media.Sounds.Count == 0), $"{segment}, a gap, holds {media.Pictures.Count} pictures and {media.Sounds.Count} pieces of sound");
            return;
        }

        Require(media.BeginsWithTables, $"3.2: {segment} begins with PAT and PMT");
        Require(media.BeginsWithKeyFrame, $"4.3.5.1: {segment} is independent: it begins with a key frame");
        List<DateTime> pictures = [.. media.Pictures.Select(pts => ToDate(pts, segment.Date))], sounds = [.. media.Sounds.Select(pts => ToDate(pts, segment.Date))];
        Require(pictures.Count > 0 || sounds.Count > 0, $"{segment}, no gap, holds something");
        DateTime first = pictures.Concat(sounds.Take(1)).MinBy(time => (time - segment.Date).Duration());
        Require((first - segment.Date).Duration() <= s_tick, $"4.3.2.6: {segment} begins with what is shown at its date, not {first:HH:mm:ss.fff}");
        Require(pictures.TrueForAll(time => time >= segment.Date - s_tick && time < segment.End + Reorder), $"{segment} holds the pictures of its time and no others: {Span(pictures)}");
        Require(sounds.TrueForAll(time => time >= segment.Date - s_skew && time < segment.End + s_skew), $"{segment} holds the sound of about its time: {Span(sounds)}, with pictures {Span(pictures)}");
        DateTime last = pictures.Concat(sounds).Max();
        Require(segment.End - last <= MostHole, $"4.3.2.1: {segment} ends with its media, whose last begins at {last:HH:mm:ss.fff}");
    }

    private static string Span(List<DateTime> times) => times.Count == 0 ? "none" : $"{times.Min():HH:mm:ss.fff} to {times.Max():HH:mm:ss.fff}";

    private DateTime ToDate(long pts, DateTime near)
    {
        long wanted = (near - epoch).Ticks * 9 / 1000;
        long wrap = 1L << 33;
        long distance = (((pts - wanted) % wrap) + wrap + (wrap / 2)) % wrap - (wrap / 2);
        return near.AddTicks(distance * 1000 / 9);
    }

    private List<Listed> Parse(string text)
    {
        Require(text.EndsWith('\n') && !text.Contains('\r', StringComparison.Ordinal) && text.All(c => c is '\n' or (>= ' ' and < (char)0x7F)), "4.1: lines of text");
        string[] lines = text.TrimEnd('\n').Split('\n');
        Require(lines[0] == "#EXTM3U", "4.3.1.1: begins with EXTM3U");
        var once = new Dictionary<string, string>(StringComparer.Ordinal);
        List<Listed> listed = [];
        (DateTime? date, double duration, bool isGap, bool isDiscontinuous) = (null, 0, false, false);
        long discontinuity = -1;
        foreach (string line in lines.Skip(1))
        {
            (string tag, string value) = line.Split(':', 2) is [{ } name, { } rest] ? (name, rest) : (line, "");
            switch (tag)
            {
                case "#EXT-X-VERSION" or "#EXT-X-TARGETDURATION" or "#EXT-X-MEDIA-SEQUENCE" or "#EXT-X-DISCONTINUITY-SEQUENCE" or "#EXT-X-INDEPENDENT-SEGMENTS":
                    Require(listed.Count == 0 && once.TryAdd(tag, value), $"4.3.3: {tag} stands once, before the segments");
                    break;
                case "#EXT-X-DISCONTINUITY":
                    isDiscontinuous = true;
                    break;
                case "#EXT-X-GAP":
                    isGap = true;
                    break;
                case "#EXT-X-PROGRAM-DATE-TIME":
                    date = DateTime.Parse(value, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal);
                    break;
                case "#EXTINF":
                    duration = double.Parse(value.TrimEnd(','), CultureInfo.InvariantCulture);
                    break;
                default:
                    Require(line.Length > 0 && !line.StartsWith('#'), $"the line '{line}' is known");
                    long number = long.Parse(once["#EXT-X-MEDIA-SEQUENCE"], CultureInfo.InvariantCulture) + listed.Count;
                    discontinuity = discontinuity < 0 ? long.Parse(once.GetValueOrDefault("#EXT-X-DISCONTINUITY-SEQUENCE", "0"), CultureInfo.InvariantCulture) : discontinuity;
                    discontinuity += isDiscontinuous ? 1 : 0;
                    Require(date is not null && duration > 0, $"4.3.2: {line} has a date and a duration");
                    listed.Add(new Listed(number, line, date!.Value, TimeSpan.FromSeconds(duration), isGap, isDiscontinuous, discontinuity));
                    (date, duration, isGap, isDiscontinuous) = (null, 0, false, false);
                    break;
            }
        }

        Require(once.GetValueOrDefault("#EXT-X-VERSION") == "6", "4.3.1.2: the version is told and stays");
        int target = int.Parse(once["#EXT-X-TARGETDURATION"], CultureInfo.InvariantCulture);
        Require(Target == 0 || Target == target, $"6.2.1: the target duration stays {Target} and does not become {target}");
        Target = target;
        return listed;
    }

    private static void Require(bool holds, string rule)
    {
        if (!holds)
        {
            throw new AssertionException($"Broken rule: {rule}.");
        }
    }

    /// <summary>A segment as a playlist lists it.</summary>
    internal sealed record Listed(
        long Number, string Address, DateTime Date, TimeSpan Duration, bool IsGap, bool IsDiscontinuous, long DiscontinuityNumber)
    {
        public DateTime End => Date + Duration;

        public override string ToString() =>
            string.Create(CultureInfo.InvariantCulture, $"{Address} ({Date:HH:mm:ss.fff}, {Duration.TotalSeconds:0.000} s{(IsGap ? ", gap" : "")})");
    }
}

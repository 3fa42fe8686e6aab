using System.Collections.Immutable;
using System.Globalization;
using NodaTime;
using NodaTime.Text;
using NodaTime.TimeZones;
using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Media.Formats;
using RetroVue.Media.Time;
using RetroVue.Runtime.Time;

namespace RetroVue.Runtime.Schedules;

/// <summary>Makes channels from the values of a JSON document; each error names its value.</summary>
/// <param name="folder">The full path of the folder for relative paths.</param>
internal sealed class ScheduleReader(string folder)
{
    private static readonly DurationPattern s_clockDuration = DurationPattern.CreateWithInvariantCulture("-H:mm:ss.FFFFFFFFF");

    public ImmutableArray<ChannelSchedule> ReadChannels(JsonValue root)
    {
        JsonValue list = root.AsObject("channels").Required("channels");
        ImmutableArray<ChannelSchedule>.Builder channels = ImmutableArray.CreateBuilder<ChannelSchedule>();
        Dictionary<string, string> taken = new(StringComparer.Ordinal);
        foreach (JsonValue value in list.AsArray())
        {
            ChannelSchedule channel = ReadChannel(value);
            ThrowIfTaken(value.Required("shortName"), channel.Channel.ShortName, taken);
            ThrowIfTaken(value.Optional("id") ?? value, channel.Channel.Id.ToString(), taken);
            channels.Add(channel);
        }

        return channels.Count > 0 ? channels.ToImmutable() : throw list.Error("must have at least one channel");
    }

    private static void ThrowIfTaken(JsonValue value, string name, Dictionary<string, string> taken)
    {
        if (!taken.TryAdd(name, value.Path))
        {
            throw value.Error($"'{name}' is already used by {taken[name]}");
        }
    }

    private ChannelSchedule ReadChannel(JsonValue value)
    {
        value.AsObject("id", "shortName", "name", "timeZone", "profile", "start", "end", "repeat", "items", "filler");
        string shortName = ReadShortName(value.Required("shortName"));
        DateTimeZone zone = ReadZone(value.Required("timeZone"));
        Instant start = value.Optional("start") is { } first ? ReadInstant(first, zone) : Programme.DefaultStart(zone);
        Instant? end = value.Optional("end") is { } last ? ReadInstant(last, zone) : null;
        if (end <= start)
        {
            throw value.Required("end").Error("must be after the start");
        }

        JsonValue items = value.Required("items");
        if (items.AsArray().Count == 0)
        {
            throw items.Error("must have at least one item");
        }

        return new ChannelSchedule(
            new Channel(
                value.Optional("id") is { } id ? ReadId(id) : ChannelId.FromShortName(shortName),
                shortName,
                value.Required("name").AsString(),
                zone,
                ReadProfile(value.Required("profile"))),
            new Programme(
                start,
                end,
                value.Optional("repeat")?.AsBoolean() ?? true,
                [.. items.AsArray().Select(item => ReadItem(item, EntryKind.Programme))],
                [.. value.Optional("filler")?.AsArray().Select(item => ReadItem(item, EntryKind.Filler)) ?? []]));
    }

    private static string ReadShortName(JsonValue value)
    {
        string name = value.AsString();
        bool isLabel = name.Length <= 30
            && name.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter == '-')
            && name[0] != '-' && name[^1] != '-';
        return isLabel ? name : throw value.Error(
            $"'{name}' is not a short name; use at most 30 lower-case letters, digits and hyphens, but no hyphen at either end");
    }

    private static Guid ReadId(JsonValue value) => Guid.TryParseExact(value.AsString(), "D", out Guid id) && id != Guid.Empty
        ? id
        : throw value.Error($"'{value.Text}' is not a UUID such as 0b9f6a4e-5c1d-4f7e-9a51-1f2d3c4b5a69");

    private static DateTimeZone ReadZone(JsonValue value) => TimeZones.Find(value.AsString())
        ?? throw value.Error($"there is no time zone '{value.Text}'; use an IANA name such as Europe/Berlin, America/New_York or UTC");

    /// <summary>
    /// Reads a date and time with "Z" or an offset, or in the zone's local time; if a local time occurs twice, the first one.
    /// </summary>
    private static Instant ReadInstant(JsonValue value, DateTimeZone zone)
    {
        string text = value.AsString();
        bool hasOffset = OffsetDateTimePattern.ExtendedIso.Parse(text).TryGetValue(default, out OffsetDateTime withOffset);
        LocalDateTime local = withOffset.LocalDateTime;
        if (!hasOffset && !LocalDateTimePattern.ExtendedIso.Parse(text).TryGetValue(default, out local))
        {
            throw value.Error($"'{text}' is not a date and time; write 2026-01-31T20:15:00 for the channel's zone or 2026-01-31T19:15:00Z for UTC");
        }

        if (local.Year is < 1970 or > 2200)
        {
            throw value.Error($"'{text}' is not between the years 1970 and 2200");
        }

        if (hasOffset)
        {
            return withOffset.ToInstant();
        }

        ZoneLocalMapping mapping = zone.MapLocal(local);
        return mapping.Count > 0 ? mapping.First().ToInstant() : throw value.Error($"{text} does not exist in {zone.Id}: its clocks skip it");
    }

    private static ChannelProfile ReadProfile(JsonValue value)
    {
        value.AsObject("mode", "size", "rate", "fields");
        JsonValue mode = value.Required("mode");
        switch (mode.AsString())
        {
            case "copy":
                return (value.Optional("size") ?? value.Optional("rate") ?? value.Optional("fields")) is { } needless
                    ? throw needless.Error("is only for transcoded channels; a copied channel has the size, rate and fields of its files")
                    : ChannelProfile.Copy;
            case "transcode":
                (int width, int height) = ReadSize(value.Required("size"));
                TranscodeProfile profile = ChannelProfile.Transcode(width, height, ReadRate(value.Required("rate")));
                return value.Optional("fields") is { } fields ? profile with { Interlacing = ReadFields(fields, height) } : profile;
            default:
                throw mode.Error($"'{mode.Text}' is not a mode; write copy or transcode");
        }
    }

    private static Interlacing ReadFields(JsonValue value, int height)
    {
        Interlacing fields = value.AsString() switch
        {
            "none" => Interlacing.Progressive,
            "top" => Interlacing.TopFieldFirst,
            "bottom" => Interlacing.BottomFieldFirst,
            _ => throw value.Error($"'{value.Text}' is not an order of fields; write none, top or bottom"),
        };
        return fields == Interlacing.Progressive || height % 4 == 0
            ? fields
            : throw value.Error($"needs a height that is a multiple of four, not {height}; use 576 or 1080, or write none");
    }

    private static (int Width, int Height) ReadSize(JsonValue value)
    {
        string[] sides = value.AsString().Split('x');
        return sides.Length == 2 && TryReadSide(sides[0], out int width) && TryReadSide(sides[1], out int height)
            ? (width, height)
            : throw value.Error($"'{value.Text}' is not a size; write 1280x720, both sides even and from 16 to 8192");

        static bool TryReadSide(string text, out int side) =>
            TryReadCount(text, out side) && side is >= 16 and <= 8192 && side % 2 == 0;
    }

    private static Rational ReadRate(JsonValue value)
    {
        string[] parts = value.AsStringOrNumber().Split('/');
        int denominator = 1;
        Rational rate = parts.Length <= 2 && TryReadCount(parts[0], out int numerator) && (parts.Length == 1 || TryReadCount(parts[1], out denominator))
            ? new Rational(numerator, denominator)
            : default;
        return rate.IsPositive && rate >= new Rational(1, 1) && rate <= new Rational(240, 1)
            ? rate
            : throw value.Error($"'{value.Text}' is not a frame rate; write 25 or 30000/1001, from 1 to 240");
    }

    private static bool TryReadCount(string text, out int count) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out count);

    private ScheduleItem ReadItem(JsonValue value, EntryKind kind)
    {
        value.AsObject("file", "title", "in", "out", "duration", "audio", "video");
        string file = ReadFile(value.Required("file"));
        Duration start = value.Optional("in") is { } trimIn ? ReadDuration(trimIn) : Duration.Zero;
        Duration? duration = null;
        JsonValue? length = value.Optional("duration");
        if (value.Optional("out") is { } trimOut)
        {
            duration = length is null
                ? CheckLength(trimOut, ReadDuration(trimOut) - start)
                : throw length.Error("says the same as 'out'; give one of them");
        }
        else if (length is not null)
        {
            duration = CheckLength(length, ReadDuration(length));
        }

        string title = value.Optional("title")?.AsString() ?? TitleOf(file);
        var streams = new StreamChoice
        {
            Audio = value.Optional("audio") is { } audio ? ReadAudio(audio) : null,
            Video = value.Optional("video") is { } video ? ReadVideo(video) : null,
        };
        return new ScheduleItem(kind, file, title, start, duration) { Streams = streams };
    }

    private static string ReadAudio(JsonValue value)
    {
        string text = value.AsStringOrNumber();
        return TryReadCount(text, out _) || (text.Length is >= 2 and <= 8 && text.All(char.IsAsciiLetter))
            ? text
            : throw value.Error($"'{text}' is neither a language such as deu nor the number of a stream, from 0");
    }

    private static int ReadVideo(JsonValue value) => TryReadCount(value.AsStringOrNumber(), out int index)
        ? index
        : throw value.Error($"'{value.Text}' is not the number of a stream, from 0");

    private string ReadFile(JsonValue value)
    {
        string file = value.AsString();
        return file.Contains('\0', StringComparison.Ordinal) ? throw value.Error("is not the name of a file") : Path.GetFullPath(file, folder);
    }

    private static string TitleOf(string file)
    {
        string title = Path.GetFileNameWithoutExtension(file);
        return title.Length > 0 ? title : Path.GetFileName(file);
    }

    private static Duration CheckLength(JsonValue value, Duration length)
    {
        if (length < ScheduleItem.MinDuration)
        {
            throw value.Error($"'{value.Text}' leaves less than 100 ms of the item");
        }

        return length <= ScheduleItem.MaxDuration ? length : throw value.Error($"'{value.Text}' leaves more than seven days of the item");
    }

    private static Duration ReadDuration(JsonValue value)
    {
        string text = value.AsString();
        if (!s_clockDuration.Parse(text).TryGetValue(default, out Duration duration))
        {
            try
            {
                duration = PeriodPattern.NormalizingIso.Parse(text).GetValueOrThrow().ToDuration();
            }
            catch (Exception exception) when (exception is UnparsableValueException or InvalidOperationException or OverflowException)
            {
                throw value.Error($"'{text}' is not a duration; write 00:42:30.5 or PT42M30.5S");
            }
        }

        return duration >= Duration.Zero ? duration : throw value.Error($"'{text}' is negative");
    }
}

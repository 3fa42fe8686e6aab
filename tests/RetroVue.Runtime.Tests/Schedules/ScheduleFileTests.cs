using System.Collections.Immutable;
using System.Text;
using NodaTime;
using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Media.Formats;
using RetroVue.Media.Time;
using RetroVue.Runtime.Schedules;

namespace RetroVue.Runtime.Tests.Schedules;

public sealed class ScheduleFileTests
{
    /// <summary>A good schedule. Each of its lines holds something that a test can change into a mistake.</summary>
    private const string Good = """
        {
          "channels": [
            {
              "id": "3d1f0c52-7b7e-4a3b-8f38-2c1a5f6f9e10",
              "shortName": "one",
              "name": "One",
              "timeZone": "Europe/Berlin",
              "profile": { "mode": "transcode", "size": "640x360", "rate": "25" },
              "start": "2026-01-01T06:00:00",
              "repeat": true,
              "items": [
                { "file": "a.mp4", "in": "00:00:10", "out": "00:01:00" },
                { "file": "b.mp4", "duration": "PT1M" },
              ],
            },
          ],
        }
        """;

    public static string SamplePath => Path.Combine(AppContext.BaseDirectory, "docs", "schedule-sample.json");

    [Test]
    public void Load_documented_sample_reads_every_field()
    {
        ImmutableArray<ChannelSchedule> channels = ScheduleFile.Load(SamplePath);
        string folder = Path.GetDirectoryName(SamplePath)!;
        ChannelSchedule one = channels[0], late = channels[1], festival = channels[2];
        Assert.Multiple(() =>
        {
            Assert.That(one.Channel.Id, Is.EqualTo(new Guid("3d1f0c52-7b7e-4a3b-8f38-2c1a5f6f9e10")));
            Assert.That((one.Channel.ShortName, one.Channel.Name, one.Channel.Zone.Id, one.Channel.Profile), Is.EqualTo(("retro-one", "Retro One", "Europe/Berlin", ChannelProfile.Copy)));
            Assert.That((one.Programme.Start, one.Programme.End, one.Programme.Repeats), Is.EqualTo((Instant.FromUtc(2026, 1, 1, 5, 0), (Instant?)null, true)));
            Assert.That(one.Programme.Items, Is.EqualTo([
                new ScheduleItem(EntryKind.Programme, Path.Combine(folder, "media/harbour.mp4"), "Harbour at Dawn", Duration.Zero, null),
                new ScheduleItem(EntryKind.Programme, Path.Combine(folder, "media/trams.mp4"), "Trams of the City", Duration.FromSeconds(10), Duration.FromMilliseconds(1_280_500)),
                new ScheduleItem(EntryKind.Programme, Path.Combine(folder, "media/weather.mp4"), "The Weather", Duration.Zero, Duration.FromSeconds(90))]));
            Assert.That(one.Programme.Filler.Single().Kind, Is.EqualTo(EntryKind.Filler));

            Assert.That(late.Channel.Id, Is.EqualTo(ChannelId.FromShortName("late-show")));
            Assert.That((late.Programme.Start, late.Programme.Repeats), Is.EqualTo((Instant.FromUtc(2026, 3, 1, 1, 0), false)));
            Assert.That(late.Channel.Profile, Is.EqualTo(ChannelProfile.Transcode(1280, 720, new Rational(30000, 1001))));
            Assert.That(late.Programme.Items[0].File, Is.EqualTo("/srv/shows/late-01.mkv"));
            Assert.That(late.Programme.Items[0].Streams, Is.EqualTo(StreamChoice.Best));
            Assert.That(late.Programme.Items[1].Streams, Is.EqualTo(new StreamChoice { Audio = "deu", Video = 1 }));

            Assert.That(festival.Programme.End - festival.Programme.Start, Is.EqualTo(Duration.FromDays(7)));
            var profile = festival.Channel.Profile as TranscodeProfile;
            Assert.That(profile?.Rate, Is.EqualTo(new Rational(25, 1)));
            Assert.That(profile?.Interlacing, Is.EqualTo(Interlacing.TopFieldFirst));
            Assert.That(festival.Programme.Items[0].Title, Is.EqualTo("festival"));
        });
    }

    [Test]
    public void Page_of_documentation_names_every_field_and_shows_the_real_complaint()
    {
        string page = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "docs", "schedule.md"));
        string[] fields =
        [
            "channels", "id", "shortName", "name", "timeZone", "profile", "start", "end", "repeat", "items", "filler",
            "mode", "size", "rate", "fields", "file", "title", "in", "out", "duration", "audio", "video",
        ];
        Assert.That(fields.Where(field => !page.Contains($"`{field}`", StringComparison.Ordinal)), Is.Empty);

        string items = string.Join(",\n", Enumerable.Repeat("{ \"file\": \"a\" }", 3).Append("{ \"file\": \"a\", \"duration\": \"4 min\" }"));
        string complaint = Complaint($$"""
            {
              "channels": [
                {
                  "shortName": "one",
                  "name": "One",
                  "timeZone": "UTC",
                  "profile": { "mode": "copy" },
                  "items": [
            {{items}}
            ] } ] }
            """).Message;
        Assert.That(page, Does.Contain(complaint));
    }

    [TestCase("\"Europe/Berlin\"", "\"Mars/Base\"", 7, "channels[0].timeZone", "'Mars/Base'")]
    [TestCase("\"one\"", "\"One!\"", 5, "channels[0].shortName", "'One!'")]
    [TestCase("\"one\"", "\"\"", 5, "channels[0].shortName", "empty")]
    [TestCase("\"one\"", "1", 5, "channels[0].shortName", "text in quotes")]
    [TestCase("3d1f0c52-", "", 4, "channels[0].id", "UUID")]
    [TestCase("\"name\": \"One\",", "", 3, "channels[0]", "'name' is missing")]
    [TestCase("\"name\"", "\"nmae\"", 6, "channels[0].nmae", "this field is not known here")]
    [TestCase("\"name\"", "\"shortName\"", 6, "channels[0].shortName", "twice")]
    [TestCase("transcode", "magic", 8, "channels[0].profile.mode", "'magic'")]
    [TestCase("transcode", "copy", 8, "channels[0].profile.size", "only for transcoded channels")]
    [TestCase("640x360", "640x361", 8, "channels[0].profile.size", "even")]
    [TestCase("640x360", "640", 8, "channels[0].profile.size", "1280x720")]
    [TestCase("\"rate\": \"25\"", "\"rate\": \"25\", \"fields\": \"both\"", 8, "channels[0].profile.fields", "none, top or bottom")]
    [TestCase("640x360\", \"rate\": \"25\"", "640x362\", \"rate\": \"25\", \"fields\": \"top\"", 8, "channels[0].profile.fields", "multiple of four")]
    [TestCase("\"25\"", "29.97", 8, "channels[0].profile.rate", "30000/1001")]
    [TestCase("\"25\"", "\"25/0\"", 8, "channels[0].profile.rate", "'25/0'")]
    [TestCase("2026-01-01T06:00:00", "2026-03-29T02:30:00", 9, "channels[0].start", "skip")]
    [TestCase("2026-01-01T06:00:00", "tomorrow", 9, "channels[0].start", "date and time")]
    [TestCase("2026-01-01T06:00:00", "1066-10-14T06:00:00", 9, "channels[0].start", "1970")]
    [TestCase("\"repeat\": true", "\"end\": \"2026-01-01T05:00:00Z\"", 10, "channels[0].end", "after the start")]
    [TestCase("true", "\"yes\"", 10, "channels[0].repeat", "true or false")]
    [TestCase("\"00:01:00\"", "\"00:00:10.05\"", 12, "channels[0].items[0].out", "100 ms")]
    [TestCase("\"00:01:00\"", "\"00:00:05\"", 12, "channels[0].items[0].out", "100 ms")]
    [TestCase("\"00:00:10\"", "\"-00:00:10\"", 12, "channels[0].items[0].in", "negative")]
    [TestCase("PT1M", "PT0S", 13, "channels[0].items[1].duration", "100 ms")]
    [TestCase("PT1M", "-PT1M", 13, "channels[0].items[1].duration", "'-PT1M'")]
    [TestCase("PT1M", "PT-1M", 13, "channels[0].items[1].duration", "negative")]
    [TestCase("PT1M", "P1M", 13, "channels[0].items[1].duration", "not a duration")]
    [TestCase("PT1M", "PT9999999999999H", 13, "channels[0].items[1].duration", "duration")]
    [TestCase("PT1M", "P8D", 13, "channels[0].items[1].duration", "seven days")]
    [TestCase("\"PT1M\"", "60", 13, "channels[0].items[1].duration", "text in quotes")]
    [TestCase("\"b.mp4\"", "\"b\\u0000\"", 13, "channels[0].items[1].file", "file")]
    [TestCase("\"b.mp4\"", "\"\\ud800\"", 13, "channels[0].items[1].file", "surrogate")]
    [TestCase("\"duration\": \"PT1M\"", "\"audio\": \"de 1\"", 13, "channels[0].items[1].audio", "deu")]
    [TestCase("\"duration\": \"PT1M\"", "\"audio\": -1", 13, "channels[0].items[1].audio", "'-1'")]
    [TestCase("\"duration\": \"PT1M\"", "\"video\": \"first\"", 13, "channels[0].items[1].video", "number")]
    [TestCase("\"in\"", "\"duration\"", 12, "channels[0].items[0].duration", "give one of them")]
    [TestCase("{ \"file\": \"b.mp4\", \"duration\": \"PT1M\" }", "7", 13, "channels[0].items[1]", "object")]
    [TestCase("\"repeat\": true", "\"repeat\" true", 10, "channels[0]", "':'")]
    public void Parse_one_mistake_names_its_line_and_field(string good, string bad, int line, string field, string part)
    {
        string spoilt = Good.Replace(good, bad, StringComparison.Ordinal);
        Assert.That(spoilt, Is.Not.EqualTo(Good), "the replacement must change the document");
        ScheduleException complaint = Complaint(spoilt);
        Assert.Multiple(() =>
        {
            Assert.That(complaint.Line, Is.EqualTo(line));
            Assert.That(complaint.Field, Is.EqualTo(field));
            Assert.That(complaint.Message, Does.StartWith($"schedule.json line {line}, {field}: ").And.Contains(part));
        });
    }

    [TestCase("", 1)]
    [TestCase("[]", 1)]
    [TestCase("\n{}", 2)]
    [TestCase("{\n\"channels\": []}", 2)]
    [TestCase("{\"channels\": 1}", 1)]
    [TestCase("{\"channels\":\n[", 2)]
    public void Parse_nothing_in_it_names_the_line(string document, int line) => Assert.That(Complaint(document).Line, Is.EqualTo(line));

    [Test]
    public void Parse_empty_list_of_items_is_an_error() =>
        Assert.That(
            Complaint(Good[..Good.IndexOf("{ \"file\"", StringComparison.Ordinal)] + "]}]}").Message,
            Is.EqualTo("schedule.json line 11, channels[0].items: must have at least one item"));

    [Test]
    public void Parse_text_after_the_document_is_an_error() => Assert.That(Complaint(Good + "\n{}").Line, Is.EqualTo(18));

    [TestCase("\"id\": \"3d1f0c52-7b7e-4a3b-8f38-2c1a5f6f9e10\"", "\"id\": \"{0}\"", "shortName", TestName = "Parse_short_name_taken_names_the_second")]
    [TestCase("\"shortName\": \"one\"", "\"shortName\": \"two\"", "id", TestName = "Parse_id_taken_names_the_second")]
    public void Taken(string text, string replacement, string field)
    {
        string channel = Good[Good.IndexOf("    {", StringComparison.Ordinal)..Good.LastIndexOf("  ]", StringComparison.Ordinal)];
        string second = channel.Replace(text, replacement.Replace("{0}", "9d1f0c52-7b7e-4a3b-8f38-2c1a5f6f9e10", StringComparison.Ordinal), StringComparison.Ordinal);
        ScheduleException complaint = Complaint(Good.Replace(channel, channel + second, StringComparison.Ordinal));
        Assert.That(complaint.Message, Does.Contain($"channels[1].{field}: ").And.Contains($"used by channels[0].{field}"));
    }

    [Test]
    public void Parse_byte_order_mark_is_skipped() =>
        Assert.That(ScheduleFile.Parse([.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes(Good)], "s", "/"), Has.Length.EqualTo(1));

    [Test]
    public void Parse_repeated_local_time_is_the_first() => Assert.That(
        Parse(Good.Replace("2026-01-01T06:00:00", "2026-10-25T02:30:00", StringComparison.Ordinal))[0].Programme.Start,
        Is.EqualTo(Instant.FromUtc(2026, 10, 25, 0, 30)));

    [Test]
    public void Parse_no_start_is_six_in_the_morning_of_2000_on_the_channels_clocks() => Assert.That(
        Parse(Good.Replace("\"start\": \"2026-01-01T06:00:00\",", "", StringComparison.Ordinal))[0].Programme.Start,
        Is.EqualTo(Instant.FromUtc(2000, 1, 1, 5, 0)));

    [Test]
    public void Parse_any_mutation_of_the_sample_reads_or_throws_the_schedules_own_exception()
    {
        byte[] sample = File.ReadAllBytes(SamplePath);
        byte[][] pieces = [.. new[] { "\"", "{", "}", "[", "]", ",", ":", "-", "9999", "T", "Z", "\\u0000", "\\ud800", "\n", "//", "/*", "null", "1e999", "" }
            .Select(Encoding.UTF8.GetBytes)];
        var random = new Random(20260301);
        int read = 0, refused = 0;
        for (int round = 0; round < 20_000; round++)
        {
            List<byte> mutant = [.. sample];
            for (int change = random.Next(1, 4); change > 0; change--)
            {
                int at = random.Next(mutant.Count);
                switch (random.Next(4))
                {
                    case 0:
                        mutant[at] = (byte)random.Next(256);
                        break;
                    case 1:
                        mutant.RemoveRange(at, Math.Min(random.Next(1, 40), mutant.Count - at));
                        break;
                    case 2:
                        mutant.InsertRange(at, pieces[random.Next(pieces.Length)]);
                        break;
                    default:
                        // Another digit in the place of a digit: this tries dates, durations, sizes and rates at their limits.
                        int digit = mutant.FindIndex(at, letter => letter is >= (byte)'0' and <= (byte)'9');
                        mutant[digit < 0 ? at : digit] = (byte)random.Next('0', '9' + 1);
                        break;
                }
            }

            try
            {
                _ = new ScheduleBook(ScheduleFile.Parse([.. mutant], "schedule.json", "/")
                    .Select(schedule => schedule with { Programme = schedule.Programme.Probed(_ => Duration.FromMinutes(30)) }));
                read++;
            }
            catch (ScheduleException)
            {
                refused++;
            }
        }

        // Both outcomes must occur, or the mutations test nothing.
        Assert.That(read, Is.GreaterThan(1000));
        Assert.That(refused, Is.GreaterThan(1000));
    }

    [Test]
    public void Load_missing_file_folder_and_endless_file_throw_naming_it() => Assert.Multiple(() =>
    {
        Assert.That(() => ScheduleFile.Load("/nowhere/s.json"), Throws.InstanceOf<ScheduleException>().With.Message.Contains("/nowhere/s.json"));
        Assert.That(() => ScheduleFile.Load(AppContext.BaseDirectory), Throws.InstanceOf<ScheduleException>());
        Assert.That(() => ScheduleFile.Load("/dev/zero"), Throws.InstanceOf<ScheduleException>().With.Message.Contains("16 MiB"));
    });

    private static ImmutableArray<ChannelSchedule> Parse(string document) =>
        ScheduleFile.Parse(Encoding.UTF8.GetBytes(document), "schedule.json", "/");

    private static ScheduleException Complaint(string document) => Assert.Throws<ScheduleException>(() => Parse(document))!;
}

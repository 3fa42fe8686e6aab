using NodaTime;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Testing;
using RetroVue.Media.Time;
using RetroVue.Runtime.Channels;
using RetroVue.Runtime.Schedules;
using RetroVue.Runtime.Time;

namespace RetroVue.Runtime.Tests.Channels;

/// <summary>The loader looks at files side by side. Its result does not depend on which file was first.</summary>
public sealed class StationLoaderTests
{
    private static readonly Instant s_start = Instant.FromUtc(2026, 1, 1, 0, 0);

    private static readonly Rational s_rate = new(25, 1);

    [Test]
    public async Task Many_files_are_looked_at_once_each_with_progress_and_lines_in_the_order_of_the_schedule()
    {
        string good = await TestFiles.MakeAsync(s_rate, 50);
        string brief = await TestFiles.MakeAsync(s_rate, 2);
        string folder = Directory.CreateDirectory(Path.Combine(MadeMedia.Folder, "many")).FullName;
        List<string> files = [];
        for (int i = 0; i < 60; i++)
        {
            string file = Path.Combine(folder, $"{i:00}.mp4");
            files.Add(file);
            if (i % 10 != 3)
            {
                File.Copy(i % 10 == 7 ? brief : good, file, overwrite: true);
            }
        }

        var executor = new SimulatedExecutor();
        using var log = new RecordedLog();
        var progress = new Steps();
        var loader = new StationLoader(new MasterClock(executor.Clock, Instant.FromUtc(2026, 3, 1, 0, 0)), executor, new ChannelOptions(), log);
        Station station = await loader.LoadAsync([Channel("one", files), Channel("two", files)], progress);

        Assert.That(progress.Told[0], Is.EqualTo(new LoadProgress(0, 60)), "at once");
        Assert.That(progress.Told.Select(step => step.Done).Order(), Is.EqualTo(Enumerable.Range(0, 61)), "each file counts once");
        foreach (string channel in new[] { "one", "two" })
        {
            string[] expected =
            [
                .. from file in files
                   let number = Path.GetFileName(file)
                   where number[1] is '3' or '7'
                   select number[1] == '3' ? $"1110: Channel {channel}: '{file}' does not exist" : $"1120: Channel {channel}: '{file}' lasts only 0.08",
            ];
            string[] lines = [.. log.Lines.Where(line => line.Contains($"Channel {channel}:"))];
            Assert.That(lines, Has.Length.EqualTo(expected.Length));
            Assert.That(lines.Zip(expected, (line, start) => line.StartsWith(start, StringComparison.Ordinal) ? "" : $"{line}, not {start}"), Is.All.Empty);
        }

        Assert.That(
            station.Schedules.Channels.Select(channel => station.Schedules.GetPlan(channel.Id, s_start, s_start + Duration.FromHours(1)).Entries.Select(entry => entry.File).Distinct(StringComparer.Ordinal)),
            Is.All.EqualTo(files.Where(file => Path.GetFileName(file)[1] is not '3' and not '7')));
        await station.DisposeAsync();
        Assert.That(MediaBuffer.LiveCount, Is.Zero);
    }

    private static ChannelSchedule Channel(string name, IEnumerable<string> files) => new(
        new Channel(
            ChannelId.FromShortName(name),
            name,
            name,
            DateTimeZone.Utc,
            ChannelProfile.Copy),
        new Programme(
            s_start,
            null,
            true,
            [.. files.Select(file => new ScheduleItem(EntryKind.Programme, file, Path.GetFileName(file), Duration.Zero, null))],
            []));

    private sealed class Steps : IProgress<LoadProgress>
    {
        private readonly List<LoadProgress> _told = [];

        public List<LoadProgress> Told => _told;

        public void Report(LoadProgress value)
        {
            lock (_told)
            {
                _told.Add(value);
            }
        }
    }
}

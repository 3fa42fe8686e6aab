using NodaTime;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;
using RetroVue.Runtime.Output;
using RetroVue.Runtime.Schedules;
using RetroVue.Runtime.Tests.Channels;
using RetroVue.Runtime.Time;
using Duration = NodaTime.Duration;

namespace RetroVue.Runtime.Tests.Output.AnyInput;

/// <summary>
/// A file of any kind is to be copied. The station refuses it when it looks at it, or the channel airs it and never stands still.
/// </summary>
/// <remarks>The files' times are true. Packets may be missing if FFmpeg does not give them out, or only half a minute later
/// (<see cref="ScriptFile.Unreadable"/>).</remarks>
public sealed class AnyFileCopyTests
{
    private static readonly Instant s_start = ChannelLine.DefaultEpoch + Duration.FromHours(1);
    private static readonly ClockTime s_zero = ClockTime.FromSeconds(3600);

    [Test]
    public void File_of_any_times_is_refused_or_aired_to_its_end_and_the_next_one_at_its_time() => Run(40);

    [Test]
    [Category("Soak")]
    public void Ten_thousand_files_of_any_times_are_refused_or_aired() => Run(10_000);

    private static void Run(int count)
    {
        int aired = 0;
        int tried = 0;
        RandomCases.Run(count, random =>
        {
            tried++;
            aired += TryCase(random) ? 1 : 0;
        });
        TestContext.Out.WriteLine($"{aired} of {tried} were aired, the others refused.");
        // A third of the files are refused because their key frames are more than four seconds apart, and some more for other reasons.
        // Among few files there may be more of these, so the bound is a fifth.
        Assert.That(tried == 1 || aired > tried / 5, $"only {aired} of {tried} were aired");
    }

    /// <summary>Returns true if the file was aired, false if it was refused.</summary>
    private static bool TryCase(Random random)
    {
        ScriptFile file = ScriptFile.Any(random);
        MediaScript script = file.Within(MediaScript.Create(random, isReordered: true, mayBeWrong: false, file.SoundStep));
        // A channel begins at a whole millisecond.
        ClockTime join = ClockTime.FromMilliseconds((long)(random.NextDouble() * script.Length.Nanoseconds / 1e6));
        string described = $"{file.Picture} and {file.Sound} in {file.Container}, {script.Description}, joined at {join}";
        if (script.Packets.Count == 0)
        {
            return false;
        }

        long before = MediaBuffer.LiveCount;
        try
        {
            string path = file.Write("any", script, Mark.First);
            if (ScriptFile.Probe(path) is not { } probed)
            {
                TestContext.Out.WriteLine($"{described}: nobody knows what it is");
                return false;
            }

            CopyCandidate candidate = CopyCandidate.Of(path, probed);
            CopyAdmission admission = CopyAdmission.Decide([candidate]);
            if (!admission.Refused.IsEmpty)
            {
                TestContext.Out.WriteLine($"{described}: {admission.Refused[0].Reason}");
                return false;
            }

            NextFile? next = NextFile.After(file, script, candidate);
            if (next is null)
            {
                TestContext.Out.WriteLine($"{described}: no other file is of its kind");
                return false;
            }

            SentItems sent = Air(path, script, next, join, out long late);
            Assert.That(MediaBuffer.LiveCount, Is.EqualTo(before), "buffers left");
            HashSet<(MediaKind Kind, int Number)> unreadable = file.Unreadable(script);
            sent.AssertAlive();
            (sent with { Tick = ClockTime.FromMicroseconds(1_100) }).AssertNext();
            (sent with { Tick = file.Rounding }).AssertWhole(unreadable);
            Assert.That(late, Is.LessThanOrEqualTo(unreadable.Count), "late packets");
            return true;
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException($"{described}: {exception.Message}", exception);
        }
    }

    private static SentItems Air(string path, MediaScript script, NextFile next, ClockTime join, out long late)
    {
        // With a synchronization context of the test runner, continuations would run on the thread pool and not in the simulation.
        SynchronizationContext.SetSynchronizationContext(null);
        (string, Duration)[] items =
        [
            (path, Duration.FromNanoseconds(script.Length.Nanoseconds)),
            (next.Path, Duration.FromSeconds(8)),
            (next.Path, Duration.FromSeconds(60)),
        ];
        using var channel = new SimulatedChannel(s_start, ChannelProfile.Copy, items);
        channel.Executor.RunFor(join);
        channel.Join();
        channel.Watch((script.Length - join + ClockTime.FromSeconds(9)).ToDuration());
        late = channel.Session!.Output.LatePackets;
        var sent = new SentStream(script.Packets.Any(packet => packet.Kind == MediaKind.Video));
        sent.Take(channel.Received);
        return new SentItems(sent, script, next.Script, s_zero, join, channel.Line.Now);
    }
}

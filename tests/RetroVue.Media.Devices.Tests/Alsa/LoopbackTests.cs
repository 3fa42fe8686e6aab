using System.Diagnostics;
using RetroVue.Media.Clocks;
using RetroVue.Media.Devices.Alsa;
using RetroVue.Media.Devices.Tests.Support;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.Tests.Alsa;

/// <summary>Tests with the kernel's own sound devices: snd-aloop, which records what is played to it, and snd-dummy.</summary>
[Category("DeviceVm")]
[NonParallelizable]
public sealed class LoopbackTests
{
    private const int Rate = 48_000;
    private const string Playback = "hw:CARD=Loopback,DEV=0";
    private const string Capture = "hw:CARD=Loopback,DEV=1";
    private const string Dummy = "hw:CARD=Dummy,DEV=0";

    // The emulated machine is fifteen times slower. Sound is played in time only with a large buffer.
    private static readonly ClockTime s_buffer = ClockTime.FromSeconds(1);
    private static readonly ClockTime s_period = ClockTime.FromMilliseconds(20);

    /// <summary>Compiles the code before the tests. On the emulated machine that takes longer than the devices wait.</summary>
    [OneTimeSetUp]
    public async Task WarmUpAsync()
    {
        var format = new AudioFormat(SampleFormat.S16, Rate, ChannelLayout.Stereo);
        await using var capture = new Pipeline();
        capture.Link(
            capture.Add(new AlsaSource("capture", Options(format) with { Device = Capture })),
            capture.Add(new CollectingSink("sink", buffer => FrameNumbers.Read(format, buffer.Data, 0))));
        await capture.StartAsync();
        await PlayAsync(format, Options(format) with { Device = Playback }, Rate);
        await capture.StopAsync();
    }

    [TestCase(SampleFormat.S16, 2, Rate, AlsaAccess.ReadWrite)]
    [TestCase(SampleFormat.S32, 2, Rate, AlsaAccess.Mmap)]
    [TestCase(SampleFormat.S32, 8, 12_000, AlsaAccess.ReadWrite, Description = "As many samples a second as in stereo: the machine is slow.")]
    [TestCase(SampleFormat.F32, 1, Rate, AlsaAccess.Mmap)]
    public async Task Loopback_returns_what_was_played_bit_by_bit_with_the_device_s_times(
        SampleFormat sampleFormat,
        int channels,
        int rate,
        AlsaAccess access)
    {
        var format = new AudioFormat(sampleFormat, rate, Layout(channels));
        AlsaOptions options = Options(format) with { Access = access };
        StatusRecorder? recorder = null;
        var heard = new List<(ClockTime Pts, long Frame)>();
        int total = 4 * rate;
        long matched = 0;
        string? mismatch = null;
        long received = 0;
        await using var capture = new Pipeline();
        AlsaOptions captured = options with { Device = Capture };
        AlsaSource source = capture.Add(new AlsaSource("capture", captured, () => recorder = new StatusRecorder(AlsaPcm.Open(captured, isCapture: true))));
        capture.UseClock(SystemClock.Instance);
        capture.Link(source, capture.Add(new CollectingSink("sink", buffer =>
        {
            int frames = buffer.Data.Length / format.BytesPerFrame;
            heard.Add((buffer.Pts, received));
            received += frames;
            for (int i = 0; i < frames; i++)
            {
                // There is silence before the first number. After the last number, the driver gives the rest of its buffer.
                int number = FrameNumbers.Read(format, buffer.Data, i);
                int next = 1 + (int)(matched % FrameNumbers.Modulus(format));
                bool isNext = number == next;
                mismatch ??= isNext || matched == 0 || matched == total ? null : $"{number} instead of {next} after {matched} frames";
                matched += isNext && matched < total ? 1 : 0;
            }
        })));
        await capture.StartAsync();
        PlaybackStatistics played = await PlayAsync(format, options with { Device = Playback }, total);
        await capture.StopAsync();
        await TestContext.Out.WriteLineAsync($"{played} {source.Statistics}");
        Assert.That(mismatch, Is.Null);
        Assert.That(matched, Is.EqualTo(total), "frames");
        Assert.That(source.Statistics.Lost, Is.Zero);
        // A time stamp is taken when the driver's timer has moved its count, or when the program reads it. So a stamp may be late, but
        // never early. The PTS are on a line below the stamps: nine in ten are less than a period before their stamps. In the first
        // seconds, a PTS may be later than its stamp by the line's uncertainty, at most 5 ms.
        // The device also counts the periods that it captured before the pipeline's start. The source does not give these out.
        ClockTime period = format.DurationOf(recorder!.Setup.PeriodSize);
        long notGiven = source.Statistics.BeforeStart * recorder.Setup.PeriodSize;
        double[] before = [.. heard.Skip(10).Select(buffer =>
        {
            long frame = notGiven + buffer.Frame;
            (long Frame, ClockTime Stamp) near = recorder.Stamps.MinBy(stamp => Math.Abs(stamp.Frame - frame));
            ClockTime stamped = near.Stamp - format.DurationOf(near.Frame - frame) - capture.BaseTime;
            return (double)(stamped - buffer.Pts).Nanoseconds;
        }).Order()];
        Assert.That(before[before.Length * 9 / 10], Is.LessThan(period.Nanoseconds), "nine in ten");
        Assert.That(before[0], Is.GreaterThan(-5e6), "later than its stamp");
    }

    [Test]
    public async Task Hundred_stalls_of_half_a_second_leave_pts_and_counter_together()
    {
        var format = new AudioFormat(SampleFormat.S32, Rate, ChannelLayout.Stereo);
        AlsaOptions options = Options(format) with { Buffer = ClockTime.FromMilliseconds(200) };
        await using Pipeline playback = Player(format, options with { Device = Playback, Buffer = ClockTime.FromSeconds(1) }, long.MaxValue);
        await playback.StartAsync();
        var offsets = new List<double>();
        int stalls = 0;
        int sinceStall = 0;
        double first = double.NaN;
        await using var capture = new Pipeline();
        capture.UseClock(SystemClock.Instance);
        AlsaSource source = capture.Add(new AlsaSource("capture", options with { Device = Capture }));
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        capture.Link(source, capture.Add(new CollectingSink("sink", buffer =>
        {
            int number = FrameNumbers.Read(format, buffer.Data, 0);
            sinceStall++;
            if (number == 0 || stalls > 100)
            {
                return;
            }

            // The seconds between the counter and the PTS, compared with those before the first stall.
            double offset = (buffer.Pts.Nanoseconds / 1e9) - (number / (double)Rate);
            first = double.IsNaN(first) && sinceStall > 50 ? offset : first;
            if (double.IsNaN(first))
            {
                return;
            }

            offsets.Add(offset - first);
            if (sinceStall < 5)
            {
                return;
            }

            stalls++;
            sinceStall = 0;
            if (stalls > 100)
            {
                done.TrySetResult();
                return;
            }

            Thread.Sleep(500);
        })));
        await capture.StartAsync();
        await Task.WhenAny(done.Task, Task.Delay(TimeSpan.FromSeconds(200)));
        await capture.StopAsync();
        await playback.StopAsync();
        await TestContext.Out.WriteLineAsync($"{source.Statistics}; worst {offsets.Max(Math.Abs) * 1e3:F2} ms, last {offsets[^1] * 1e3:F2} ms");
        Assert.That(stalls, Is.GreaterThanOrEqualTo(100));
        Assert.That(source.Statistics.Lost, Is.GreaterThan(100 * Rate / 5));
        Assert.That(offsets.Max(Math.Abs), Is.LessThan(s_period.Nanoseconds / 1e9), "seconds");
    }

    [Test]
    public async Task Five_seconds_of_capture_are_five_seconds_of_timestamps()
    {
        var format = new AudioFormat(SampleFormat.S16, Rate, ChannelLayout.Stereo);
        ClockTime first = ClockTime.None;
        ClockTime end = ClockTime.None;
        long frames = 0;
        await using var pipeline = new Pipeline();
        AlsaSource source = pipeline.Add(new AlsaSource("capture", Options(format) with { Device = Dummy }));
        pipeline.Link(source, pipeline.Add(new CollectingSink("sink", buffer =>
        {
            first = first.IsNone ? buffer.Pts : first;
            end = buffer.End;
            frames += buffer.Data.Length / format.BytesPerFrame;
        })));
        await pipeline.StartAsync();
        await Task.Delay(TimeSpan.FromSeconds(5));
        ClockTime running = pipeline.RunningTime;
        await pipeline.StopAsync();
        // The slow machine loses frames while the code is compiled. They are counted, and the PTS include them.
        frames += source.Statistics.Lost;
        Assert.That(Math.Abs((end - first - format.DurationOf(frames)).Nanoseconds), Is.LessThan(s_period.Nanoseconds), "PTS and samples");
        Assert.That((end - first).Nanoseconds / 1e9, Is.EqualTo(running.Nanoseconds / 1e9).Within(0.3), "PTS and running time");
        // At the stop, the period under way is missing, and some periods that the slow machine had not fetched yet.
        Assert.That((running - end).Nanoseconds, Is.LessThan(5 * s_period.Nanoseconds));
    }

    [Test]
    public async Task Sink_s_clock_is_elected_and_its_loss_is_an_error_that_names_it()
    {
        var format = new AudioFormat(SampleFormat.S16, Rate, ChannelLayout.Stereo);
        await using Pipeline playback = Player(format, Options(format) with { Device = Dummy, Reconnect = false }, long.MaxValue);
        await playback.StartAsync();
        await Until.TrueAsync(() => playback.Clock.Reference is AlsaClock);
        Assert.That(playback.Clock.Reference.Name, Is.EqualTo($"alsa:{Dummy}"));
        // The card is removed as if it were unplugged. The write to the file returns when the last user has closed the card.
        using Process unplug = Driver("unbind");
        try
        {
            Task run = playback.RunAsync();
            Assert.That(await Task.WhenAny(run, Task.Delay(TimeSpan.FromSeconds(5))), Is.SameAs(run), "it noticed within 5 s");
            ElementException error = (await Assert.ThrowsAsync<ElementException>(() => run))!;
            Assert.That(error.InnerException, Is.InstanceOf<DeviceException>());
            Assert.That(error.Message, Does.Contain("sink"));
            Assert.That(error.InnerException!.Message, Does.Contain(Dummy).And.Contain("gone"));
        }
        finally
        {
            await PlugInAsync(unplug);
        }
    }

    [Test]
    public async Task Sink_s_card_that_is_unplugged_hands_the_clock_to_the_source_and_takes_it_back_without_a_step()
    {
        var format = new AudioFormat(SampleFormat.S16, Rate, ChannelLayout.Stereo);
        await using Pipeline pipeline = Player(format, Options(format) with { Device = Dummy }, long.MaxValue);
        AlsaSource source = pipeline.Add(new AlsaSource("source", Options(format) with { Device = Capture }));
        pipeline.Link(source, pipeline.Add(new CollectingSink("recording")));
        AlsaSink sink = pipeline.Elements.OfType<AlsaSink>().Single();
        await pipeline.StartAsync();
        using var watch = new StepWatch(pipeline);
        await Until.TrueAsync(() => IsReference(sink));
        using Process unplug = Driver("unbind");
        try
        {
            // The sink notices the loss in its step, and then the pipeline's clock in its own step. The machine is fifteen times slower.
            await Until.TrueAsync(() => IsReference(source), limit: TimeSpan.FromSeconds(5));
        }
        finally
        {
            await PlugInAsync(unplug);
        }

        await Until.TrueAsync(() => IsReference(sink));
        watch.Dispose();
        await TestContext.Out.WriteLineAsync(
            $"{sink.Statistics} {string.Join(", ", watch.References)}; worst step {watch.WorstStep} ns in {watch.Looks} looks");
        Assert.That(watch.States, Is.EqualTo(new[] { PipelineState.Running }));
        Assert.That(watch.WorstStep, Is.Zero, "nanoseconds beyond the bracket of the readings");
        Assert.That(sink.Statistics.Interruptions, Is.GreaterThanOrEqualTo(1));
        await pipeline.StopAsync();

        bool IsReference(IClockProvider provider) => ReferenceEquals(pipeline.Clock.Reference, provider.ProvideClock());
    }

    [Test]
    public void List_names_the_cards_and_what_they_can_do()
    {
        IReadOnlyList<DeviceInfo> devices = DeviceDirectory.List();
        TestContext.Out.WriteLine(string.Join('\n', devices.Select(device => $"{device.Kind} {device.Id} {device.Name}: {string.Join(", ", device.Capabilities)}")));
        DeviceInfo loopback = devices.Single(device => device.Id == Capture && device.Kind == DeviceKind.AudioSource);
        Assert.That(loopback.Api, Is.EqualTo(DeviceApi.Alsa));
        Assert.That(loopback.Name, Does.Contain("Loopback"));
        AudioCapability[] capabilities = [.. loopback.Capabilities.Cast<AudioCapability>()];
        Assert.That(capabilities.Select(capability => capability.SampleFormat), Is.SupersetOf(new[] { SampleFormat.S16, SampleFormat.S32, SampleFormat.F32 }));
        // The driver declares 8 to 192 kHz and 1 to 32 channels.
        Assert.That(capabilities.Min(capability => capability.MinimumRate), Is.EqualTo(8000));
        Assert.That(capabilities.Max(capability => capability.MaximumChannels), Is.EqualTo(32));
        Assert.That(devices.Any(device => device.Id == Dummy && device.Kind == DeviceKind.AudioSink), Is.True);
    }

    [Test]
    public async Task Device_that_is_in_use_says_so()
    {
        var format = new AudioFormat(SampleFormat.S16, Rate, ChannelLayout.Stereo);
        AlsaOptions options = Options(format) with { Device = "hw:CARD=Loopback,DEV=0,SUBDEV=3" };
        using AlsaPcm held = AlsaPcm.Open(options, isCapture: false);
        DeviceException error = Assert.Throws<DeviceException>(() => AlsaPcm.Open(options, isCapture: false).Dispose())!;
        Assert.That(error.Message, Does.Contain(options.Device).And.Contain("Another program uses it"));
        Assert.That(error.IsTransient, Is.True);
        await Task.CompletedTask;
    }

    private static Process Driver(string verb) =>
        Process.Start("/bin/sh", ["-c", $"echo snd_dummy.0 > /sys/bus/platform/drivers/snd_dummy/{verb}"]);

    private static async Task PlugInAsync(Process unplug)
    {
        await unplug.WaitForExitAsync();
        using Process plugIn = Driver("bind");
        await plugIn.WaitForExitAsync();
    }

    private static AlsaOptions Options(AudioFormat format) => new() { Format = format, Period = s_period, Buffer = s_buffer };

    private static ChannelLayout Layout(int channels) => channels switch
    {
        1 => ChannelLayout.Mono,
        2 => ChannelLayout.Stereo,
        _ => new ChannelLayout("7.1", channels),
    };

    private static Pipeline Player(AudioFormat format, AlsaOptions options, long frames, int silence = 0)
    {
        var pipeline = new Pipeline();
        CounterSource source = pipeline.Add(new CounterSource("numbers", format, frames)
        {
            LeadIn = silence,
            LeadOutAt = frames - silence,
        });
        AlsaSink sink = pipeline.Add(new AlsaSink("sink", options));
        pipeline.Link(source, sink);
        return pipeline;
    }

    /// <summary>
    /// Plays numbers between two seconds of silence. The start is corrected in the first second, and the driver may cut off the end.
    /// </summary>
    private static async Task<PlaybackStatistics> PlayAsync(AudioFormat format, AlsaOptions options, long frames)
    {
        int silence = 2 * format.SampleRate;
        await using Pipeline pipeline = Player(format, options, frames + (2 * silence), silence);
        await pipeline.RunAsync();
        return pipeline.Elements.OfType<AlsaSink>().Single().Statistics;
    }
}

using RetroVue.Media.Clocks;
using RetroVue.Media.Devices.Alsa;
using RetroVue.Media.Devices.Tests.Alsa;
using RetroVue.Media.Devices.Tests.Support;
using RetroVue.Media.Devices.Tests.V4l2;
using RetroVue.Media.Devices.V4l2;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.Tests;

/// <summary>
/// The test of <see cref="FlashAndBeepTests"/> with the kernel's own devices: vivid as the camera, and as the microphone snd-aloop, whose
/// crystal is off.
/// </summary>
/// <remarks>
/// The drivers give the true times (<see cref="FlashAndBeepStage"/>). They are exact only if the machine is prompt. So the test needs the
/// device VM with --steady, in which nothing but the test takes time. Ten minutes of the devices take it less than two minutes.
/// </remarks>
[Category("DeviceVm")]
[Category("Steady")]
[NonParallelizable]
public sealed class FlashAndBeepDeviceTests
{
    private static readonly AlsaOptions s_card = new()
    {
        Format = new AudioFormat(SampleFormat.S32, 48_000, ChannelLayout.Mono),
        Period = ClockTime.FromMilliseconds(20),
        // The buffer is long because the code is compiled while the card runs.
        Buffer = ClockTime.FromSeconds(2),
    };

    private string _node = "";

    [SetUp]
    public void FindCamera()
    {
        _node = V4l2Devices.List().FirstOrDefault(device => device.Name == "vivid")?.Id ?? "";
        if (_node.Length == 0)
        {
            Assert.Ignore("There is no vivid device; it comes with the device VM.");
        }

        // The stamp is the time at which a picture is made, and not the time after that. No counters are drawn into the pictures.
        Tool.OutputOf("v4l2-ctl", "-d", _node, "-c", "timestamp_source=1,osd_text_mode=2");
    }

    // The pipeline follows the sound card, which is the default, or the system clock, as an app may fix it.
    [TestCase(100, true, 45)]
    [TestCase(-100, false, 45)]
    [TestCase(100, true, 600, Category = "Soak")]
    [TestCase(-100, true, 600, Category = "Soak")]
    [TestCase(100, false, 600, Category = "Soak")]
    [TestCase(-100, false, 600, Category = "Soak")]
    public async Task Flash_and_beep_of_one_instant_have_one_PTS(int cardDrift, bool isByCard, int seconds)
    {
        var driver = new RecordingSystem();
        using DriftingLoopback card = DriftingLoopback.Open(s_card, cardDrift);
        using var stage = new FlashAndBeepStage(card, driver, _node);
        var witness = new FlashAndBeepWitness();
        await using var pipeline = new Pipeline();
        if (!isByCard)
        {
            pipeline.UseClock(SystemClock.Instance);
        }

        V4l2Source camera = pipeline.Add(new V4l2Source("camera", CameraOptions(), driver));
        AlsaSource microphone = pipeline.Add(new AlsaSource("microphone", s_card, () => card));
        witness.Attach(pipeline, camera, microphone, s_card.Format);
        await pipeline.StartAsync();
        ClockTime countOff = await stage.PerformAsync(seconds);
        double drift = microphone.Statistics.Drift;
        bool wasByCard = pipeline.Clock.Reference is AlsaClock;
        await pipeline.StopAsync();
        FlashAndBeepOffsets offsets = witness.Offsets();
        await TestContext.Out.WriteLineAsync($"{offsets}; drift {drift:F1} ppm, the count off by {countOff}");

        // The stage was right: there is a flash every second, each first seen in the right picture, and the card's count is true to its
        // rate. The rest of the stage's own error is below a tenth of a millisecond.
        Assert.That(witness.FlashNumbers.Select(number => number % FlashAndBeepStage.PicturesPerSecond), Is.All.Zero, "pictures after");
        Assert.That(countOff.Abs(), Is.LessThan(ClockTime.FromMicroseconds(50)));
        Assert.That(camera.Statistics.Lost + microphone.Statistics.Lost, Is.Zero);
        Assert.That(wasByCard, Is.EqualTo(isByCard));

        Assert.That(offsets.Count, Is.EqualTo(seconds).Within(1), "the last may lie behind the end");
        // The card's count moves every 4 ms. The source reads it six times a second at other times, so the least late reading is late by up
        // to two thirds of a millisecond. The line that gives the sound its time stamps may be off by that. While it is young and its rate
        // is not known yet, it may be off by as much again.
        Assert.That(offsets.Rms, Is.LessThan(0.7e-3), "seconds");
        Assert.That(offsets.Worst, Is.LessThan(1.5e-3), "seconds");
        // The drift may be off by the same error at either end of the line's half minute.
        Assert.That(drift, Is.EqualTo(cardDrift).Within(40), "parts per million");
    }

    private V4l2SourceOptions CameraOptions() => new()
    {
        Device = _node,
        Format = "GREY",
        Width = 320,
        Height = 180,
        FrameRate = new Rational(FlashAndBeepStage.PicturesPerSecond, 1),
    };
}

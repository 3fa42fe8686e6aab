using System.Globalization;
using RetroVue.Media.Clocks;
using RetroVue.Media.Devices.Alsa;
using RetroVue.Media.Devices.Interop.V4l2;
using RetroVue.Media.Devices.Tests.Alsa;
using RetroVue.Media.Devices.Tests.Support;
using RetroVue.Media.Devices.Tests.V4l2;
using RetroVue.Media.Devices.V4l2;
using RetroVue.Media.FFmpeg.Codecs;
using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Media.FFmpeg.Conversion;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Testing;
using RetroVue.Media.Time;
using RetroVue.Tests;

namespace RetroVue.Media.Devices.Tests;

/// <summary>
/// A camera and a microphone, each with its own crystal, see and hear once a second a flash and a beep of the same instant. The test
/// compares the PTS of both over ten minutes.
/// </summary>
public sealed class FlashAndBeepTests
{
    private const int PicturesPerSecond = 25;
    private const int Seconds = 600;

    private static readonly AudioFormat s_sound = new(SampleFormat.S32, 16_000, ChannelLayout.Stereo);
    private static readonly PcmSetup s_setup = new("microphone", s_sound, PcmEncoding.S32, 160, 3200);

    // The pipeline follows the sound card, which is the default, or the system clock, as an app may fix it.
    [TestCase(100, 0, true)]
    [TestCase(-100, 0, true)]
    [TestCase(100, 0, false)]
    [TestCase(-100, 80, false)]
    public async Task Flash_and_beep_of_one_instant_have_one_PTS_for_ten_minutes(double microphoneDrift, double cameraDrift, bool isByCard)
    {
        using var world = new World(microphoneDrift, cameraDrift, LibcVideo.V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC);
        FlashAndBeepOffsets offsets = await world.RecordAsync(isByCard);
        await TestContext.Out.WriteLineAsync($"{offsets}");
        Assert.That(offsets.Count, Is.GreaterThan(Seconds - 3));
        // The jitter makes a status half a millisecond late on average. The line removes most of that. A sample is 62.5 µs, and the least
        // late stamp of the first second may still be late by a tenth of a millisecond.
        Assert.That(offsets.Rms, Is.LessThan(0.2e-3), "seconds");
        Assert.That(offsets.Worst, Is.LessThan(1e-3), "seconds");
    }

    [Test]
    public async Task Camera_without_stamps_is_within_its_wake_ups_of_the_sound()
    {
        using var world = new World(100, -100, stampFlags: 0);
        FlashAndBeepOffsets offsets = await world.RecordAsync(isByCard: true);
        await TestContext.Out.WriteLineAsync($"{offsets}");
        // There are 25 wake-ups in a second, each late by up to 5 ms. The least late of them is 0.2 ms late on average.
        Assert.That(offsets.Rms, Is.LessThan(0.5e-3), "seconds");
    }

    /// <summary>Records as the sample recorder does. ffmpeg's own detectors find the flashes and the beeps.</summary>
    [TestCase(100)]
    [TestCase(-100)]
    public async Task Flash_and_beep_of_a_recording_lie_together_in_the_file(double microphoneDrift)
    {
        string path = Path.Combine(MadeMedia.Folder, FormattableString.Invariant($"flash-and-beep{microphoneDrift}.mkv"));
        using var world = new World(microphoneDrift, 0, LibcVideo.V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC);
        await world.RecordToAsync(path);
        (int code, _, string told) = Tool.Run(
            "ffmpeg",
            $"-nostdin -hide_banner -nostats -i {path} -vf blackdetect=d=0.1:pix_th=0.1 -af silencedetect=n=-12dB:d=0.1 -f null -");
        Assert.That(code, Is.Zero, told);
        FlashAndBeepOffsets offsets = FlashAndBeepOffsets.Between(TimesIn(told, "black_end:"), TimesIn(told, "silence_end: "));
        await TestContext.Out.WriteLineAsync($"{offsets}");
        Assert.That(offsets.Count, Is.GreaterThan(Seconds - 4));
        // Matroska rounds both times to a millisecond, and an encoded beep begins softly.
        Assert.That(offsets.Rms, Is.LessThan(1e-3), "seconds");
        Assert.That(offsets.Worst, Is.LessThan(2e-3), "seconds");
    }

    // The last time of each kind is the end of the file.
    private static List<double> TimesIn(string log, string key) =>
        [.. log.Split(key).Skip(1).SkipLast(1).Select(part => double.Parse(part.Split(' ', '\n')[0], CultureInfo.InvariantCulture))];

    private sealed class World : IDisposable
    {
        private readonly SimulatedExecutor _executor = new();
        private readonly SimulatedDriver _camera;
        private readonly SimulatedPcm _microphone;

        public World(double microphoneDrift, double cameraDrift, uint stampFlags)
        {
            var random = new Random(7);
            _camera = new SimulatedDriver(_executor.Clock)
            {
                Drift = cameraDrift,
                StampFlags = stampFlags,
                Fill = picture => picture % PicturesPerSecond == 0 ? (byte)255 : (byte)0,
                WakeUp = _ => ClockTime.FromMicroseconds(random.Next(5000)),
            };
            _microphone = new SimulatedPcm(_executor.Clock, s_setup, isCapture: true, microphoneDrift)
            {
                Quantum = 16,
                Jitter = ClockTime.FromMilliseconds(1),
                Signal = frame => IsBeepAt(_microphone!.TimeOf(frame)) ? int.MaxValue : 0,
            };
        }

        public void Dispose()
        {
            _camera.Dispose();
            _microphone.Dispose();
        }

        /// <summary>Records, and returns the offsets between the PTS of the flashes and of their beeps.</summary>
        public async Task<FlashAndBeepOffsets> RecordAsync(bool isByCard)
        {
            var witness = new FlashAndBeepWitness();
            await RunAsync(isByCard, (pipeline, camera, microphone) => witness.Attach(pipeline, camera, microphone, s_sound));
            return witness.Offsets();
        }

        /// <summary>Records to a file, by the sound card's clock.</summary>
        public Task RecordToAsync(string path) => RunAsync(isByCard: true, (pipeline, camera, microphone) =>
        {
            FileMuxer file = pipeline.Add(new FileMuxer("file", path));
            VideoConverter converter = pipeline.Add(new VideoConverter(
                "picture",
                new VideoFormat(PixelFormat.Yuv420P, 64, 36, new Rational(PicturesPerSecond, 1))));
            Encoder h264 = pipeline.Add(new Encoder("h264", new EncoderOptions { Codec = "h264", Preset = "ultrafast", GlobalHeader = true }));
            pipeline.Link(camera, converter, h264);
            pipeline.Link(h264.Outputs[0], file.AddStream("video"));
            AudioConverter samples = pipeline.Add(new AudioConverter(
                "sound",
                new AudioFormat(SampleFormat.F32Planar, s_sound.SampleRate, ChannelLayout.Stereo)));
            Encoder aac = pipeline.Add(new Encoder("aac", new EncoderOptions { Codec = "aac", GlobalHeader = true }));
            pipeline.Link(microphone, samples, aac);
            pipeline.Link(aac.Outputs[0], file.AddStream("audio"));
        });

        private async Task RunAsync(bool isByCard, Action<Pipeline, Element, Element> link)
        {
            await using var pipeline = new Pipeline(new PipelineOptions { Executor = _executor });
            if (!isByCard)
            {
                pipeline.UseClock(_executor.Clock);
            }

            V4l2Source camera = pipeline.Add(new V4l2Source("camera", new V4l2SourceOptions { Device = SimulatedDriver.Node }, _camera));
            AlsaSource microphone = pipeline.Add(new AlsaSource("microphone", new AlsaOptions { Format = s_sound }, () => _microphone));
            link(pipeline, camera, microphone);
            await pipeline.StartAsync();
            _executor.RunUntil(ClockTime.FromSeconds(Seconds));
            Assert.That(pipeline.Clock.Reference is AlsaClock, Is.EqualTo(isByCard));
            Assert.That(camera.Statistics.Lost + microphone.Statistics.Lost, Is.Zero);
            pipeline.End();
            _executor.RunUntilCompleted(pipeline.RunAsync(), ClockTime.FromSeconds(Seconds + 1));
            Assert.That(_camera.Misuses, Is.Empty);
        }

        // A flash is seen in the picture whose stamp is its time. Its beep begins at that instant.
        private bool IsBeepAt(ClockTime time)
        {
            double pictures = (time - _camera.StampOf(0)).Nanoseconds / (double)_camera.IntervalTime.Nanoseconds;
            long second = (long)Math.Round(pictures / PicturesPerSecond);
            ClockTime since = time - _camera.StampOf(second * PicturesPerSecond);
            return since >= ClockTime.Zero && since < FlashAndBeepOffsets.Beep;
        }
    }
}

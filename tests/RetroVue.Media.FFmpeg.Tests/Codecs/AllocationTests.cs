using RetroVue.Media.FFmpeg.Codecs;
using RetroVue.Media.FFmpeg.Conversion;
using RetroVue.Media.FFmpeg.Tests.Support;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Media.FFmpeg.Tests.Codecs;

/// <summary>After a warm-up, no frame allocates memory on the managed heap.</summary>
[LeakCheck]
public sealed class AllocationTests
{
    private const int WarmUp = 100;
    private const int Measured = 200;

    [Test]
    public void Pictures_encoded_decoded_converted_allocate_nothing()
    {
        var rate = new Rational(25, 1);
        Measure(
            VideoCodingTests.Source(rate, WarmUp + Measured + 50, 0, 320, 240),
            new Encoder("encoder", VideoCodingTests.H264() with { BFrames = 2 }),
            new Decoder("decoder"),
            new VideoConverter("converter", new VideoFormat(PixelFormat.Nv12, 640, 360, rate)));
    }

    [Test]
    public void Sound_encoded_decoded_converted_allocates_nothing() => Measure(
        AudioCodingTests.Tone(0, 10, 1024, 44_100),
        new AudioConverter("up", new AudioFormat(SampleFormat.F32Planar, 48_000, ChannelLayout.Stereo)),
        new Encoder("encoder", new EncoderOptions { Codec = "aac" }),
        new Decoder("decoder"),
        new AudioConverter("down", new AudioFormat(SampleFormat.S16, 44_100, ChannelLayout.Mono)));

    private static void Measure(params Element[] chain)
    {
        long count = 0, before = 0, middle = 0, after = 0;
        Recording.Run([.. chain, new CollectingSink("meter", _ =>
        {
            switch (++count)
            {
                case WarmUp:
                    before = GC.GetAllocatedBytesForCurrentThread();
                    break;
                case WarmUp + (Measured / 2):
                    middle = GC.GetAllocatedBytesForCurrentThread();
                    break;
                case WarmUp + Measured:
                    after = GC.GetAllocatedBytesForCurrentThread();
                    break;
                default:
                    break;
            }
        })]);
        Assert.That(count, Is.GreaterThanOrEqualTo(WarmUp + Measured));
        // All work runs on this thread. Once in a while the .NET runtime installs a better compiled method on it, which allocates in one
        // half of the measurement. An allocation for each buffer would be in both halves.
        Assert.That(Math.Min(middle - before, after - middle), Is.Zero);
    }
}

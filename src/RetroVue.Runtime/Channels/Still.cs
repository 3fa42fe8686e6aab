using System.Diagnostics.Metrics;
using RetroVue.Media.FFmpeg.Codecs;
using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Media.FFmpeg.Conversion;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Runtime.Channels;

/// <summary>Makes a small JPEG of one frame of a file.</summary>
internal static class Still
{
    private const int Width = 320;
    private const int Height = 180;

    /// <summary>How much of the file is decoded: there is a picture at least every second.</summary>
    private static readonly ClockTime s_stretch = ClockTime.FromSeconds(1);

    private static readonly EncoderOptions s_jpeg = new() { Codec = "mjpeg", GopDuration = ClockTime.None };

    /// <summary>Returns the first frame at or after a position; null if there is none. Works in real time on a thread of its own.</summary>
    /// <param name="file">The file.</param>
    /// <param name="position">From the file's own zero.</param>
    /// <param name="meterFactory">Makes the meter; null for the shared one.</param>
    /// <exception cref="MediaFileException">The file cannot be opened, or has no picture.</exception>
    /// <exception cref="ElementException">The picture cannot be decoded.</exception>
    public static async Task<byte[]?> MakeAsync(string file, ClockTime position, IMeterFactory? meterFactory)
    {
        var taker = new FirstBuffer();
        await using var pipeline = new Pipeline(new PipelineOptions { Name = "still", MeterFactory = meterFactory });
        await Task.Run(() => Build(pipeline, taker, file, position)).ConfigureAwait(false);
        Task run = pipeline.RunAsync();
        Task first = await Task.WhenAny(run, taker.Taken).ConfigureAwait(false);
        await first.ConfigureAwait(false);
        await pipeline.StopAsync().ConfigureAwait(false);
        return taker.Bytes;
    }

    private static void Build(Pipeline pipeline, FirstBuffer taker, string file, ClockTime position)
    {
        var demuxer = pipeline.Add(new FileDemuxer("file", file, new FileDemuxerOptions
        {
            StartAt = position,
            StopAt = position + s_stretch,
            Audio = false,
            Placement = StepPlacement.OwnThread,
        }));
        var decoder = pipeline.Add(new Decoder("decoder"));
        var wanted = new VideoFormat(PixelFormat.Yuv420P, Width, Height, new Rational(0, 1)) { Color = new ColorDescription("pc", null, null, "smpte170m") };
        var converter = pipeline.Add(new VideoConverter("converter", wanted));
        var encoder = pipeline.Add(new Encoder("encoder", s_jpeg));
        pipeline.Add(taker);
        demuxer.Open();
        pipeline.Link(demuxer.VideoOutput!, decoder.Inputs[0]);
        pipeline.Link(decoder, converter, encoder, taker);
    }

    /// <summary>Keeps the first buffer's bytes and drops the rest.</summary>
    private sealed class FirstBuffer : Element
    {
        private readonly TaskCompletionSource _taken = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public FirstBuffer()
            : base("still") => AddInput();

        public Task Taken => _taken.Task;

        public byte[]? Bytes { get; private set; }

        protected override void OnBuffer(InputPad input, MediaBuffer buffer)
        {
            Bytes ??= buffer.Data.ToArray();
            buffer.Release();
            _taken.TrySetResult();
        }
    }
}

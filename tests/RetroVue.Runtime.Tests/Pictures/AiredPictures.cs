using RetroVue.Media.FFmpeg.Codecs;
using RetroVue.Media.FFmpeg.Containers;
using RetroVue.Media.Formats;
using RetroVue.Media.Pipelines;
using RetroVue.Media.Time;

namespace RetroVue.Runtime.Tests.Pictures;

/// <summary>The pictures of a file or a recorded channel as they are decoded, 8 bits in three planes.</summary>
internal sealed class AiredPictures : Element
{
    private readonly List<AiredPicture> _pictures = [];

    private AiredPictures()
        : base("aired") => AddInput();

    public static async Task<IReadOnlyList<AiredPicture>> ReadAsync(string path)
    {
        await using var pipeline = new Pipeline();
        FileDemuxer demuxer = pipeline.Add(new FileDemuxer("file", path, new FileDemuxerOptions { Audio = false }));
        demuxer.Open();
        Decoder decoder = pipeline.Add(new Decoder("decoder"));
        AiredPictures seen = pipeline.Add(new AiredPictures());
        pipeline.Link(demuxer.VideoOutput!, decoder.Inputs[0]);
        pipeline.Link(decoder, seen);
        await pipeline.RunAsync();
        return seen._pictures;
    }

    protected override void OnBuffer(InputPad input, MediaBuffer buffer)
    {
        var format = (VideoFormat)input.Format!;
        byte[][] planes = new byte[3][];
        for (int plane = 0; plane < 3; plane++)
        {
            (int width, int height) = plane == 0 ? (format.Width, format.Height) : ((format.Width + 1) / 2, (format.Height + 1) / 2);
            planes[plane] = new byte[width * height];
            for (int line = 0; line < height; line++)
            {
                buffer.Memory.Plane(plane).Slice(line * buffer.Memory.Stride(plane), width).CopyTo(planes[plane].AsSpan(line * width));
            }
        }

        _pictures.Add(new AiredPicture(format, buffer.Pts, planes));
        buffer.Release();
    }
}

using RetroVue.Media.FFmpeg.Interop;
using RetroVue.Media.FFmpeg.Native;
using static RetroVue.Media.FFmpeg.Interop.LibAVCodec;
using static RetroVue.Media.FFmpeg.Interop.LibAVUtil;

namespace RetroVue.Media.FFmpeg.Containers;

/// <summary>Reads the presentation order from the pictures of H.264 and HEVC, with libavcodec's parser.</summary>
internal sealed unsafe class CountedOrder : PictureOrder
{
    private readonly CodecContextHandle _context = new(null);
    private readonly ParserHandle _parser;

    /// <summary>Makes a reader that can begin at any key frame of a stream.</summary>
    public CountedOrder(AVStream* stream)
    {
        try
        {
            avcodec_parameters_to_context(_context.Pointer, stream->codecpar).ThrowIfError("Reading codec parameters");
            _parser = new ParserHandle(av_parser_init((int)stream->codecpar->codec_id));
            _parser.Pointer->flags |= PARSER_FLAG_COMPLETE_FRAMES;
        }
        catch
        {
            _context.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override bool IsField => _parser.Pointer->picture_structure is AVPictureStructure.AV_PICTURE_STRUCTURE_TOP_FIELD or AVPictureStructure.AV_PICTURE_STRUCTURE_BOTTOM_FIELD;

    /// <inheritdoc/>
    public override long? Read(AVPacket* packet)
    {
        byte* output = null;
        int size = 0;
        _ = av_parser_parse2(
            _parser.Pointer, _context.Pointer, &output, &size, packet->data, packet->size, AV_NOPTS_VALUE, AV_NOPTS_VALUE, 0);
        return _parser.Pointer->output_picture_number;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _parser.Dispose();
        _context.Dispose();
    }
}

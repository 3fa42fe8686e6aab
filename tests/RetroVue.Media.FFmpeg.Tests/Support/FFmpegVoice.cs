using System.Text;
using RetroVue.Media.FFmpeg.Interop.Log;
using RetroVue.Media.FFmpeg.Tests.Corpus;

namespace RetroVue.Media.FFmpeg.Tests.Support;

/// <summary>Says things as FFmpeg does, and makes FFmpeg say them.</summary>
internal static unsafe class FFmpegVoice
{
    public const int Error = 16;

    /// <summary>A message about no object. The text is C's format, so without a per cent sign, for which there are no arguments.</summary>
    public static void Say(int level, string text)
    {
        // The size of an empty va_list, or more; it is copied, and not looked into.
        byte* none = stackalloc byte[64];
        fixed (byte* format = Encoding.UTF8.GetBytes(text + "\n\0"))
        {
            LogBridge.rv_ff_log_callback()(null, level, format, none);
        }
    }

    /// <summary>A film that ends before its index: FFmpeg says "moov atom not found".</summary>
    public static string FileWithoutIndex()
    {
        string path = Path.Combine(MediaCorpus.Folder, "without-index.mp4");
        File.WriteAllBytes(path, [.. "\0\0\0\x14ftypisom\0\0\0\0isom"u8, .. "\0\0\x10\0mdat"u8, .. new byte[4088]]);
        return path;
    }
}

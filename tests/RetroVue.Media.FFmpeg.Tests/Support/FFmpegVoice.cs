using System.Text;
using RetroVue.Media.FFmpeg.Interop.Log;
using RetroVue.Media.FFmpeg.Tests.Corpus;

namespace RetroVue.Media.FFmpeg.Tests.Support;

/// <summary>Logs messages as FFmpeg does, and makes FFmpeg log messages.</summary>
internal static unsafe class FFmpegVoice
{
    public const int Error = 16;

    /// <summary>
    /// Logs a message that belongs to no object. The text is a format of C, so it must have no per cent sign: there are no arguments.
    /// </summary>
    public static void Say(int level, string text)
    {
        // This is at least the size of an empty va_list. It is copied, but not read.
        byte* none = stackalloc byte[64];
        fixed (byte* format = Encoding.UTF8.GetBytes(text + "\n\0"))
        {
            LogBridge.rv_ff_log_callback()(null, level, format, none);
        }
    }

    /// <summary>Makes a film that ends before its index. FFmpeg then logs "moov atom not found".</summary>
    public static string FileWithoutIndex()
    {
        string path = Path.Combine(MediaCorpus.Folder, "without-index.mp4");
        File.WriteAllBytes(path, [.. "\0\0\0\x14ftypisom\0\0\0\0isom"u8, .. "\0\0\x10\0mdat"u8, .. new byte[4088]]);
        return path;
    }
}

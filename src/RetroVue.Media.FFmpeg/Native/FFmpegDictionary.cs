using RetroVue.Media.FFmpeg.Interop;
using static RetroVue.Media.FFmpeg.Interop.LibAVUtil;

namespace RetroVue.Media.FFmpeg.Native;

/// <summary>AVDictionary (libavutil/dict.h): options for a call, or metadata from a call.</summary>
internal static unsafe class FFmpegDictionary
{
    /// <summary>Sets an entry; creates the dictionary if there is none. The owner frees it with <c>av_dict_free</c>.</summary>
    /// <exception cref="FFmpegException">Out of memory.</exception>
    public static void Set(AVDictionary** dictionary, string key, string? value)
    {
        using NativeText nativeKey = new(key), nativeValue = new(value);
        av_dict_set(dictionary, nativeKey, nativeValue, 0).ThrowIfError($"Setting {key}");
    }

    /// <summary>Returns all entries, in order.</summary>
    public static List<KeyValuePair<string, string>> Read(AVDictionary* dictionary)
    {
        var entries = new List<KeyValuePair<string, string>>();
        fixed (byte* any = "\0"u8)
        {
            AVDictionaryEntry* entry = null;
            while ((entry = av_dict_get(dictionary, any, entry, AV_DICT_IGNORE_SUFFIX)) is not null)
            {
                entries.Add(new(NativeText.Read(entry->key)!, NativeText.Read(entry->value)!));
            }
        }

        return entries;
    }
}

using System.Runtime.InteropServices;

namespace RetroVue.Media.FFmpeg.Native;

/// <summary>
/// A string as UTF-8 with a terminating zero, for the duration of a <c>using</c>; null stays null. For literals use <c>"…"u8</c>.
/// </summary>
internal readonly unsafe ref struct NativeText(string? text) : IDisposable
{
    private readonly nint _pointer = Marshal.StringToCoTaskMemUTF8(text);

    public static implicit operator byte*(NativeText text) => (byte*)text._pointer;

    /// <summary>Reads an FFmpeg string; null stays null.</summary>
    public static string? Read(byte* text) => Marshal.PtrToStringUTF8((nint)text);

    public void Dispose() => Marshal.FreeCoTaskMem(_pointer);
}

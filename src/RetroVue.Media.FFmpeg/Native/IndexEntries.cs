using RetroVue.Media.FFmpeg.Interop;

namespace RetroVue.Media.FFmpeg.Native;

/// <summary>The bit fields of AVIndexEntry (libavformat/avformat.h), for which the bindings have no offsets.</summary>
internal static unsafe class IndexEntries
{
    // The fields are int flags:2 and int size:30, after two fields of 64 bits, in all supported releases; AVINDEX_KEYFRAME is 1.
    private const int FlagsAt = 16;
    private const int FlagBits = 2;
    private const int KeyFrame = 1;

    extension(ref AVIndexEntry entry)
    {
        /// <summary>True if the entry is a key frame.</summary>
        public bool IsKeyFrame => (Bits(ref entry) & KeyFrame) != 0;

        /// <summary>The number of bytes of the packet from its position on; 0 if the container does not say.</summary>
        public int Size => Bits(ref entry) >> FlagBits;
    }

    private static int Bits(ref AVIndexEntry entry)
    {
        fixed (AVIndexEntry* self = &entry)
        {
            return *(int*)((byte*)self + FlagsAt);
        }
    }
}

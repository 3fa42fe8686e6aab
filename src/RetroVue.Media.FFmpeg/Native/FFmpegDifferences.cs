using RetroVue.Media.FFmpeg.Interop;

namespace RetroVue.Media.FFmpeg.Native;

/// <summary>
/// Everything that depends on the release of FFmpeg, except the offsets of fields and the place of streams' side data
/// (<see cref="CodedSideData"/>). Other code uses this class and never checks the release. Enum values that change (video codec ids from
/// 202 on, pixel formats from 152) are not bound: they are looked up by name.
/// </summary>
internal static unsafe class FFmpegDifferences
{
    // libavutil/frame.h from 6.1 on; before, each flag was a field of its own.
    private const int FrameFlagKey = 1 << 1;
    private const int FrameFlagInterlaced = 1 << 3;
    private const int FrameFlagTopFieldFirst = 1 << 4;

    // In a readonly field, so that the JIT can fold it, like the offsets.
    private static readonly bool FlagsInOneField = FFmpegLibrary.Loaded.Release >= FFmpegRelease.V6_1;

    extension(ref AVFrame frame)
    {
        /// <summary>True for a key frame. Only for decoded pictures: not all releases mark decoded sound.</summary>
        public bool IsKey
        {
            get => FlagsInOneField ? (frame.flags & FrameFlagKey) != 0 : frame.key_frame != 0;
            set
            {
                if (FlagsInOneField)
                {
                    frame.SetFlag(FrameFlagKey, value);
                }
                else
                {
                    frame.key_frame = value ? 1 : 0;
                }
            }
        }

        /// <summary>True if the picture is interlaced.</summary>
        public bool IsInterlaced
        {
            get => FlagsInOneField ? (frame.flags & FrameFlagInterlaced) != 0 : frame.interlaced_frame != 0;
            set
            {
                if (FlagsInOneField)
                {
                    frame.SetFlag(FrameFlagInterlaced, value);
                }
                else
                {
                    frame.interlaced_frame = value ? 1 : 0;
                }
            }
        }

        /// <summary>True if the top field of an interlaced picture is shown first.</summary>
        public bool IsTopFieldFirst
        {
            get => FlagsInOneField ? (frame.flags & FrameFlagTopFieldFirst) != 0 : frame.top_field_first != 0;
            set
            {
                if (FlagsInOneField)
                {
                    frame.SetFlag(FrameFlagTopFieldFirst, value);
                }
                else
                {
                    frame.top_field_first = value ? 1 : 0;
                }
            }
        }

        /// <summary>Duration in the frame's time base, 0 if unknown: <c>duration</c> from 6.0 on, <c>pkt_duration</c> before.</summary>
        public ref long Duration
        {
            get
            {
                if (AVFrame.has_duration)
                {
                    return ref frame.duration;
                }

                return ref frame.pkt_duration;
            }
        }

        private void SetFlag(int flag, bool value) => frame.flags = value ? frame.flags | flag : frame.flags & ~flag;
    }
}

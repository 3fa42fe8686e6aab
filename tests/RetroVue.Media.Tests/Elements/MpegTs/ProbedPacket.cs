namespace RetroVue.Media.Tests.Elements.MpegTs;

/// <summary>A packet as ffprobe shows it; times in the stream's time base, place and size in the file.</summary>
internal readonly record struct ProbedPacket(int Stream, long Pts, long Dts, long Duration, long Position, int Size, bool IsKey);

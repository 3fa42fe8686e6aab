using RetroVue.Media.Formats;
using RetroVue.Media.Time;

namespace RetroVue.Runtime.Tests.Output.AnyInput;

/// <summary>A packet of an invented file, on the file's own line of times.</summary>
internal sealed record ScriptedPacket(MediaKind Kind, int Number, ClockTime Pts, ClockTime Dts, ClockTime Duration, bool IsKeyFrame);

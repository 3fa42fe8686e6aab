using RetroVue.Media.Time;

namespace RetroVue.Media.Tests.Elements.Hls;

/// <summary>A packet of an invented channel.</summary>
internal readonly record struct ScriptedPacket(bool IsVideo, ClockTime Pts, ClockTime Dts, ClockTime Duration, bool IsKey);

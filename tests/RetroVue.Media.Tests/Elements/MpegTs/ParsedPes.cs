namespace RetroVue.Media.Tests.Elements.MpegTs;

/// <summary>A PES packet that <see cref="ParsedStream"/> put together; its time stamps are wrapped as on the wire.</summary>
internal sealed record ParsedPes(int Pid, int StreamId, long Pts, long Dts, int DeclaredLength, int FirstPacket)
{
    public List<byte> Payload { get; } = [];

    public int LastPacket { get; set; }
}

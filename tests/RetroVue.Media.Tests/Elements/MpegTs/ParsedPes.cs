namespace RetroVue.Media.Tests.Elements.MpegTs;

/// <summary>One PES as <see cref="ParsedStream"/> put it together; time stamps wrapped as on the wire.</summary>
internal sealed record ParsedPes(int Pid, int StreamId, long Pts, long Dts, int DeclaredLength, int FirstPacket)
{
    public List<byte> Payload { get; } = [];

    public int LastPacket { get; set; }
}

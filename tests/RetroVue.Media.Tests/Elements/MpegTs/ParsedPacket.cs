namespace RetroVue.Media.Tests.Elements.MpegTs;

/// <summary>One packet of 188 bytes as <see cref="ParsedStream"/> read it.</summary>
internal sealed record ParsedPacket(int Index, int Pid, bool IsStart, int Counter, bool HasPayload)
{
    /// <summary>The clock reference in 27 MHz ticks, wrapped as on the wire; null if there is none.</summary>
    public long? Pcr { get; init; }

    public bool IsRandomAccess { get; init; }

    public bool IsDiscontinuous { get; init; }

    /// <summary>The number of stuffing bytes in the adaptation field.</summary>
    public int Stuffing { get; init; }
}

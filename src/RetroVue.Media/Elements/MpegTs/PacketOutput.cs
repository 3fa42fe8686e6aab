namespace RetroVue.Media.Elements.MpegTs;

/// <summary>Provides room for one packet after the other, so that the sink is called once for many packets.</summary>
internal ref struct PacketOutput(ITransportStreamSink sink)
{
    private Span<byte> _span;
    private int _used;

    /// <summary>Returns room for the next packet, with undefined content.</summary>
    public Span<byte> Next()
    {
        if (_span.Length - _used < TransportPackets.Size)
        {
            Commit();
            _span = sink.GetSpan(TransportPackets.Size);
        }

        Span<byte> packet = _span.Slice(_used, TransportPackets.Size);
        _used += TransportPackets.Size;
        return packet;
    }

    /// <summary>Passes a cut to the sink, after all packets before it.</summary>
    public void MarkCut(TransportStreamCut cut)
    {
        Commit();
        sink.MarkCut(cut);
    }

    /// <summary>Gives the sink all packets so far.</summary>
    public void Commit()
    {
        if (_used > 0)
        {
            sink.Advance(_used);
        }

        _span = default;
        _used = 0;
    }
}

namespace RetroVue.Media.Devices.PipeWire;

/// <summary>Follows the number that a source gives its buffers (spa_meta_header.seq). A source that leaves it alone has no gaps.</summary>
internal struct HeaderSequence
{
    private ulong _last;
    private bool _isKnown;

    /// <summary>How many numbers were left out before this one; -1 where the source has begun anew.</summary>
    public long Advance(ulong sequence)
    {
        ulong step = unchecked(sequence - _last);
        bool wasKnown = _isKnown;
        (_last, _isKnown) = (sequence, true);
        return !wasKnown || step == 0 ? 0 : step > long.MaxValue ? -1 : (long)step - 1;
    }
}

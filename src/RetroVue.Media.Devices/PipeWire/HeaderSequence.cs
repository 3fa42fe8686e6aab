namespace RetroVue.Media.Devices.PipeWire;

/// <summary>
/// Follows the sequence numbers of a source's buffers (spa_meta_header.seq). A source that does not set them has no gaps.
/// </summary>
internal struct HeaderSequence
{
    private ulong _last;
    private bool _isKnown;

    /// <summary>Returns the number of missing numbers before this one; -1 if the source has started again.</summary>
    public long Advance(ulong sequence)
    {
        ulong step = unchecked(sequence - _last);
        bool wasKnown = _isKnown;
        (_last, _isKnown) = (sequence, true);
        return !wasKnown || step == 0 ? 0 : step > long.MaxValue ? -1 : (long)step - 1;
    }
}
